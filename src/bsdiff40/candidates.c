/* A growing array of diagonals. */
#include "bsdiff40/candidates.h"

#include <stdlib.h>

#include "whittle/error.h"

enum {
    LEAD = 64, /* bytes before a match from which its copy may begin */
};

int candidates_add(candidates *list, size_t begin, size_t end, size_t source) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 1024;
        candidate *items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            return WHITTLE_ERROR_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    size_t lead = begin < LEAD ? begin : LEAD;
    lead = source < lead ? source : lead; /* no further than the source begins */
    list->items[list->count++] =
        (candidate){(uint32_t)(begin - lead), (uint32_t)end, (int32_t)source - (int32_t)begin};
    return WHITTLE_OK;
}

/* Ties are broken, too, so that every machine's qsort gives the same order. */
static int by_start(const void *left, const void *right) {
    const candidate *a = left;
    const candidate *b = right;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    if (a->diagonal != b->diagonal) {
        return a->diagonal < b->diagonal ? -1 : 1;
    }
    return (a->end > b->end) - (a->end < b->end);
}

void candidates_sort(candidates *list) {
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, by_start);
    }
}

void candidates_free(candidates *list) {
    free(list->items);
    *list = (candidates){0};
}
