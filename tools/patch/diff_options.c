/* The options of `diff`: what each takes, and which go together. An option that the chosen format
 * cannot honour is refused; a patch without the security counter that was asked for, for example,
 * would be a trap. */
#include "diff_options.h"

#include <stdio.h>
#include <string.h>

#include "../common/message.h"

/* ---- Readers ---- */

static const char *read_format(const char *text, void *place) {
    for (patch_format format = FORMAT_WHITTLE; format <= FORMAT_BSDIFF40; format++) {
        if (strcmp(text, format_name(format)) == 0) {
            *(patch_format *)place = format;
            return NULL;
        }
    }
    return "whittle or bsdiff40";
}

static const char *read_level(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 1, 9, &number->value), number, "a level from 1 to 9");
}

/* ---- Which options go together ---- */

/* An option that only one format knows. */
typedef struct bound_option {
    const char *name;
    bool given;
    patch_format format;
} bound_option;

static int check_format(const char *invocation, const diff_settings *settings) {
    const bound_option bound[] = {
        {"--ram", settings->patch.ram.given, FORMAT_WHITTLE},
        {"--isa", settings->patch.isa.given, FORMAT_WHITTLE},
        {"--base", settings->patch.base.given, FORMAT_WHITTLE},
        {"--full", settings->full, FORMAT_WHITTLE},
        {"--sign", settings->patch.key != NULL, FORMAT_WHITTLE},
        {"--security-counter", settings->patch.security_counter.given, FORMAT_WHITTLE},
        {"--hardware", settings->patch.hardware.given, FORMAT_WHITTLE},
        {"--fw-version", settings->patch.firmware_version != NULL, FORMAT_WHITTLE},
        {"--decode-budget", settings->patch.decode_budget.given, FORMAT_WHITTLE},
        {"--bzip2-level", settings->bzip2_level.given, FORMAT_BSDIFF40},
    };
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        if (bound[i].given && bound[i].format != settings->format) {
            char text[64];
            (void)snprintf(text, sizeof text, "this option is only for --format %s",
                           format_name(bound[i].format));
            return message_usage(invocation, bound[i].name, text);
        }
    }
    return STATUS_DONE;
}

static int check_settings(const char *invocation, const diff_settings *settings,
                          const operands *found) {
    int status = check_format(invocation, settings);
    if (status == STATUS_DONE && !settings->full && found->count < 3) {
        status = message_usage(invocation, NULL, "operands are missing: OLD NEW PATCH");
    }
    return status == STATUS_DONE ? patch_options_check(&settings->patch, invocation) : status;
}

/* With --full, the old image may be left out; where it is named all the same, it is not read. */
static void name_files(const diff_settings *settings, const operands *found, diff_files *files) {
    bool old_named = found->count == 3;
    *files = (diff_files){.target = found->names[old_named], .patch = found->names[1 + old_named]};
    if (settings->full) {
        files->unread = old_named ? found->names[0] : NULL;
    } else {
        files->source = found->names[0];
    }
}

/* ---- The table ---- */

bool diff_options_parse(const char *invocation, char **arguments, diff_settings *settings,
                        diff_files *files, int *status) {
    *settings = (diff_settings){.format = FORMAT_WHITTLE};
    const option own[] = {
        {"format", "FORMAT", "whittle (default) or bsdiff40, for Pycom's devices", read_format,
         &settings->format},
        {"full", NULL, "make a self-contained image; OLD may be left out", NULL, &settings->full},
        {"bzip2-level", "LEVEL", "1 to 9, for bsdiff40: 750 KB of a device's RAM each", read_level,
         &settings->bzip2_level},
        {"jobs", "N", "threads (default: one per processor)", read_jobs, &settings->jobs},
        QUIET_OPTION(settings->report),
        PROGRESS_OPTION(settings->report),
        JSON_OPTION(settings->report),
    };
    option known[PATCH_OPTION_COUNT + sizeof own / sizeof *own];
    patch_options_list(&settings->patch, known);
    memcpy(known + PATCH_OPTION_COUNT, own, sizeof own);
    const syntax rules = {
        .operands = "OLD NEW PATCH",
        .purpose =
            "Makes the patch from the firmware image OLD, which a device runs, to NEW. Images\n"
            "may be raw, ELF, Intel HEX or UF2; the patch is for the raw image in a flash.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 2,
        .operand_max = 3,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    *status = check_settings(invocation, settings, &found);
    name_files(settings, &found, files);
    return *status == STATUS_DONE;
}

void diff_options_for_encoder(const diff_settings *settings, whittle_encoder_options *options) {
    patch_options_for_encoder(&settings->patch, options);
    options->full = settings->full;
    options->jobs = settings->jobs.value;
}
