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

uint32_t whittle_round_up(uint32_t value, uint32_t unit) {
    uint32_t rest = value % unit;
    return rest ? value + (unit - rest) : value;
}

void whittle_feed_watchdog(const whittle_device *device) {
    if (device->watchdog) {
        device->watchdog(device->context);
    }
}

static int sync(const whittle_device *device) {
    whittle_feed_watchdog(device);
    return device->flash->sync ? device->flash->sync(device->flash->context) : WHITTLE_OK;
}

int whittle_flash_read(const whittle_device *device, uint32_t offset, void *data, size_t size) {
    return device->flash->read(device->flash->context, offset, data, size);
}

/* Reads size bytes piece by piece and hands them to use, until that returns an error. */
static int read_pieces(const whittle_device *device, uint32_t offset, uint32_t size, void *context,
                       int (*use)(void *context, const uint8_t *data, size_t size)) {
    uint8_t piece[PIECE_SIZE];
    int error = WHITTLE_OK;
    while (size && !error) {
        uint32_t count = size < sizeof piece ? size : (uint32_t)sizeof piece;
        error = whittle_flash_read(device, offset, piece, count);
        if (!error) {
            error = use(context, piece, count);
        }
        whittle_feed_watchdog(device);
        offset += count;
        size -= count;
    }
    return error;
}

static int compare_piece(void *context, const uint8_t *data, size_t size) {
    const uint8_t **expected = context;
    int error = memcmp(*expected, data, size) == 0 ? WHITTLE_OK : WHITTLE_ERROR_IO;
    *expected += size;
    return error;
}

int whittle_flash_program(const whittle_device *device, uint32_t offset, const uint8_t *data,
                          size_t size) {
    const whittle_flash *flash = device->flash;
    uint32_t page = flash->geometry.program_page;
    while (size) {
        uint32_t count = page - offset % page;
        if (count > size) {
            count = (uint32_t)size;
        }
        int error = flash->program(flash->context, offset, data, count);
        if (!error) {
            error = sync(device);
        }
        if (!error) {
            const uint8_t *expected = data;
            error = read_pieces(device, offset, count, &expected, compare_piece);
        }
        if (error) {
            return error;
        }
        offset += count;
        data += count;
        size -= count;
    }
    return WHITTLE_OK;
}

int whittle_flash_erase(const whittle_device *device, uint32_t offset) {
    int error = device->flash->erase(device->flash->context, offset);
    return error ? error : sync(device);
}

bool whittle_data_is_erased(const whittle_device *device, const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (data[i] != device->flash->geometry.erased_value) {
            return false;
        }
    }
    return true;
}

static int check_erased_piece(void *context, const uint8_t *data, size_t size) {
    whittle_device *const *device = context;
    return whittle_data_is_erased(*device, data, size) ? WHITTLE_OK : WHITTLE_ERROR_IO;
}

bool whittle_flash_is_erased(const whittle_device *device, uint32_t offset, uint32_t size) {
    return read_pieces(device, offset, size, &device, check_erased_piece) == WHITTLE_OK;
}

static int hash_piece(void *context, const uint8_t *data, size_t size) {
    whittle_sha256_update(context, data, size);
    return WHITTLE_OK;
}

int whittle_flash_digest(const whittle_device *device, uint32_t offset, uint32_t size,
                         uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]) {
    uint8_t whole[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    int error = read_pieces(device, offset, size, &hash, hash_piece);
    whittle_sha256_finish(&hash, whole);
    memcpy(digest, whole, WHITTLE_IMAGE_DIGEST_SIZE);
    return error;
}

static int sum_piece(void *context, const uint8_t *data, size_t size) {
    uint32_t *crc = context;
    *crc = whittle_crc32(*crc, data, size);
    return WHITTLE_OK;
}

int whittle_flash_crc32(const whittle_device *device, uint32_t offset, uint32_t size,
                        uint32_t *crc) {
    *crc = 0;
    return read_pieces(device, offset, size, crc, sum_piece);
}
