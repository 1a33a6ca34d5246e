/* The symbols of a map that GNU ld wrote (-Map). Its part "Linker script and memory map" has
 *
 *     .data           0x20000000      0x1a8 load address 0x08012345     an output section
 *      .text.main     0x08004100       0x2c build/main.o                a piece of it
 *                     0x08004100                main                    a symbol in the piece
 *
 * where a name that is too long for its column has the rest of its line on the next one. */
#include <stdlib.h>
#include <string.h>

#include "report/symbol_list.h"
#include "whittle/symbols.h"

static const char beginning[] = "Linker script and memory map";

enum { WORD_MAX = 8 };

typedef struct word {
    const char *text;
    size_t size;
} word;

typedef struct map_reader {
    const whittle_named_image *image;
    symbol_list list;
    const char *next; /* the text that is left */
    const char *end;
    word output;       /* the output section */
    bool is_output_in; /* it is part of the image */
    uint64_t shift;    /* what to add to its addresses for those in the flash */
    uint64_t base;     /* flash address of the image's first byte, where no region tells */
    bool base_known;
    word pending; /* a name whose line goes on */
    bool pending_is_output;
    const char *section;  /* the output section's name, kept */
    found_symbol current; /* the piece at hand; has no size where there is none */
    uint64_t current_address;
} map_reader;

/* ---- Lines and words ---- */

static word next_line(map_reader *of) {
    const char *stop = memchr(of->next, '\n', (size_t)(of->end - of->next));
    stop = stop ? stop : of->end;
    word line = {of->next, (size_t)(stop - of->next)};
    of->next = stop < of->end ? stop + 1 : stop;
    return line;
}

static bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\r';
}

static size_t split(word line, word *words) {
    size_t count = 0;
    for (size_t at = 0; at < line.size && count < WORD_MAX;) {
        if (is_blank(line.text[at])) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < line.size && !is_blank(line.text[at])) {
            at++;
        }
        words[count++] = (word){line.text + start, at - start};
    }
    return count;
}

static bool starts_with(word of, const char *prefix) {
    size_t size = strlen(prefix);
    return of.size >= size && memcmp(of.text, prefix, size) == 0;
}

static bool is_word(word of, const char *text) {
    return of.size == strlen(text) && starts_with(of, text);
}

static bool parse_address(word of, uint64_t *value) {
    if (!starts_with(of, "0x") || of.size < 3 || of.size > 18) {
        return false;
    }
    *value = 0;
    for (size_t i = 2; i < of.size; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, of.text[i], 16);
        if (!digit) {
            return false;
        }
        *value = *value << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

/* ---- Places ---- */

static bool offset_of(const map_reader *of, uint64_t address, uint64_t *offset) {
    for (unsigned i = 0; i < of->image->region_count; i++) {
        const whittle_region *region = &of->image->regions[i];
        if (address >= region->address && address - region->address < region->size) {
            *offset = region->offset + (address - region->address);
            return true;
        }
    }
    *offset = address - of->base;
    return of->image->region_count == 0 && address >= of->base && *offset < of->image->size;
}

/* Sections that tell about the program and are no part of it. */
static bool is_loaded(word section) {
    static const char *const unloaded[] = {
        ".debug",  ".comment", ".stab",   ".note", ".ARM.attr", ".riscv.attr", ".xt.",
        ".xtensa", ".bss",     ".noinit", ".heap", ".stack",    "COMMON"};
    for (size_t i = 0; i < sizeof unloaded / sizeof *unloaded; i++) {
        if (starts_with(section, unloaded[i])) {
            return false;
        }
    }
    return true;
}

/* ---- Pieces ---- */

static void close_piece(map_reader *of, uint64_t end) {
    whittle_symbol *symbol = &of->current.symbol;
    uint64_t offset;
    if (symbol->name && end > of->current_address &&
        offset_of(of, of->current_address + of->shift, &offset)) {
        symbol->offset = (uint32_t)offset;
        symbol->size = (uint32_t)(end - of->current_address);
        symbol_list_add(&of->list, &of->current);
    }
}

/* ".text.main" of main.o is main, ".text" of main.o is main.o's. */
static word piece_name(word section, word file) {
    static const char *const prefixes[] = {".text.",  ".rodata.",    ".data.",      ".literal.",
                                           ".iram1.", ".irom.text.", ".init_array."};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (starts_with(section, prefixes[i])) {
            size_t size = strlen(prefixes[i]);
            return (word){section.text + size, section.size - size};
        }
    }
    return file;
}

