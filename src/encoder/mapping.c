/* A lookup in the map takes the entry before, so an entry speaks for all of the source up to the
 * next one. A short copy from the middle of a long one must therefore not become an entry: it would
 * speak for the rest of the long one. Copies are accepted from the largest to the smallest, each
 * only if its place in the source is not taken. */
#include "encoder/mapping.h"

#include <stdint.h>
#include <stdlib.h>

#include "whittle/error.h"

/* Copies shorter than this tell little. */
enum { SIZE_MIN = 8 };

typedef struct candidate {
    whittle_copy *copy;
    size_t order; /* for a stable order */
} candidate;

static int by_size_descending(const void *left, const void *right) {
    const candidate *a = left;
    const candidate *b = right;
    if (a->copy->size != b->copy->size) {
        return a->copy->size > b->copy->size ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

static int by_source(const void *left, const void *right) {
    const candidate *a = left;
    const candidate *b = right;
    if (a->copy->source != b->copy->source) {
        return a->copy->source < b->copy->source ? -1 : 1;
    }
    return by_size_descending(left, right);
}

static uint32_t shift_of(const whittle_copy *copy) {
    return copy->target - copy->source;
}

/* Keeps the candidates whose source is for the most part not taken by larger ones; candidates come
 * in the order of their sources. */
static size_t drop_covered(candidate *candidates, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const whittle_copy *copy = candidates[i].copy;
        bool covered = false;
        while (kept > 0 && !covered) {
            const whittle_copy *before = candidates[kept - 1].copy;
            uint32_t end = before->source + before->size;
            uint32_t overlap = end > copy->source ? end - copy->source : 0;
            if (2 * (uint64_t)overlap <= copy->size) {
                break;
            }
            if (before->size >= copy->size) {
                covered = true;
            } else {
                kept--;
            }
        }
        if (!covered) {
            candidates[kept++] = candidates[i];
        }
    }
    return kept;
}

/* Marks each candidate at which the shift changes; candidates come in the order of their sources.
 */
static void mark_changes(const candidate *candidates, size_t count) {
    uint32_t shift = 0;
    for (size_t i = 0; i < count; i++) {
        whittle_copy *copy = candidates[i].copy;
        copy->mapped = i == 0 || shift_of(copy) != shift;
        shift = shift_of(copy);
    }
}

size_t mapping_count(const whittle_copy *copies, size_t count) {
    size_t mapped = 0;
    for (size_t i = 0; i < count; i++) {
        mapped += copies[i].mapped;
    }
    return mapped;
}

int mapping_choose(whittle_copy *copies, size_t count, size_t capacity) {
    candidate *candidates = malloc((count + 1) * sizeof *candidates);
    if (!candidates) {
        return WHITTLE_ERROR_MEMORY;
    }
    size_t limit = count;
    do {
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            copies[i].mapped = false;
            if (copies[i].size >= SIZE_MIN) {
                candidates[kept++] = (candidate){&copies[i], i};
            }
        }
        qsort(candidates, kept, sizeof *candidates, by_size_descending);
        kept = kept < limit ? kept : limit;
        qsort(candidates, kept, sizeof *candidates, by_source);
        kept = drop_covered(candidates, kept);
        mark_changes(candidates, capacity ? kept : 0);
        limit -= limit > 0 ? limit / 8 + 1 : 0;
    } while (mapping_count(copies, count) > capacity);
    free(candidates);
    return WHITTLE_OK;
}
