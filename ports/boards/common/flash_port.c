/* The library's flash port on the board's NOR flash. */
#include "cfi_nor.h"
#include "device_description.h"

#include <string.h>

static int read_flash(void *context, uint32_t offset, uint8_t *data, size_t size) {
    (void)context;
    if (offset > FLASH_SIZE || size > FLASH_SIZE - offset)
        return WHITTLE_ERROR_IO;
    memcpy(data, (const void *)(FLASH_ADDRESS + (uintptr_t)offset), size);
    return WHITTLE_OK;
}

static int program_flash(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    return cfi_nor_program(offset, data, size) ? WHITTLE_ERROR_IO : WHITTLE_OK;
}

static int erase_flash(void *context, uint32_t offset) {
    (void)context;
    return cfi_nor_erase(offset) ? WHITTLE_ERROR_IO : WHITTLE_OK;
}

const whittle_flash board_flash = {
    .geometry = BOARD_FLASH_GEOMETRY,
    .read = read_flash,
    .program = program_flash,
    .erase = erase_flash,
};
