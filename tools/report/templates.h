/* The files of tools/report, which the build puts into the program as they are. */
#ifndef TOOLS_REPORT_TEMPLATES_H
#define TOOLS_REPORT_TEMPLATES_H

#include <stddef.h>

typedef struct embedded_file {
    const char *text; /* does not end with NUL */
    size_t size;      /* bytes */
} embedded_file;

extern const embedded_file template_page;
extern const embedded_file template_style;
extern const embedded_file template_colours;
extern const embedded_file template_script;
extern const embedded_file template_picture;

#endif
