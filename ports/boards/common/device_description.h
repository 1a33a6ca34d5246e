/* The board as the library's device: its flash, the layout of records and slots, what it offers.
 * Boot loader, firmware and the host program that makes flash images all describe it by this. */
#ifndef BOARD_DEVICE_DESCRIPTION_H
#define BOARD_DEVICE_DESCRIPTION_H

#include "hardware.h"
#include "whittle/device.h"

/* What arrived is neither a patch nor a firmware for this board. */
#define BOARD_ERROR_IMAGE (-100)

/* Decoder RAM of the largest patch that the boot loader applies, and one page of flash. */
#define BOARD_DECODER_MEMORY 40960u
#define BOARD_PATCH_MEMORY   (BOARD_DECODER_MEMORY + FLASH_WRITE_BUFFER)

#define BOARD_FLASH_GEOMETRY                                                                       \
    {                                                                                              \
        .size = FLASH_SIZE, .erase_unit = FLASH_SECTOR, .program_unit = sizeof(flash_word),        \
        .program_page = FLASH_WRITE_BUFFER, .erased_value = 0xFF                                   \
    }

/* The flash itself, on the board. */
extern const whittle_flash board_flash;

/* Whose signatures the board asks for: trust/trust_anyone.c or trust/trust_keys.c is linked. */
extern const whittle_trust *const board_trust;

/* Fills in everything but the callbacks for messages, watchdog and progress, which are NULL then.
 * Errors have texts, those of the board's own number, too. The callbacks' context is device
 * itself. */
void board_describe_device(whittle_device *device, const whittle_flash *flash);

#endif
