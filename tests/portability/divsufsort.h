/* The one function of libdivsufsort that the encoder calls, for machines that Debian has no build
 * of the library for: stand_ins.c implements it. */
#ifndef TESTS_PORTABILITY_DIVSUFSORT_H
#define TESTS_PORTABILITY_DIVSUFSORT_H

#include <stdint.h>

/* Sorts the suffixes of a text; 0, or a negative number where memory ran out. A text has only one
 * suffix array, so any right implementation gives the same. */
int32_t divsufsort(const uint8_t *text, int32_t *suffixes, int32_t size);

#endif
