/* The options that say what a patch is to be like, which all commands that make patches share. */
#ifndef TOOLS_PATCH_PATCH_OPTIONS_H
#define TOOLS_PATCH_PATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/options.h"
#include "whittle/encoder.h"
#include "whittle/image.h"

typedef struct patch_settings {
    whittle_image_choice input;
    given_number ram; /* bytes */
    given_number isa; /* whittle_isa, WHITTLE_ISA_AUTO or WHITTLE_ISA_MIPS */
    given_number base;
    bool base_is_automatic; /* --base auto */
    const char *key;        /* NULL: not to be signed */
    const char *passphrase; /* a file with the key's; NULL: ask */
    given_number security_counter;
    given_number hardware;
    const char *firmware_version; /* NULL: none */
    given_number decode_budget;
} patch_settings;

#define PATCH_OPTION_COUNT 10

/* Fills in a part of a command's table: PATCH_OPTION_COUNT options, whose values go to settings. */
void patch_options_list(patch_settings *settings, option list[PATCH_OPTION_COUNT]);

/* Says which option is given without the one that it needs; returns an exit status. */
int patch_options_check(const patch_settings *settings, const char *invocation);

/* The encoder's options. */
void patch_options_for_encoder(const patch_settings *settings, whittle_encoder_options *options);

/* For --jobs: 1 to 1024. The place is a given_number. */
option_reader read_jobs;

/* Puts a number into its place where the text was right; returns what was wanted where not. */
const char *take_number(bool right, given_number *place, const char *wanted);

#endif
