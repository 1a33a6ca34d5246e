/* A growing array of segments. */
#include "bsdiff40/segments.h"

#include <stdlib.h>

#include "whittle/error.h"

int segments_add(bsdiff40_segments *list, size_t source, size_t copied, size_t inserted) {
    if (copied == 0 && list->count > 0) {
        list->items[list->count - 1].inserted += inserted;
        return WHITTLE_OK;
    }
    if (copied == 0 && inserted == 0) {
        return WHITTLE_OK;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        bsdiff40_segment *items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            return WHITTLE_ERROR_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (bsdiff40_segment){source, copied, inserted};
    return WHITTLE_OK;
}

void segments_free(bsdiff40_segments *list) {
    free(list->items);
    *list = (bsdiff40_segments){0};
}
