/* Longest matches by bisection of the suffix array, comparing only past the prefix that both ends
 * of the interval are known to share. */
#include "encoder/matches.h"

#include <divsufsort.h>
#include <stdlib.h>

#include "whittle/error.h"

int match_index_build(match_index *index, const uint8_t *source, size_t size) {
    *index = (match_index){.source = source, .size = (int32_t)size};
    index->suffixes = malloc((size ? size : 1) * sizeof *index->suffixes);
    if (!index->suffixes || (size && divsufsort(source, index->suffixes, index->size) != 0)) {
        free(index->suffixes);
        index->suffixes = NULL;
        return WHITTLE_ERROR_MEMORY;
    }
    return WHITTLE_OK;
}

void match_index_free(match_index *index) {
    free(index->suffixes);
    index->suffixes = NULL;
}

static size_t common_prefix(const match_index *index, int32_t suffix, const uint8_t *wanted,
                            size_t size, size_t known) {
    size_t room = (size_t)(index->size - suffix);
    size_t limit = size < room ? size : room;
    while (known < limit && index->source[(size_t)suffix + known] == wanted[known]) {
        known++;
    }
    return known;
}

size_t match_index_longest(const match_index *index, const uint8_t *wanted, size_t size,
                           uint32_t *offset) {
    int32_t low = 0;
    int32_t high = index->size;
    size_t below = 0; /* prefix shared with the suffix before low */
    size_t above = 0; /* and with the suffix at high */
    size_t best = 0;
    *offset = 0;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        int32_t suffix = index->suffixes[middle];
        size_t shared = common_prefix(index, suffix, wanted, size, below < above ? below : above);
        if (shared > best) {
            best = shared;
            *offset = (uint32_t)suffix;
        }
        if (shared == size) {
            break;
        }
        size_t end = (size_t)suffix + shared;
        if (end == (size_t)index->size || index->source[end] < wanted[shared]) {
            low = middle + 1;
            below = shared;
        } else {
            high = middle;
            above = shared;
        }
    }
    return best;
}
