/* Items. Every byte of the image is counted once: under the symbol that holds it, or with what is
 * left of its section, or, where no section is known, with the range that it lies in. */
#include "report/steps.h"

#include <stdlib.h>

/* Ranges, where nothing has names: a power of two from this size on, and about so many. */
enum { RANGE_SIZE_MIN = 256, RANGE_COUNT = 256 };

/* Items come in this order: those of symbols, of sections, of ranges. */
typedef struct item_builder {
    const whittle_report_input *input;
    const whittle_symbols *symbols;
    whittle_item *items;
    uint32_t *owners;
    size_t symbol_count;
    size_t section_count;
    size_t range_count;
    uint32_t range_size;
} item_builder;

static uint32_t choose_range_size(uint32_t image_size) {
    uint32_t size = RANGE_SIZE_MIN;
    while (image_size / size > RANGE_COUNT) {
        size *= 2;
    }
    return size;
}

static void name_items(item_builder *of) {
    const whittle_symbols *symbols = of->symbols;
    for (size_t i = 0; i < of->symbol_count; i++) {
        const whittle_symbol *symbol = &symbols->list[i];
        of->items[i] = (whittle_item){.offset = symbol->offset,
                                      .kind = symbol->kind,
                                      .name = symbol->name,
                                      .section = symbol->section,
                                      .unit = symbol->unit};
    }
    for (size_t i = 0; i < of->section_count; i++) {
        const whittle_symbol *section = &symbols->sections[i];
        of->items[of->symbol_count + i] = (whittle_item){
            .kind = WHITTLE_SYMBOL_SECTION, .name = section->name, .section = section->name};
    }
    for (size_t i = 0; i < of->range_count; i++) {
        of->items[of->symbol_count + of->section_count + i] =
            (whittle_item){.kind = WHITTLE_SYMBOL_RANGE};
    }
}

/* The symbol of a sorted list that holds the offset; *next is where to look, and moves on. */
static bool holds(const whittle_symbol *list, size_t count, size_t *next, uint32_t offset) {
    while (*next < count && offset >= list[*next].offset &&
           offset - list[*next].offset >= list[*next].size) {
        (*next)++;
    }
    return *next < count && offset >= list[*next].offset;
}

static void count_bytes(item_builder *of) {
    const whittle_trace *trace = of->input->trace;
    const whittle_symbols *symbols = of->symbols;
    size_t symbol = 0;
    size_t section = 0;
    for (uint32_t offset = 0; offset < trace->header.target_size; offset++) {
        size_t index = of->symbol_count + of->section_count + offset / of->range_size;
        if (symbols && holds(symbols->list, of->symbol_count, &symbol, offset)) {
            index = symbol;
        } else if (symbols && holds(symbols->sections, of->section_count, &section, offset)) {
            index = of->symbol_count + section;
        }
        of->owners[offset] = (uint32_t)index;
        whittle_item *item = &of->items[index];
        item->offset = item->size > 0 ? item->offset : offset;
        item->size++;
        item->bytes[trace->origins[offset]]++;
        item->cost += trace->costs[offset];
    }
}

/* Takes out the items without bytes, which changes the count. */
static int compact(whittle_item *items, size_t *count, uint32_t *owners, uint32_t size) {
    uint32_t *places = calloc(*count, sizeof *places);
    size_t kept = 0;
    if (!places) {
        return WHITTLE_ERROR_MEMORY;
    }
    for (size_t i = 0; i < *count; i++) {
        places[i] = (uint32_t)kept;
        if (items[i].size > 0) {
            items[kept++] = items[i];
        }
    }
    for (uint32_t offset = 0; offset < size; offset++) {
        owners[offset] = places[owners[offset]];
    }
    free(places);
    *count = kept;
    return WHITTLE_OK;
}

int report_list_items(whittle_report *report) {
    const whittle_report_input *input = report->input;
    const whittle_symbols *symbols = input->new_symbols;
    uint32_t size = input->trace->header.target_size;
    item_builder of = {
        .input = input,
        .symbols = symbols,
        .symbol_count = symbols ? symbols->count : 0,
        .section_count = symbols ? symbols->section_count : 0,
        .range_size = choose_range_size(size),
    };
    of.range_count = size / of.range_size + 1;
    size_t count = of.symbol_count + of.section_count + of.range_count;
    of.items = report->items = calloc(count, sizeof *of.items);
    of.owners = report->owners = calloc((size_t)size + 1, sizeof *of.owners);
    if (!of.items || !of.owners) {
        return WHITTLE_ERROR_MEMORY;
    }
    name_items(&of);
    count_bytes(&of);
    int error = compact(of.items, &count, of.owners, size);
    report->item_count = count;
    return error;
}
