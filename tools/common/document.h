/* A text that is made in memory, then written to a file in one piece. */
#ifndef TOOLS_COMMON_DOCUMENT_H
#define TOOLS_COMMON_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct document {
    FILE *stream; /* to write to */
    char *text;   /* once it is finished; owned */
    size_t size;  /* bytes */
} document;

/* False: out of memory. Pair with document_finish, and that with document_free. */
bool document_start(document *made);

/* The end of what is written. False: since the start, an allocation failed, in the stream or in
 * what wrote to it, and the text is not whole. */
bool document_finish(document *made);

void document_free(document *made);

#endif
