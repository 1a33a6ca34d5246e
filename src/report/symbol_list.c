/* Collecting symbols. */
#include "report/symbol_list.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more item; NULL after an error. */
static void *grow(symbol_list *list, void *items, size_t count, size_t *capacity, size_t size) {
    if (list->error) {
        return NULL;
    }
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity ? 2 * *capacity : 256;
    void *grown = realloc(items, wanted * size);
    if (!grown) {
        list->error = WHITTLE_ERROR_MEMORY;
        return NULL;
    }
    *capacity = wanted;
    return grown;
}

const char *symbol_list_text(symbol_list *list, const char *text, size_t size) {
    whittle_symbols *into = list->into;
    char **texts =
        text ? grow(list, into->texts, into->text_count, &list->text_capacity, sizeof *into->texts)
             : NULL;
    if (!texts) {
        return NULL;
    }
    into->texts = texts;
    char *copy = malloc(size + 1);
    if (!copy) {
        list->error = WHITTLE_ERROR_MEMORY;
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    into->texts[into->text_count++] = copy;
    return copy;
}

void symbol_list_add(symbol_list *list, const found_symbol *found) {
    found_symbol *grown =
        grow(list, list->found, list->count, &list->capacity, sizeof *list->found);
    if (grown) {
        list->found = grown;
        list->found[list->count++] = *found;
    }
}

/* By offset; of those with the same one, first whatever is to be kept. */
static int compare(const void *one, const void *other) {
    const found_symbol *a = one;
    const found_symbol *b = other;
    if (a->symbol.offset != b->symbol.offset) {
        return a->symbol.offset < b->symbol.offset ? -1 : 1;
    }
    if (a->is_preferred != b->is_preferred) {
        return a->is_preferred ? -1 : 1;
    }
    if (a->symbol.size != b->symbol.size) {
        return a->symbol.size > b->symbol.size ? -1 : 1;
    }
    return strcmp(a->symbol.name, b->symbol.name);
}

/* Takes over symbols of the kinds wanted: sections, or all but sections. */
static size_t take(const symbol_list *list, bool sections, uint32_t image_size,
                   whittle_symbol *into) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        whittle_symbol symbol = list->found[i].symbol;
        if ((symbol.kind == WHITTLE_SYMBOL_SECTION) != sections || symbol.offset >= image_size ||
            (count > 0 && into[count - 1].offset == symbol.offset)) {
            continue;
        }
        uint32_t room = image_size - symbol.offset;
        symbol.size = symbol.size < room ? symbol.size : room;
        if (count > 0) {
            whittle_symbol *before = &into[count - 1];
            uint32_t apart = symbol.offset - before->offset;
            before->size = before->size < apart ? before->size : apart;
        }
        if (symbol.size > 0) {
            into[count++] = symbol;
        }
    }
    return count;
}

int symbol_list_finish(symbol_list *list, uint32_t image_size) {
    whittle_symbols *into = list->into;
    if (!list->error) {
        into->list = calloc(list->count + 1, sizeof *into->list);
        into->sections = calloc(list->count + 1, sizeof *into->sections);
        list->error = into->list && into->sections ? WHITTLE_OK : WHITTLE_ERROR_MEMORY;
    }
    if (!list->error && list->count > 0) {
        qsort(list->found, list->count, sizeof *list->found, compare);
        into->count = take(list, false, image_size, into->list);
        into->section_count = take(list, true, image_size, into->sections);
    }
    free(list->found);
    list->found = NULL;
    list->count = 0;
    if (list->error) {
        whittle_symbols_free(into);
    }
    return list->error;
}

void whittle_symbols_free(whittle_symbols *symbols) {
    for (size_t i = 0; i < symbols->text_count; i++) {
        free(symbols->texts[i]);
    }
    free(symbols->texts);
    free(symbols->list);
    free(symbols->sections);
    *symbols = (whittle_symbols){.list = NULL};
}
