/* Round trips over the corpus in format whittle: a patch is made for a RAM size and decoded in
 * exactly that memory, between guards, by the real decoder. */
#ifndef TESTS_SUPPORT_ROUND_TRIP_H
#define TESTS_SUPPORT_ROUND_TRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/corpus.h"

/* Every pair of the corpus, at one of these RAM sizes (bytes) and in one direction, by turns; at
 * all of them and in both where the environment variable WHITTLE_CORPUS_ALL is set (make
 * test-corpus). Where tests run instrumented, small pairs have to do. Skips the running test where
 * there is no corpus. */
void round_trip_corpus(const uint32_t *ram_sizes, size_t count);

/* One round trip; returns the patch's size. */
size_t round_trip(const char *id, const corpus_image *source, const corpus_image *target,
                  uint32_t ram);

#endif
