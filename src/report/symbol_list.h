/* Collecting symbols: whoever reads a file adds what it finds, in any order; then the list is put
 * in order, and overlaps are taken out. */
#ifndef WHITTLE_REPORT_SYMBOL_LIST_H
#define WHITTLE_REPORT_SYMBOL_LIST_H

#include "whittle/symbols.h"

typedef struct found_symbol {
    whittle_symbol symbol;
    bool is_preferred; /* over others that begin at the same place */
} found_symbol;

typedef struct symbol_list {
    whittle_symbols *into; /* keeps the texts */
    found_symbol *found;
    size_t count;
    size_t capacity;
    size_t text_capacity;
    int error; /* the first; later calls do nothing */
} symbol_list;

/* A copy of the text that lives as long as the symbols; NULL for NULL, and after an error. */
const char *symbol_list_text(symbol_list *list, const char *text, size_t size);

void symbol_list_add(symbol_list *list, const found_symbol *found);

/* Moves what was found into the symbols, those of kind SECTION apart. A symbol that begins within
 * another one is cut off before its start, or left out where nothing of it remains. Returns the
 * list's error; the list is empty then. */
int symbol_list_finish(symbol_list *list, uint32_t image_size);

#endif
