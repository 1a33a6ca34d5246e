/* Writing HTML: texts from anywhere made harmless, and templates filled in. */
#ifndef TOOLS_REPORT_HTML_H
#define TOOLS_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Writes a text so that it stands for itself, also within quotes: no character of it begins markup.
 * Control characters, and bytes that are no UTF-8, become U+FFFD. */
void html_text(FILE *stream, const char *text);

/* What stands for {{name}} in a template. */
typedef struct html_slot {
    const char *name;
    void (*write)(FILE *stream, const void *context);
} html_slot;

/* Writes a template of that many bytes. A name that no slot has ends the program: the template is
 * part of it. */
void html_fill(FILE *stream, const char *template, size_t size, const html_slot *slots,
               size_t count, const void *context);

#endif
