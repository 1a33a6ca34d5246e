/* Admission: what may become the firmware of this device.
 *
 * Order: the header's own soundness, authority (whole by its CRC-32, signature, device class,
 * security counter), the source image, room, RAM. All of it before the first erase, and all of it
 * once more at boot, from the bytes in flash: what an application checked is not what a boot loader
 * trusts.
 *
 * The record's image digests stand in for the images while receiving, so that no image is read over
 * for each header that arrives; the boot loader reads the images themselves.
 */
#include "device/admission.h"

#include <string.h>

#include "device/access.h"
#include "device/authority.h"
#include "whittle/sha256.h"
#include "whittle/trust.h"

/* The CRC-32 of anything that is followed by its own CRC-32. */
static const uint32_t crc_of_whole = 0x2144DF1C;

uint32_t whittle_patch_offset(const whittle_device *device, uint32_t slot, uint32_t patch_size) {
    uint32_t stored = whittle_round_up(patch_size, device->flash->geometry.erase_unit);
    return device->slot_offset[slot] + device->slot_size - stored;
}

/* Where a signature is needed, leaving the class out is no way around it: the keys may be those of
 * several products. */
static bool is_for_hardware(const whittle_device *device, const whittle_header *header) {
    if (header->flags & WHITTLE_FLAG_HARDWARE) {
        return header->hardware == device->hardware;
    }
    return !device->trust || device->hardware == 0;
}

static bool is_for_source(const whittle_slot_image *running, const whittle_header *header) {
    return !(header->flags & WHITTLE_FLAG_SOURCE) ||
           (header->source_size == running->size &&
            memcmp(header->source_digest, running->digest, sizeof header->source_digest) == 0);
}

/* Patch and target share the slot, but no sector: the patch leaves whole ones to the target. */
static bool has_room(const whittle_device *device, const whittle_header *header) {
    uint32_t slot = device->slot_size;
    uint32_t sector = device->flash->geometry.erase_unit;
    return header->total_size <= slot &&
           header->target_size <= slot - whittle_round_up(header->total_size, sector);
}

int whittle_admit_incoming(const whittle_record *record, const whittle_header *header) {
    const whittle_device *device = record->device;
    /* A plain image has no signature, and no security counter. No counter counts as 0: otherwise
     * leaving it out would be the way around it. */
    bool is_signed = header && (header->flags & WHITTLE_FLAG_SIGNED);
    uint32_t security_counter = header ? header->security_counter : 0;
    if (device->trust && !is_signed) {
        return WHITTLE_ERROR_UNSIGNED;
    }
    if (header && !is_for_hardware(device, header)) {
        return WHITTLE_ERROR_HARDWARE;
    }
    if (security_counter < record->status.security_counter) {
        return WHITTLE_ERROR_DOWNGRADE;
    }
    if (!header) {
        return WHITTLE_OK;
    }
    if (!is_for_source(&record->status.images[record->status.active], header)) {
        return WHITTLE_ERROR_SOURCE;
    }
    if (header->target_size == 0) {
        return WHITTLE_ERROR_NO_IMAGE;
    }
    if (!has_room(device, header)) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    bool has_memory = header->ram + device->flash->geometry.program_page <= device->patch_memory;
    return has_memory ? WHITTLE_OK : WHITTLE_ERROR_RAM;
}

/* The authority of a patch that is whole in flash: nothing of its payload is used before. */
static int authorise(const whittle_device *device, uint32_t offset, const whittle_header *header) {
    uint32_t crc = 0;
    int error = whittle_flash_scan(device, offset, header->total_size, WHITTLE_SCAN_SUM, &crc);
    if (!error && crc != crc_of_whole) {
        error = WHITTLE_ERROR_CHECKSUM;
    }
    return error || !device->trust ? error : device->trust->check(device, offset, header);
}

/* Reads the header of a stored patch, which has size bytes. */
static int read_header(const whittle_device *device, uint32_t offset, uint32_t size,
                       whittle_header *header) {
    uint8_t bytes[WHITTLE_HEADER_MAX];
    uint32_t count = size < sizeof bytes ? size : (uint32_t)sizeof bytes;
    int error = whittle_flash_read(device, offset, bytes, count);
    if (!error) {
        error = whittle_header_read(bytes, count, header);
    }
    if (!error && header->total_size != size) {
        error = WHITTLE_ERROR_CORRUPT;
    }
    return error;
}

int whittle_admit_received(const whittle_record *record, whittle_header *header) {
    const whittle_device *device = record->device;
    uint32_t slot = whittle_other_slot(record);
    uint32_t size = record->status.incoming_size;
    int error;
    if (record->status.incoming != WHITTLE_INCOMING_PATCH) {
        error = whittle_admit_incoming(record, NULL);
        return error ? error : whittle_verify_slot(record, slot);
    }
    if (!whittle_fits_slot(device, size)) {
        return WHITTLE_ERROR_CORRUPT;
    }
    uint32_t offset = whittle_patch_offset(device, slot, size);
    error = read_header(device, offset, size, header);
    if (!error) {
        error = authorise(device, offset, header);
    }
    return error ? error : whittle_admit_incoming(record, header);
}

int whittle_digest_slot(const whittle_device *device, uint32_t slot, uint32_t size,
                        uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]) {
    uint8_t whole[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    int error =
        whittle_flash_scan(device, device->slot_offset[slot], size, WHITTLE_SCAN_HASH, &hash);
    whittle_sha256_finish(&hash, whole);
    memcpy(digest, whole, WHITTLE_IMAGE_DIGEST_SIZE);
    return error;
}

int whittle_verify_slot(const whittle_record *record, uint32_t slot) {
    const whittle_slot_image *image = &record->status.images[slot];
    uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE];
    if (!whittle_fits_slot(record->device, image->size)) {
        return WHITTLE_ERROR_NO_IMAGE;
    }
    int error = whittle_digest_slot(record->device, slot, image->size, digest);
    if (!error && !whittle_is_same(digest, image->digest, sizeof digest)) {
        error = WHITTLE_ERROR_DAMAGED;
    }
    return error;
}
