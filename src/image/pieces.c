/* Flattening. Pieces are sorted by their addresses; then one pass finds how much is missing between
 * them, before anything of that size is allocated, and a second one lays them down. */
#include "image/pieces.h"

#include <stdlib.h>
#include <string.h>

enum { ERASED = 0xFF };

int pieces_add(piece_list *list, const piece *added) {
    if (added->size == 0) {
        return WHITTLE_OK;
    }
    piece *last = list->count ? &list->items[list->count - 1] : NULL;
    if (last && last->data + last->size == added->data &&
        last->address + last->size == added->address &&
        last->runs_at + last->size == added->runs_at) {
        last->size += added->size;
        return WHITTLE_OK;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        piece *items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            return WHITTLE_ERROR_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *added;
    return WHITTLE_OK;
}

void pieces_free(piece_list *list) {
    free(list->items);
    *list = (piece_list){0};
}

static int by_address(const void *left, const void *right) {
    const piece *a = left;
    const piece *b = right;
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    return (a->size > b->size) - (a->size < b->size);
}

/* From the first address to the last, in bytes. */
static int find_span(const piece_list *list, uint64_t *span) {
    uint64_t start = list->items[0].address;
    uint64_t end = start;
    uint64_t missing = 0;
    for (size_t i = 0; i < list->count; i++) {
        const piece *at = &list->items[i];
        if (at->size > UINT64_MAX - at->address) {
            return WHITTLE_ERROR_IMAGE;
        }
        /* Each gap is compared first, so that the sum stays small. */
        if (at->address > end && (at->address - end > WHITTLE_IMAGE_GAPS_MAX ||
                                  (missing += at->address - end) > WHITTLE_IMAGE_GAPS_MAX)) {
            return WHITTLE_ERROR_SCATTERED;
        }
        end = at->address + at->size > end ? at->address + at->size : end;
    }
    *span = end - start;
    return *span <= WHITTLE_IMAGE_MAX ? WHITTLE_OK : WHITTLE_ERROR_TOO_LARGE;
}

/* Where it overlaps with those before it, a piece must say the same. */
static int lay_down(const piece_list *list, whittle_image *image) {
    size_t end = 0;
    for (size_t i = 0; i < list->count; i++) {
        const piece *at = &list->items[i];
        size_t offset = (size_t)(at->address - image->address);
        size_t known = end > offset ? end - offset : 0;
        known = known < at->size ? known : at->size;
        if (memcmp(image->data + offset, at->data, known) != 0) {
            return WHITTLE_ERROR_IMAGE;
        }
        memcpy(image->data + offset + known, at->data + known, at->size - known);
        end = offset + at->size > end ? offset + at->size : end;
    }
    return WHITTLE_OK;
}

/* ---- Regions ---- */

/* Adds a region; where there are too many, the smallest one goes. */
static void add_region(whittle_image *image, const whittle_region *added) {
    whittle_region all[WHITTLE_IMAGE_REGION_MAX + 1];
    unsigned count = image->region_count;
    if (added->size == 0 || added->address > UINT32_MAX - added->size) {
        return;
    }
    memcpy(all, image->regions, count * sizeof *all);
    all[count++] = *added;
    if (count > WHITTLE_IMAGE_REGION_MAX) {
        unsigned smallest = 0;
        for (unsigned i = 1; i < count; i++) {
            smallest = all[i].size < all[smallest].size ? i : smallest;
        }
        count--;
        memmove(&all[smallest], &all[smallest + 1], (count - smallest) * sizeof *all);
    }
    memcpy(image->regions, all, count * sizeof *all);
    image->region_count = count;
}

/* Pieces that are shifted alike make one region, with what lies between them. */
static void find_regions(const piece_list *list, whittle_image *image) {
    whittle_region current = {0};
    size_t end = 0;
    for (size_t i = 0; i < list->count; i++) {
        const piece *at = &list->items[i];
        size_t start = (size_t)(at->address - image->address);
        size_t known = end > start ? end - start : 0;
        if (known >= at->size || at->runs_at > UINT32_MAX - known) {
            continue;
        }
        start += known;
        uint32_t address = (uint32_t)(at->runs_at + known);
        end = start + at->size - known;
        bool goes_on = current.size > 0 && address - current.address == start - current.offset;
        if (!goes_on) {
            add_region(image, &current);
            current = (whittle_region){.offset = (uint32_t)start, .address = address};
        }
        current.size = (uint32_t)end - current.offset;
    }
    add_region(image, &current);
}

int pieces_flatten(piece_list *list, whittle_image *image) {
    if (list->count == 0) {
        return WHITTLE_ERROR_IMAGE;
    }
    qsort(list->items, list->count, sizeof *list->items, by_address);
    uint64_t span;
    int error = find_span(list, &span);
    if (error) {
        return error;
    }
    image->data = malloc((size_t)span);
    if (!image->data) {
        return WHITTLE_ERROR_MEMORY;
    }
    image->size = (size_t)span;
    image->address = list->items[0].address;
    memset(image->data, ERASED, image->size);
    error = lay_down(list, image);
    if (!error) {
        find_regions(list, image);
    }
    return error;
}
