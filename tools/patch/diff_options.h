/* The options of `diff`. */
#ifndef TOOLS_PATCH_DIFF_OPTIONS_H
#define TOOLS_PATCH_DIFF_OPTIONS_H

#include <stdbool.h>

#include "../command.h"
#include "patch_options.h"
#include "patches.h"
#include "whittle/encoder.h"

typedef struct diff_settings {
    patch_format format;
    patch_settings patch;
    bool full;
    given_number bzip2_level;
    given_number jobs;
    reporting report;
} diff_settings;

/* The files that were named. */
typedef struct diff_files {
    const char *source; /* NULL: none was named, or none will be read */
    const char *target;
    const char *patch;
    const char *unread; /* an old image that is not read, and not to be overwritten; or NULL */
} diff_files;

/* As options_parse. */
bool diff_options_parse(const char *invocation, char **arguments, diff_settings *settings,
                        diff_files *files, int *status);

/* The encoder's options; the progress is left out. */
void diff_options_for_encoder(const diff_settings *settings, whittle_encoder_options *options);

#endif
