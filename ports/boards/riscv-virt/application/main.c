/* The firmware of the RISC-V board: a few commands on the serial line, one in each line.
 *
 *     version         the version that runs
 *     start           begin an update
 *     resume          go on with one: answers the offset to write on from
 *     write HEX       the next bytes
 *     finish          check what was written; it is applied at the restart
 *     restart
 *     greet           say what is said at the start
 *     notes           what is new in this release
 *
 * Each answer ends with a line "ok" or "error: TEXT". A line that starts with "*" is a message of
 * the updater. This is the smallest firmware that can replace itself.
 */
#include "board.h"
#include "console.h"
#include "device_description.h"
#include "image.h"
#include "release.h"

#include <stdbool.h>
#include <string.h>

#include "whittle/updater.h"

#define LINE_SIZE 1100u /* 512 bytes in hexadecimal and a command */

static whittle_device device;
static whittle_updater updater;

static void print_message(void *context, const char *text) {
    (void)context;
    console_text("* ");
    console_text(text);
    console_text("\n");
}

static void read_line(char line[LINE_SIZE]) {
    size_t length = 0;

    for (;;) {
        int byte = serial_get();
        if (byte < 0)
            serial_wait();
        if (byte == '\n' || byte == '\r')
            break;
        if (byte >= 0 && length < LINE_SIZE - 1)
            line[length++] = (char)byte;
    }
    line[length] = '\0';
}

/* The rest of a line that starts with the word, or NULL. */
static const char *after_word(const char *line, const char *word) {
    size_t length = strlen(word);

    if (strncmp(line, word, length) != 0)
        return NULL;
    if (line[length] == '\0')
        return line + length;
    return line[length] == ' ' ? line + length + 1 : NULL;
}

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

/* Decodes in place; *size is set to the number of bytes. */
static int decode_hexadecimal(const char *text, uint8_t *bytes, size_t *size) {
    for (*size = 0; text[0] && text[1]; text += 2) {
        int high = digit_value(text[0]), low = digit_value(text[1]);
        if (high < 0 || low < 0)
            return WHITTLE_ERROR_ARGUMENT;
        bytes[(*size)++] = (uint8_t)(high << 4 | low);
    }
    return text[0] ? WHITTLE_ERROR_ARGUMENT : WHITTLE_OK;
}

static int resume_update(void) {
    uint32_t offset;
    int error = whittle_updater_resume(&updater, &device, &offset);

    if (!error) {
        console_decimal(offset);
        console_text("\n");
    }
    return error;
}

static int write_update(const char *text) {
    uint8_t bytes[LINE_SIZE / 2];
    size_t size;
    int error = decode_hexadecimal(text, bytes, &size);

    return error ? error : whittle_updater_write(&updater, bytes, size);
}

static void greet(void) {
    console_text("Application ");
    console_text(firmware_image.version);
    console_text("\n");
}

static int obey(const char *line) {
    const char *rest;

    if (after_word(line, "version")) {
        console_text(firmware_image.version);
        console_text("\n");
        return WHITTLE_OK;
    }
    if (after_word(line, "start"))
        return whittle_updater_start(&updater, &device);
    if (after_word(line, "resume"))
        return resume_update();
    if ((rest = after_word(line, "write")) != NULL)
        return write_update(rest);
    if (after_word(line, "finish"))
        return whittle_updater_finish(&updater);
    if (after_word(line, "notes")) {
        print_release_notes();
        return WHITTLE_OK;
    }
    if (after_word(line, "greet")) {
        greet();
        return WHITTLE_OK;
    }
    if (after_word(line, "restart"))
        board_reset();
    return WHITTLE_ERROR_ARGUMENT;
}

_Noreturn void board_main(void) {
    static char line[LINE_SIZE];

    serial_open();
    board_describe_device(&device, &board_flash);
    device.message = print_message;
    greet();
    bool confirmed = false;
    for (;;) {
        if (!confirmed)
            confirmed = whittle_device_confirm(&device) == WHITTLE_OK;
        read_line(line);
        int error = obey(line);
        if (error) {
            console_text("error: ");
            console_text(device.error_text(error));
            console_text("\n");
        } else
            console_text("ok\n");
    }
}
