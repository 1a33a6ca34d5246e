/* Where in the source does a piece of the target occur? A suffix array (libdivsufsort) answers. */
#ifndef WHITTLE_ENCODER_MATCHES_H
#define WHITTLE_ENCODER_MATCHES_H

#include <stddef.h>
#include <stdint.h>

typedef struct match_index {
    const uint8_t *source;
    int32_t size;
    int32_t *suffixes;
} match_index;

/* Builds the index. The source must stay; match_index_free releases the rest. */
int match_index_build(match_index *index, const uint8_t *source, size_t size);
void match_index_free(match_index *index);

/* The longest prefix of wanted that occurs in the source: returns its length and sets *offset. */
size_t match_index_longest(const match_index *index, const uint8_t *wanted, size_t size,
                           uint32_t *offset);

#endif
