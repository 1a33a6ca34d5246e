/* The options of `diff`. */
#ifndef TOOLS_DIFF_OPTIONS_H
#define TOOLS_DIFF_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "options.h"
#include "patches.h"
#include "whittle/encoder.h"
#include "whittle/image.h"

typedef struct diff_settings {
    patch_format format;
    whittle_image_choice input;
    given_number ram; /* bytes */
    given_number isa; /* whittle_isa, WHITTLE_ISA_AUTO or WHITTLE_ISA_MIPS */
    given_number base;
    bool base_is_automatic; /* --base auto */
    bool full;
    const char *key;        /* NULL: not to be signed */
    const char *passphrase; /* a file with the key's; NULL: ask */
    given_number security_counter;
    given_number hardware;
    const char *firmware_version; /* NULL: none */
    given_number decode_budget;
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
