/* The options of `diff`: what each takes, and which go together. An option that the chosen format
 * cannot honour is refused; a patch without the security counter that was asked for, for example,
 * would be a trap. */
#include "diff_options.h"

#include <stdio.h>
#include <string.h>

#include "input_image.h"
#include "message.h"
#include "words.h"

enum { JOBS_MAX = 1024 };

/* ---- Readers ---- */

static const char *take_number(bool right, given_number *place, const char *wanted) {
    place->given = place->given || right;
    return right ? NULL : wanted;
}

static const char *read_format(const char *text, void *place) {
    for (patch_format format = FORMAT_WHITTLE; format <= FORMAT_BSDIFF40; format++) {
        if (strcmp(text, format_name(format)) == 0) {
            *(patch_format *)place = format;
            return NULL;
        }
    }
    return "whittle or bsdiff40";
}

static const char *read_ram(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_size(text, WHITTLE_RAM_MIN, WHITTLE_RAM_MAX, &number->value), number,
                       "a size from 4K to 1M");
}

static bool parse_isa(const char *text, uint32_t *value) {
    for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        if (strcmp(text, isa_name(isa)) == 0) {
            *value = isa;
            return true;
        }
    }
    *value = strcmp(text, "mips") == 0 ? WHITTLE_ISA_MIPS : WHITTLE_ISA_AUTO;
    return *value == WHITTLE_ISA_MIPS || strcmp(text, "auto") == 0;
}

static const char *read_isa(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_isa(text, &number->value), number,
                       "auto, none, thumb, xtensa, riscv, aarch64, avr or mips");
}

static const char *read_base(const char *text, void *place) {
    diff_settings *settings = place;
    settings->base_is_automatic = strcmp(text, "auto") == 0;
    bool right =
        settings->base_is_automatic || parse_number(text, 0, UINT32_MAX, &settings->base.value);
    return take_number(right, &settings->base, "an address of 32 bits, as 0x08000000, or auto");
}

static const char *read_decimal(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 0, UINT32_MAX, &number->value), number,
                       "a number from 0 to 4294967295");
}

static const char *read_positive(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 1, UINT32_MAX, &number->value), number,
                       "a number from 1 to 4294967295");
}

static const char *read_hardware(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_number(text, 0, UINT32_MAX, &number->value), number,
                       "a number of 32 bits, as 7 or 0x0701");
}

static const char *read_level(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 1, 9, &number->value), number, "a level from 1 to 9");
}

static const char *read_jobs(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 1, JOBS_MAX, &number->value), number,
                       "a number of threads from 1 to 1024");
}

static const char *read_firmware_version(const char *text, void *place) {
    size_t size = strlen(text);
    bool right = size > 0 && size <= WHITTLE_FIRMWARE_VERSION_MAX;
    for (; right && *text; text++) {
        right = *text >= 0x20 && *text <= 0x7E;
    }
    if (right) {
        *(const char **)place = text - size;
    }
    return right ? NULL : "1 to 32 printable ASCII characters";
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
        {"--ram", settings->ram.given, FORMAT_WHITTLE},
        {"--isa", settings->isa.given, FORMAT_WHITTLE},
        {"--base", settings->base.given, FORMAT_WHITTLE},
        {"--full", settings->full, FORMAT_WHITTLE},
        {"--sign", settings->key != NULL, FORMAT_WHITTLE},
        {"--security-counter", settings->security_counter.given, FORMAT_WHITTLE},
        {"--hardware", settings->hardware.given, FORMAT_WHITTLE},
        {"--fw-version", settings->firmware_version != NULL, FORMAT_WHITTLE},
        {"--decode-budget", settings->decode_budget.given, FORMAT_WHITTLE},
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
    if (status == STATUS_DONE && settings->passphrase && !settings->key) {
        status = message_usage(invocation, "--passphrase-file", "this option is only for --sign");
    }
    return status;
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
    const option known[] = {
        {"format", "FORMAT", "whittle (default), or bsdiff40 for reference devices", read_format,
         &settings->format},
        {"input", "FORM", INPUT_HELP, read_input, &settings->input},
        {"ram", "SIZE", "RAM of the decoder in all, 4K to 1M (default 32K)", read_ram,
         &settings->ram},
        {"isa", "ISA", "auto (default), none, thumb, xtensa, riscv, aarch64, avr, mips", read_isa,
         &settings->isa},
        {"base", "ADDRESS", "load address of both images, or auto (default)", read_base, settings},
        {"full", NULL, "make a self-contained image; OLD may be left out", NULL, &settings->full},
        {"sign", "KEY", "sign with the private key in a PEM file", read_text, &settings->key},
        {"passphrase-file", "FILE", "the key's passphrase (default: ask for it)", read_text,
         &settings->passphrase},
        {"security-counter", "N", "devices that have confirmed a higher one refuse the patch",
         read_decimal, &settings->security_counter},
        {"hardware", "ID", "devices of another class refuse the patch", read_hardware,
         &settings->hardware},
        {"fw-version", "TEXT", "name of the new version, up to 32 characters",
         read_firmware_version, &settings->firmware_version},
        {"decode-budget", "N", "instructions of the decoder per byte to keep to (RV32)",
         read_positive, &settings->decode_budget},
        {"bzip2-level", "LEVEL", "1 to 9, for bsdiff40: a device needs 750 KB of RAM each",
         read_level, &settings->bzip2_level},
        {"jobs", "N", "threads (default: one per processor)", read_jobs, &settings->jobs},
        {"quiet", NULL, "no result line and no progress", NULL, &settings->report.quiet},
        {"progress", NULL, "progress at once, also without a terminal", NULL,
         &settings->report.progress},
        {"json", NULL, "the result as JSON", NULL, &settings->report.json},
    };
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
    whittle_encoder_defaults(options);
    options->ram = settings->ram.given ? settings->ram.value : options->ram;
    options->isa = settings->isa.given ? (uint8_t)settings->isa.value : options->isa;
    options->base_given = settings->base.given && !settings->base_is_automatic;
    options->base = settings->base.value;
    options->full = settings->full;
    options->has_security_counter = settings->security_counter.given;
    options->security_counter = settings->security_counter.value;
    options->has_hardware = settings->hardware.given;
    options->hardware = settings->hardware.value;
    options->firmware_version = settings->firmware_version;
    options->decode_budget = settings->decode_budget.value;
    options->jobs = settings->jobs.value;
}
