/* Writes one JSON document (RFC 8259) to a stream, member by member. Names are the caller's own
 * literals; texts may be anything, and bytes that are no UTF-8 become U+FFFD. */
#ifndef TOOLS_COMMON_JSON_H
#define TOOLS_COMMON_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct json {
    FILE *stream;
    unsigned depth; /* open objects and arrays */
    bool filled;    /* the innermost of them has a member */
} json;

/* The document is one object. */
void json_start(json *out, FILE *stream);
void json_finish(json *out);

/* In an array, the name is NULL. */
void json_object_start(json *out, const char *name);
void json_object_end(json *out);
void json_array_start(json *out, const char *name);
void json_array_end(json *out);

/* A NULL text is null. */
void json_text(json *out, const char *name, const char *text);
void json_number(json *out, const char *name, uint64_t number);
void json_decimal(json *out, const char *name, double number, unsigned digits);
void json_bool(json *out, const char *name, bool value);

#endif