static word base_name(word path) {
    size_t start = path.size;
    while (start > 0 && path.text[start - 1] != '/') {
        start--;
    }
    return (word){path.text + start, path.size - start};
}

static const char *keep(map_reader *of, word text) {
    return symbol_list_text(&of->list, text.text, text.size);
}

static void take_piece(map_reader *of, word section, uint64_t address, uint64_t size, word file) {
    if (!of->is_output_in || size == 0 || is_word(section, "*fill*")) {
        return;
    }
    word unit = base_name(file);
    bool code = starts_with(section, ".text") || starts_with(section, ".iram") ||
                starts_with(section, ".irom");
    of->current = (found_symbol){
        .symbol = {.kind = code ? WHITTLE_SYMBOL_FUNCTION : WHITTLE_SYMBOL_OBJECT,
                   .name = keep(of, piece_name(section, unit)),
                   .section = of->section,
                   .unit = keep(of, unit)},
    };
    of->current_address = address;
    /* It may be divided by symbols, which come next. */
    const char *here = of->next;
    while (of->next < of->end) {
        word words[WORD_MAX];
        uint64_t at;
        size_t count = split(next_line(of), words);
        if (count < 2 || !parse_address(words[0], &at) || parse_address(words[1], &(uint64_t){0}) ||
            at < address || at - address >= size || count > 2) {
            break;
        }
        if (at > of->current_address) {
            close_piece(of, at);
            of->current_address = at;
        }
        of->current.symbol.name = keep(of, words[1]);
        here = of->next;
    }
    of->next = here;
    close_piece(of, address + size);
    of->current.symbol.name = NULL;
}

static void take_output(map_reader *of, word name, const word *words, size_t count) {
    uint64_t address;
    uint64_t size;
    uint64_t load;
    of->output = name;
    of->is_output_in = is_loaded(name) && parse_address(words[0], &address) &&
                       parse_address(words[1], &size) && size > 0;
    if (!of->is_output_in) {
        return;
    }
    bool is_moved = count >= 5 && is_word(words[2], "load") && parse_address(words[4], &load);
    of->shift = is_moved && of->image->region_count == 0 ? load - address : 0;
    if (!of->base_known) {
        of->base = address + of->shift; /* the first section of an image begins it */
        of->base_known = true;
    }
    uint64_t offset;
    of->section = keep(of, name);
    if (offset_of(of, address + of->shift, &offset)) {
        const found_symbol found = {.symbol = {.offset = (uint32_t)offset,
                                               .size = (uint32_t)size,
                                               .kind = WHITTLE_SYMBOL_SECTION,
                                               .name = of->section,
                                               .section = of->section}};
        symbol_list_add(&of->list, &found);
    }
}

/* A name, and the words behind it. */
static void take_line(map_reader *of, bool is_output, word name, const word *words, size_t count) {
    uint64_t address;
    uint64_t size;
    if (count < 2 || !parse_address(words[0], &address) || !parse_address(words[1], &size)) {
        return;
    }
    if (is_output) {
        take_output(of, name, words, count);
    } else if (count > 2) {
        take_piece(of, name, address, size, words[2]);
    }
}

static void read_line(map_reader *of) {
    word line = next_line(of);
    word words[WORD_MAX];
    size_t count = split(line, words);
    bool is_output = count > 0 && line.text[0] == words[0].text[0] && !is_blank(line.text[0]);
    bool is_piece = count > 0 && line.size > 1 && line.text[0] == ' ' && !is_blank(line.text[1]);
    if (of->pending.text && count > 1 && !is_output && !is_piece) {
        take_line(of, of->pending_is_output, of->pending, words, count);
        of->pending.text = NULL;
    } else if (is_output || is_piece) {
        of->pending = count == 1 ? words[0] : (word){NULL, 0};
        of->pending_is_output = is_output;
        take_line(of, is_output, words[0], words + 1, count - 1);
    }
}

int whittle_symbols_read_map(const char *text, size_t size, const whittle_named_image *image,
                             whittle_symbols *symbols) {
    *symbols = (whittle_symbols){.list = NULL};
    map_reader of = {.image = image, .list.into = symbols, .next = text, .end = text + size};
    bool found = false;
    while (!found && of.next < of.end) {
        found = starts_with(next_line(&of), beginning);
    }
    while (found && of.next < of.end && !of.list.error) {
        read_line(&of);
    }
    if (!found || of.list.count == 0) {
        of.list.error = of.list.error ? of.list.error : WHITTLE_ERROR_IMAGE;
    }
    return symbol_list_finish(&of.list, (uint32_t)image->size);
}
