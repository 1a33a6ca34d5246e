/* Decoding by way of GNU libiberty, which binutils use as well. Both of its files that are used
 * here, cp-demangle.c and rust-demangle.c, grant that programs may be linked with them and handed
 * on without any condition of the GPL or LGPL.
 *
 * A name is any file's: one of a few hundred bytes can say "twice what was said before" so often
 * that its decoded form would fill the memory. libiberty hands a name over in pieces and cannot be
 * told to stop, so the jump out of its callback does that; it holds no memory then, but for some
 * bytes where an identifier of Rust is beyond ASCII. */
#include "symbol_name.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

static const char ellipsis[] = "…";

/* A name being put together, with room for the ellipsis behind it. */
typedef struct decoding {
    char *text;
    size_t used;
    jmp_buf full;
} decoding;

enum { ROOM = SYMBOL_NAME_MAX - sizeof ellipsis };

static void append(const char *piece, size_t size, void *context) {
    decoding *of = context;
    size_t room = ROOM - of->used;
    if (size > room) { /* one byte more tells whether a character was cut in two */
        memcpy(of->text + of->used, piece, room + 1);
        longjmp(of->full, 1);
    }
    memcpy(of->text + of->used, piece, size);
    of->used += size;
}

/* Rust's older names look like those of C++, and are told apart by their ends. */
static bool decode(decoding *of, const char *name) {
    enum { OPTIONS = DMGL_PARAMS | DMGL_ANSI };
    if (setjmp(of->full)) {
        of->used = (size_t)symbol_name_cut(of->text, ROOM);
        memcpy(of->text + of->used, ellipsis, sizeof ellipsis - 1);
        of->used += sizeof ellipsis - 1;
        return true;
    }
    if (rust_demangle_callback(name, OPTIONS, append, of)) {
        return true;
    }
    of->used = 0; /* it may have begun */
    return cplus_demangle_v3_callback(name, OPTIONS, append, of) != 0;
}

const char *symbol_name_decoded(const char *name, char text[SYMBOL_NAME_MAX]) {
    decoding of = {.text = text};
    if (!decode(&of, name)) {
        return NULL;
    }
    text[of.used] = '\0';
    return text;
}

const char *symbol_name(const char *name, char text[SYMBOL_NAME_MAX]) {
    const char *decoded = symbol_name_decoded(name, text);
    return decoded ? decoded : name;
}

/* In UTF-8, a byte in the middle of a character begins with the bits 10. */
int symbol_name_cut(const char *name, size_t room) {
    size_t size = strnlen(name, room + 1);
    if (size <= room) {
        return (int)size;
    }
    size = room;
    while (size > 0 && ((unsigned char)name[size] & 0xC0) == 0x80) {
        size--;
    }
    return (int)size;
}
