/* Access to the flash, in operations that keep the port's rules.
 *
 * Invariant: when a function here returns, what it did is complete and synced, so that the order of
 * calls is the order in which a power failure can cut them. Everything programmed is read back: a
 * flash that fails without saying so is found out here, where the reason is still known.
 */
#include "device/access.h"

#include <string.h>

#include "codec/crc32.h"
#include "whittle/sha256.h"

/* Bytes read at a time; small, since they are on the stack. */
enum { PIECE_SIZE = 64 };

void whittle_say(const whittle_device *device, const char *text, int error) {
    if (!device->message) {
        return;
    }
    if (text) {
        device->message(device->context, text);
    }
    if (error && device->error_text) {
        device->message(device->context, device->error_text(error));
    }
}

void whittle_feed_watchdog(const whittle_device *device) {
    if (device->watchdog) {
        device->watchdog(device->context);
    }
}

uint32_t whittle_round_up(uint32_t value, uint32_t unit) {
    return (value + (unit - 1)) / unit * unit;
}

int whittle_flash_read(const whittle_device *device, uint32_t offset, void *data, size_t size) {
    return device->flash->read(device->flash->context, offset, data, size);
}

/* Ends a change of the flash: waits until it is complete. */
static int sync(const whittle_device *device) {
    whittle_feed_watchdog(device);
    return device->flash->sync ? device->flash->sync(device->flash->context) : WHITTLE_OK;
}

int whittle_flash_erase(const whittle_device *device, uint32_t offset) {
    int error = device->flash->erase(device->flash->context, offset);
    return error ? error : sync(device);
}

int whittle_flash_program(const whittle_device *device, uint32_t offset, void *data,
                          uint32_t size) {
    const whittle_flash *flash = device->flash;
    uint32_t page = flash->geometry.program_page;
    uint8_t *bytes = data;
    int error = WHITTLE_OK;
    while (size > 0 && !error) {
        uint32_t count = page - (offset & (page - 1));
        if (count > size) {
            count = size;
        }
        error = flash->program(flash->context, offset, bytes, count);
        if (!error) {
            error = sync(device);
        }
        if (!error) {
            error = whittle_flash_scan(device, offset, count, WHITTLE_SCAN_COMPARE, bytes);
        }
        offset += count;
        bytes += count;
        size -= count;
    }
    return error;
}

int whittle_flash_scan(const whittle_device *device, uint32_t offset, uint32_t size,
                       whittle_scan scan, void *context) {
    uint8_t piece[PIECE_SIZE];
    /* What a comparison expects: the bytes of the context, or one byte again and again. */
    const uint8_t *expected = context ? context : &device->flash->geometry.erased_value;
    const uint32_t step = context != NULL;
    while (size > 0) {
        uint32_t count = size < sizeof piece ? size : (uint32_t)sizeof piece;
        int error = whittle_flash_read(device, offset, piece, count);
        if (error) {
            return error;
        }
        switch (scan) { /* GCOVR_EXCL_BR_LINE: there is no other value */
        case WHITTLE_SCAN_HASH:
            whittle_sha256_update(context, piece, count);
            break;
        case WHITTLE_SCAN_SUM:
            *(uint32_t *)context = whittle_crc32(*(uint32_t *)context, piece, count);
            break;
        case WHITTLE_SCAN_COMPARE:
            for (uint32_t i = 0; i < count; i++) {
                if (piece[i] != *expected) {
                    return WHITTLE_ERROR_IO;
                }
                expected += step;
            }
            break;
        }
        whittle_feed_watchdog(device);
        offset += count;
        size -= count;
    }
    return WHITTLE_OK;
}

bool whittle_flash_is_erased(const whittle_device *device, uint32_t offset, uint32_t size) {
    return whittle_flash_scan(device, offset, size, WHITTLE_SCAN_COMPARE, NULL) == WHITTLE_OK;
}
