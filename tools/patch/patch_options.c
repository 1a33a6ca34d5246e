/* What a patch is to be like: readers of values, and the rows of the tables of options. */
#include "patch_options.h"

#include <assert.h>
#include <string.h>

#include "../common/message.h"
#include "../common/words.h"
#include "input_image.h"

enum { JOBS_MAX = 1024 };

/* ---- Readers ---- */

const char *take_number(bool right, given_number *place, const char *wanted) {
    place->given = place->given || right;
    return right ? NULL : wanted;
}

static const char *read_ram(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_size(text, WHITTLE_RAM_MIN, WHITTLE_RAM_MAX, &number->value), number,
                       "a size from 4K to 1M");
}

static bool parse_isa(const char *text, uint32_t *value) {
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        if (strcmp(text, isa_name((uint8_t)isa)) == 0) {
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
    patch_settings *settings = place;
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

const char *read_jobs(const char *text, void *place) {
    given_number *number = place;
    return take_number(parse_decimal(text, 1, JOBS_MAX, &number->value), number,
                       "a number from 1 to 1024");
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

/* ---- The rows ---- */

void patch_options_list(patch_settings *settings, option list[PATCH_OPTION_COUNT]) {
    const option known[] = {
        {"input", "FORM", INPUT_HELP, read_input, &settings->input},
        {"ram", "SIZE", "RAM of the decoder in all, 4K to 1M (default 32K)", read_ram,
         &settings->ram},
        {"isa", "ISA", "auto (default), none, thumb, xtensa, riscv, aarch64,\navr, mips", read_isa,
         &settings->isa},
        {"base", "ADDRESS", "load address of all images, or auto (default)", read_base, settings},
        {"sign", "KEY", "sign with the private key in a PEM file", read_text, &settings->key},
        {"passphrase-file", "FILE", "the key's passphrase (default: ask for it)", read_text,
         &settings->passphrase},
        {"security-counter", "N", "devices that confirmed a higher one refuse the patch",
         read_decimal, &settings->security_counter},
        {"hardware", "ID", "devices of another class refuse the patch", read_hardware,
         &settings->hardware},
        {"fw-version", "TEXT", "name of the new version, up to 32 characters",
         read_firmware_version, &settings->firmware_version},
        {"decode-budget", "N", "keep to that many decoder instructions a byte (RV32)",
         read_positive, &settings->decode_budget},
    };
    static_assert(sizeof known / sizeof *known == PATCH_OPTION_COUNT, "the count in the header");
    memcpy(list, known, sizeof known);
}

int patch_options_check(const patch_settings *settings, const char *invocation) {
    bool stray = settings->passphrase && !settings->key;
    return stray ? message_usage(invocation, "--passphrase-file", "this option is only for --sign")
                 : STATUS_DONE;
}

void patch_options_for_encoder(const patch_settings *settings, whittle_encoder_options *options) {
    whittle_encoder_defaults(options);
    options->ram = settings->ram.given ? settings->ram.value : options->ram;
    options->isa = settings->isa.given ? (uint8_t)settings->isa.value : options->isa;
    options->base_given = settings->base.given && !settings->base_is_automatic;
    options->base = settings->base.value;
    options->has_security_counter = settings->security_counter.given;
    options->security_counter = settings->security_counter.value;
    options->has_hardware = settings->hardware.given;
    options->hardware = settings->hardware.value;
    options->firmware_version = settings->firmware_version;
    options->decode_budget = settings->decode_budget.value;
}
