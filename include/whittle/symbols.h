/* Names for the pieces of an image: the functions, objects and sections that an ELF file or a map
 * of the linker tells. Host only.
 *
 * The files are judged, never trusted: where their contents can be compared with the image, they
 * are.
 */
#ifndef WHITTLE_SYMBOLS_H
#define WHITTLE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum whittle_symbol_kind {
    WHITTLE_SYMBOL_FUNCTION,
    WHITTLE_SYMBOL_OBJECT,
    WHITTLE_SYMBOL_SECTION, /* a section, or bytes of one that have no other name */
    WHITTLE_SYMBOL_RANGE,   /* bytes that nothing names */
    WHITTLE_SYMBOL_KIND_COUNT,
} whittle_symbol_kind;

typedef struct whittle_symbol {
    uint32_t offset; /* in the image */
    uint32_t size;   /* bytes, at least 1 */
    whittle_symbol_kind kind;
    const char *name;
    const char *section; /* NULL: not known */
    const char *unit;    /* the source or object file; NULL: not known */
} whittle_symbol;

typedef struct whittle_symbols {
    whittle_symbol *list; /* functions and objects: ascending, without overlap */
    size_t count;
    whittle_symbol *sections; /* the same */
    size_t section_count;
    uint64_t compared; /* bytes of the file's sections that could be compared with the image */
    uint64_t matched;  /* and were the same */
    char **texts;      /* what the names point to */
    size_t text_count;
} whittle_symbols;

/* The image that symbols are wanted for. */
typedef struct whittle_named_image {
    const uint8_t *data;
    size_t size;
    const whittle_region *regions; /* where it runs, as far as that is known */
    unsigned region_count;
} whittle_named_image;

/* Reads the symbols of an ELF file. Where the same address has several names, a global one is
 * taken. Source files come from its debugging information (DWARF), if it has any.
 *
 * WHITTLE_ERROR_IMAGE: it is no ELF file, or damaged. */
int whittle_symbols_read_elf(const uint8_t *file, size_t size, const whittle_named_image *image,
                             whittle_symbols *symbols);

/* Reads a map as GNU ld writes it with -Map. Nothing in it can be compared with the image.
 *
 * WHITTLE_ERROR_IMAGE: there is no memory map in it. */
int whittle_symbols_read_map(const char *text, size_t size, const whittle_named_image *image,
                             whittle_symbols *symbols);

void whittle_symbols_free(whittle_symbols *symbols);

#ifdef __cplusplus
}
#endif

#endif
