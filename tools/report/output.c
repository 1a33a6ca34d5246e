/* What the forms of a report share. */
#include "output.h"

#include <stdlib.h>

const char *report_address(const report_view *view, uint32_t offset, char text[ADDRESS_TEXT_MAX]) {
    for (unsigned i = 0; i < view->region_count; i++) {
        const whittle_region *region = &view->regions[i];
        if (offset >= region->offset && offset - region->offset < region->size) {
            (void)snprintf(text, ADDRESS_TEXT_MAX, "0x%08lx",
                           (unsigned long)(region->address + (offset - region->offset)));
            return text;
        }
    }
    (void)snprintf(text, ADDRESS_TEXT_MAX, "+0x%lx", (unsigned long)offset);
    return text;
}

/* An item, as it is ranked. */
typedef struct ranked {
    uint64_t cost;
    uint32_t number;
} ranked;

static int compare(const void *one, const void *other) {
    const ranked *a = one;
    const ranked *b = other;
    if (a->cost != b->cost) {
        return a->cost > b->cost ? -1 : 1;
    }
    return a->number < b->number ? -1 : 1;
}

uint32_t *report_rank_items(const whittle_report *report) {
    size_t count = report->item_count;
    ranked *list = calloc(count + 1, sizeof *list);
    uint32_t *numbers = calloc(count + 1, sizeof *numbers);
    if (!list || !numbers) {
        free(list);
        free(numbers);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = (ranked){report->items[i].cost, (uint32_t)i};
    }
    qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = list[i].number;
    }
    free(list);
    return numbers;
}
