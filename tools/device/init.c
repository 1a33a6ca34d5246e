/* whittle device init FLASH --firmware FW: makes a device in a file, with its first firmware. What
 * the device is made as is written into its boot loader's area, as text, so that the other commands
 * need to be told nothing but the file. */
#include <errno.h>
#include <stdio.h>

#include "../common/keys.h"
#include "../common/message.h"
#include "../common/output.h"
#include "../common/words.h"
#include "../patch/input_image.h"
#include "session.h"

enum { FLASH_MIN = 4096, FLASH_MAX = 64 << 20 };

typedef struct making {
    const char *flash_path;
    const char *firmware_path;
    const char *key_path; /* NULL: updates need no signature */
    whittle_image_choice input;
    posix_device_options options;
    bool no_patches;
    uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE];
    input_image firmware;
    output out;
} making;

/* ---- The command line ---- */

static const char *read_geometry(const char *text, void *place) {
    *(const char **)place = text;
    return sim_geometry_find(text) ? NULL : "spi-4k, nor-64k, mcu-1k or mcu-128k";
}

static const char *read_flash_size(const char *text, void *place) {
    return parse_size(text, FLASH_MIN, FLASH_MAX, place) ? NULL : "a size from 4K to 64M";
}

static const char *read_hardware_id(const char *text, void *place) {
    return parse_number(text, 0, UINT32_MAX, place) ? NULL : "a number of 32 bits, as 7 or 0x0701";
}

static const char *read_starts(const char *text, void *place) {
    uint32_t starts;
    bool right = parse_decimal(text, 0, UINT8_MAX, &starts);
    *(uint8_t *)place = (uint8_t)(right ? starts : 0);
    return right ? NULL : "a number of starts from 0 to 255";
}

static bool parse(making *work, const char *invocation, char **arguments, int *status) {
    const option known[] = {
        {"firmware", "FW", "the first firmware: raw, ELF, Intel HEX or UF2", read_text,
         &work->firmware_path},
        {"input", "FORM", INPUT_HELP, read_input, &work->input},
        {"geometry", "NAME", "flash: spi-4k (default), nor-64k, mcu-1k or mcu-128k", read_geometry,
         &work->options.geometry},
        {"size", "SIZE", "bytes of the flash (default: as the geometry has)", read_flash_size,
         &work->options.size},
        {"key", "PUB.pem", "take no update but what this key has signed", read_text,
         &work->key_path},
        {"hardware", "ID", "the device class; patches for another one are refused",
         read_hardware_id, &work->options.hardware},
        {"trial", "N", "starts for new firmware to confirm itself; 0: none", read_starts,
         &work->options.trial_starts},
        {"no-patches", NULL, "a build without DIFF_UPDATE_ENABLED", NULL, &work->no_patches},
    };
    const syntax rules = {
        .operands = "FLASH",
        .purpose =
            "Makes a device in the flash image file FLASH, with its first firmware in slot 0.\n"
            "The file remembers what it was made as.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    work->flash_path = found.names[0];
    work->options.patches_enabled = !work->no_patches;
    if (!work->firmware_path) {
        *status = message_usage(invocation, "--firmware", "it is needed: the first firmware");
        return false;
    }
    return true;
}

/* ---- Making ---- */

static int refuse_create(const making *work, int error) {
    if (error == WHITTLE_ERROR_IO) {
        return message_system(work->flash_path, errno);
    }
    return message_failed(work->flash_path,
                          error == WHITTLE_ERROR_ARGUMENT
                              ? "the flash has to be five sectors or more, and whole ones "
                                "(choose another --size or --geometry)"
                              : whittle_error_text(error));
}

static int refuse_install(const making *work, uint32_t slot_size, int error) {
    char text[128];
    char size[WORDS_MAX];
    switch (error) {
    case WHITTLE_ERROR_NO_IMAGE:
        return message_failed(work->firmware_path, "it is empty (name a firmware image)");
    case WHITTLE_ERROR_TOO_LARGE:
        (void)snprintf(text, sizeof text, "it does not fit a slot of %s (choose a larger --size)",
                       size_in_words(slot_size, size));
        return message_failed(work->firmware_path, text);
    default:
        return message_failed(work->flash_path, whittle_error_text(error));
    }
}

/* Makes the device in the file of that name, which is a temporary one. */
static int make_device(const making *work, const char *path, uint32_t *slot_size) {
    posix_device posix;
    const file *image = &work->firmware.content;
    int error = posix_device_create(&posix, path, &work->options);
    if (error) {
        return refuse_create(work, error);
    }
    *slot_size = posix.device.slot_size;
    error = posix_device_install(&posix, image->data, (uint32_t)image->size, 0);
    if (posix_device_close(&posix)) {
        return message_system(work->flash_path, errno);
    }
    return error ? refuse_install(work, *slot_size, error) : STATUS_DONE;
}

static int make(making *work, uint32_t *slot_size) {
    if (!work->out.real_path) {
        return message_failed(work->flash_path, "it is no file (name one for the device)");
    }
    int status = output_open(&work->out);
    if (status == STATUS_DONE) {
        status = make_device(work, work->out.temporary, slot_size);
    }
    return status == STATUS_DONE ? output_commit(&work->out) : status;
}

static void report(const making *work, uint32_t slot_size) {
    char slot[WORDS_MAX];
    char image[WORDS_MAX];
    (void)printf("%s: %s, two slots of %s; slot 0 holds %s, %s\n", work->flash_path,
                 work->options.geometry, size_in_words(slot_size, slot), work->firmware_path,
                 bytes_in_words(work->firmware.content.size, image));
}

static int run(making *work) {
    const char *const inputs[] = {work->firmware_path, work->key_path};
    uint32_t slot_size = 0;
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, work->flash_path);
    if (status == STATUS_DONE) {
        status = output_prepare(&work->out, work->flash_path);
    }
    if (status == STATUS_DONE && work->key_path) {
        status = key_read_public(work->key_path, work->public_key);
        work->options.public_key = work->public_key;
    }
    if (status == STATUS_DONE) {
        status = input_image_read(&work->firmware, work->firmware_path, &work->input);
    }
    if (status == STATUS_DONE) {
        status = make(work, &slot_size);
    }
    if (status == STATUS_DONE) {
        report(work, slot_size);
    }
    return status;
}

int command_device_init(const char *invocation, char **arguments) {
    making work = {.out = {.descriptor = -1}};
    int status;
    posix_device_defaults(&work.options);
    if (!parse(&work, invocation, arguments, &status)) {
        return status;
    }
    status = run(&work);
    output_discard(&work.out);
    input_image_free(&work.firmware);
    return status;
}
