/* HTML: escapes and templates. */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "../common/utf8.h"

static void put_character(FILE *stream, const char *text, unsigned size) {
    unsigned char first = (unsigned char)text[0];
    switch (first) {
    case '<':
        (void)fputs("&lt;", stream);
        return;
    case '>':
        (void)fputs("&gt;", stream);
        return;
    case '&':
        (void)fputs("&amp;", stream);
        return;
    case '"':
        (void)fputs("&quot;", stream);
        return;
    case '\'':
        (void)fputs("&#39;", stream);
        return;
    default:
        break;
    }
    if (size == 0 || first < 0x20 || first == 0x7F) {
        (void)fputs("\xEF\xBF\xBD", stream);
    } else {
        (void)fwrite(text, 1, size, stream);
    }
}

void html_text(FILE *stream, const char *text) {
    while (*text) {
        unsigned size = utf8_size(text);
        put_character(stream, text, size);
        text += size > 0 ? size : 1;
    }
}

static const html_slot *find_slot(const char *name, size_t size, const html_slot *slots,
                                  size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(slots[i].name) == size && memcmp(slots[i].name, name, size) == 0) {
            return &slots[i];
        }
    }
    abort();
}

void html_fill(FILE *stream, const char *template, size_t size, const html_slot *slots,
               size_t count, const void *context) {
    const char *end = template + size;
    while (template <end) {
        size_t left = (size_t)(end - template);
        const char *open = memmem(template, left, "{{", 2);
        const char *close = open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
        if (!close) {
            (void)fwrite(template, 1, left, stream);
            return;
        }
        (void)fwrite(template, 1, (size_t)(open - template), stream);
        find_slot(open + 2, (size_t)(close - open - 2), slots, count)->write(stream, context);
        template = close + 2;
    }
}
