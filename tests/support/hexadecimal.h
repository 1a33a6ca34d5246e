/* Bytes written as hexadecimal digits, as published test vectors are. */
#ifndef TESTS_SUPPORT_HEXADECIMAL_H
#define TESTS_SUPPORT_HEXADECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Reads exactly size bytes, in digits of either case, and fails the test where there are others. */
void bytes_from_hexadecimal(const char *digits, uint8_t *bytes, size_t size);

#endif
