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
    if (device->message) {
        device->message(device->context, text);
        if (error && device->error_text) {
            device->message(device->context, device->error_text(error));
        }
    }
}

void whittle_feed_watchdog(const whittle_device *device) {
    if (device->watchdog) {
        device->watchdog(device->context);
    }
}

uint32_t whittle_round_up(uint32_t value, uint32_t unit) {
    return value + (unit - 1) - (value + (unit - 1)) % unit;
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

int whittle_flash_program(const whittle_device *device, uint32_t offset, const void *data,
                          uint32_t size) {
    const whittle_flash *flash = device->flash;
    const uint8_t *bytes = data;
    uint32_t page = flash->geometry.program_page;
    for (uint32_t done = 0; done < size;) {
        uint32_t count = page - (offset + done) % page;
        if (count > size - done) {
            count = size - done;
        }
        int error = flash->program(flash->context, offset + done, bytes + done, count);
        if (!error) {
            error = sync(device);
        }
        if (error) {
            return error;
        }
        done += count;
    }
    return whittle_flash_holds(device, offset, data, size) ? WHITTLE_OK : WHITTLE_ERROR_IO;
}

/* What is done with bytes that are read piece by piece: exactly one of these. */
typedef struct piece_reader {
    const whittle_device *device;
    whittle_sha256 *hash; /* hash them */
    uint32_t *crc;        /* or sum them */
    const uint8_t *data;  /* or compare them with these; NULL: with erased bytes */
} piece_reader;

static bool is_as_expected(const piece_reader *reader, const uint8_t *piece, uint32_t size) {
    if (reader->data) {
        return memcmp(piece, reader->data, size) == 0;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (piece[i] != reader->device->flash->geometry.erased_value) {
            return false;
        }
    }
    return true;
}

/* Reads size bytes from offset, a piece at a time. */
static int read_pieces(piece_reader *reader, uint32_t offset, uint32_t size) {
    uint8_t piece[PIECE_SIZE];
    while (size) {
        uint32_t count = size < sizeof piece ? size : (uint32_t)sizeof piece;
        int error = whittle_flash_read(reader->device, offset, piece, count);
        if (error) {
            return error;
        }
        if (reader->hash) {
            whittle_sha256_update(reader->hash, piece, count);
        } else if (reader->crc) {
            *reader->crc = whittle_crc32(*reader->crc, piece, count);
        } else if (!is_as_expected(reader, piece, count)) {
            return WHITTLE_ERROR_IO;
        } else if (reader->data) {
            reader->data += count;
        }
        whittle_feed_watchdog(reader->device);
        offset += count;
        size -= count;
    }
    return WHITTLE_OK;
}

bool whittle_flash_holds(const whittle_device *device, uint32_t offset, const void *data,
                         uint32_t size) {
    piece_reader reader = {.device = device, .data = data};
    return read_pieces(&reader, offset, size) == WHITTLE_OK;
}

int whittle_flash_crc32(const whittle_device *device, uint32_t offset, uint32_t size,
                        uint32_t *crc) {
    piece_reader reader = {.device = device, .crc = crc};
    return read_pieces(&reader, offset, size);
}

int whittle_flash_digest(const whittle_device *device, uint32_t offset, uint32_t size,
                         uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]) {
    uint8_t whole[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    piece_reader reader = {.device = device, .hash = &hash};
    whittle_sha256_start(&hash);
    int error = read_pieces(&reader, offset, size);
    whittle_sha256_finish(&hash, whole);
    memcpy(digest, whole, WHITTLE_IMAGE_DIGEST_SIZE);
    return error;
}
