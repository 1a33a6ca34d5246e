/* usage: make_flash OUTPUT BOOT_LOADER FIRMWARE [UPDATE]
 *
 * A host program: makes the flash of a new device, as a factory programs it. The boot loader is at
 * the start, the firmware in slot 0, and the boot record says so. With UPDATE, a patch or an image,
 * the device has already received it and meets it at its first start. Built for each board, since
 * it compiles the board's own description.
 */
#include "device_description.h"
#include "whittle/updater.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct file_contents {
    uint8_t *data;
    size_t size;
} file_contents;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "make_flash: %s: %s\n", what, why);
    exit(1);
}

static file_contents read_file(const char *path) {
    file_contents contents = {malloc(FLASH_SIZE), 0};
    FILE *file = fopen(path, "rb");

    if (!file || !contents.data)
        fail(path, "cannot open");
    contents.size = fread(contents.data, 1, FLASH_SIZE, file);
    if (ferror(file) || fgetc(file) != EOF)
        fail(path, "cannot read, or larger than the flash");
    fclose(file);
    return contents;
}

/* ---- A flash in memory: context is its first byte ---- */

static int read_memory(void *context, uint32_t offset, uint8_t *data, size_t size) {
    memcpy(data, (const uint8_t *)context + offset, size);
    return WHITTLE_OK;
}

static int program_memory(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    memcpy((uint8_t *)context + offset, data, size);
    return WHITTLE_OK;
}

static int erase_memory(void *context, uint32_t offset) {
    memset((uint8_t *)context + offset, 0xFF, FLASH_SECTOR);
    return WHITTLE_OK;
}

static void check(int error, const char *what) {
    if (error)
        fail(what, whittle_error_text(error));
}

static void receive(const whittle_device *device, const char *path) {
    file_contents update = read_file(path);
    whittle_updater updater;

    check(whittle_updater_start(&updater, device), path);
    check(whittle_updater_write(&updater, update.data, update.size), path);
    check(whittle_updater_finish(&updater), path);
    free(update.data);
}

int main(int argument_count, char **arguments) {
    if (argument_count != 4 && argument_count != 5) {
        fprintf(stderr, "usage: make_flash OUTPUT BOOT_LOADER FIRMWARE [UPDATE]\n");
        return 2;
    }
    uint8_t *bytes = malloc(FLASH_SIZE);
    if (!bytes)
        fail(arguments[1], "out of memory");
    memset(bytes, 0xFF, FLASH_SIZE);
    file_contents loader = read_file(arguments[2]), firmware = read_file(arguments[3]);
    if (loader.size > LAYOUT_RECORD_A)
        fail(arguments[2], "does not fit before the boot record");
    if (firmware.size > LAYOUT_SLOT_SIZE)
        fail(arguments[3], "does not fit the slot");
    memcpy(bytes, loader.data, loader.size);
    memcpy(bytes + LAYOUT_SLOT_0, firmware.data, firmware.size);

    const whittle_flash flash = {BOARD_FLASH_GEOMETRY, bytes,        read_memory,
                                 program_memory,       erase_memory, NULL};
    whittle_device device;
    board_describe_device(&device, &flash);
    check(whittle_device_install(&device, 0, (uint32_t)firmware.size, 0), arguments[3]);
    if (argument_count == 5)
        receive(&device, arguments[4]);

    FILE *file = fopen(arguments[1], "wb");
    if (!file || fwrite(bytes, 1, FLASH_SIZE, file) != FLASH_SIZE || fclose(file))
        fail(arguments[1], "cannot write");
    free(loader.data);
    free(firmware.data);
    free(bytes);
    return 0;
}
