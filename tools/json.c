/* Writing JSON: commas, indentation and escapes. */
#include "json.h"

#include <string.h>

static void put(const json *out, const char *text) {
    (void)fputs(text, out->stream);
}

static void put_line_end(const json *out) {
    (void)fprintf(out->stream, "\n%*s", (int)(2 * out->depth), "");
}

/* ---- Texts ---- */

/* Bytes of the UTF-8 character (RFC 3629) that text starts with; 0 if it is none. Short, overlong
 * and surrogate forms are none. */
static unsigned character_size(const unsigned char *text) {
    unsigned char first = text[0];
    if (first < 0x80) {
        return 1;
    }
    unsigned size = first >= 0xC2 && first <= 0xDF   ? 2
                    : (first & 0xF0) == 0xE0         ? 3
                    : first >= 0xF0 && first <= 0xF4 ? 4
                                                     : 0;
    unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (unsigned i = 1; i < size; i++) {
        if (text[i] < least || text[i] > most) {
            return 0;
        }
        least = 0x80;
        most = 0xBF;
    }
    return size;
}

static void put_character(const json *out, const unsigned char *text, unsigned size) {
    if (size == 0) {
        put(out, "\\ufffd");
    } else if (text[0] == '"' || text[0] == '\\') {
        (void)fprintf(out->stream, "\\%c", text[0]);
    } else if (text[0] < 0x20 || text[0] == 0x7F) {
        (void)fprintf(out->stream, "\\u%04x", text[0]);
    } else {
        (void)fwrite(text, 1, size, out->stream);
    }
}

static void put_text(const json *out, const char *text) {
    const unsigned char *next = (const unsigned char *)text;
    put(out, "\"");
    while (*next) {
        unsigned size = character_size(next);
        put_character(out, next, size);
        next += size > 0 ? size : 1;
    }
    put(out, "\"");
}

/* ---- Members ---- */

static void start_member(json *out, const char *name) {
    if (out->filled) {
        put(out, ",");
    }
    put_line_end(out);
    out->filled = true;
    if (name) {
        put_text(out, name);
        put(out, ": ");
    }
}

static void start(json *out, const char *bracket) {
    put(out, bracket);
    out->depth++;
    out->filled = false;
}

static void end(json *out, const char *bracket) {
    out->depth--;
    if (out->filled) {
        put_line_end(out);
    }
    put(out, bracket);
    out->filled = true;
}

void json_start(json *out, FILE *stream) {
    *out = (json){.stream = stream};
    start(out, "{");
}

void json_finish(json *out) {
    end(out, "}");
    put(out, "\n");
}

void json_object_start(json *out, const char *name) {
    start_member(out, name);
    start(out, "{");
}

void json_object_end(json *out) {
    end(out, "}");
}

void json_array_start(json *out, const char *name) {
    start_member(out, name);
    start(out, "[");
}

void json_array_end(json *out) {
    end(out, "]");
}

void json_text(json *out, const char *name, const char *text) {
    start_member(out, name);
    if (text) {
        put_text(out, text);
    } else {
        put(out, "null");
    }
}

void json_number(json *out, const char *name, uint64_t number) {
    start_member(out, name);
    (void)fprintf(out->stream, "%llu", (unsigned long long)number);
}

void json_decimal(json *out, const char *name, double number, unsigned digits) {
    start_member(out, name);
    (void)fprintf(out->stream, "%.*f", (int)digits, number);
}

void json_bool(json *out, const char *name, bool value) {
    start_member(out, name);
    put(out, value ? "true" : "false");
}
