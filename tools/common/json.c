/* Writing JSON: commas, indentation and escapes. */
#include "json.h"

#include "utf8.h"

static void put(const json *out, const char *text) {
    (void)fputs(text, out->stream);
}

static void put_line_end(const json *out) {
    (void)fprintf(out->stream, "\n%*s", (int)(2 * out->depth), "");
}

/* ---- Texts ---- */

static void put_character(const json *out, const char *text, unsigned size) {
    unsigned char first = (unsigned char)text[0];
    if (size == 0) {
        put(out, "\xEF\xBF\xBD"); /* U+FFFD as it is: read and written again, it stays the same */
    } else if (first == '"' || first == '\\') {
        (void)fprintf(out->stream, "\\%c", first);
    } else if (first < 0x20 || first == 0x7F) {
        (void)fprintf(out->stream, "\\u%04x", first);
    } else {
        (void)fwrite(text, 1, size, out->stream);
    }
}

static void put_text(const json *out, const char *text) {
    put(out, "\"");
    while (*text) {
        unsigned size = utf8_size(text);
        put_character(out, text, size);
        text += size > 0 ? size : 1;
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
