/* Admission: who may become the firmware of this device.
 *
 * Order: the header's own soundness, authority (whole by its CRC-32, device class, security
 * counter), the source image, room, RAM. All of it before the first erase, and all of it once more
 * at boot, from the bytes in flash: what an application checked is not what a boot loader trusts.
 *
 * The record's image digests stand in for the images while receiving, so that no image is read over
 * for each header that arrives; the boot loader reads the images themselves.
 */
#include "device/admission.h"

#include <string.h>

#include "codec/bytes.h"
#include "device/access.h"

enum { CRC_SIZE = 4 };

uint8_t whittle_other_slot(const whittle_device_status *status) {
    return status->active ^ 1u;
}

uint32_t whittle_patch_offset(const whittle_device *device, uint8_t slot, uint32_t patch_size) {
    uint32_t stored = whittle_round_up(patch_size, device->flash->geometry.erase_unit);
    return device->slot_offset[slot] + device->slot_size - stored;
}

/* An update without a security counter counts as one with 0: otherwise leaving it out would be the
 * way around it. */
static int check_counter(const whittle_device_status *status, uint32_t counter) {
    return counter < status->security_counter ? WHITTLE_ERROR_DOWNGRADE : WHITTLE_OK;
}

static int check_source(const whittle_device_status *status, const whittle_header *header) {
    const whittle_slot_image *running = &status->images[status->active];
    if (!(header->flags & WHITTLE_FLAG_SOURCE)) {
        return WHITTLE_OK;
    }
    bool same = header->source_size == running->size &&
                memcmp(header->source_digest, running->digest, WHITTLE_SOURCE_DIGEST_SIZE) == 0;
    return same ? WHITTLE_OK : WHITTLE_ERROR_SOURCE;
}

/* Patch and target share the slot, but no sector. */
static int check_room(const whittle_device *device, const whittle_header *header) {
    uint32_t slot = device->slot_size;
    uint32_t sector = device->flash->geometry.erase_unit;
    if (header->target_size == 0) {
        return WHITTLE_ERROR_NO_IMAGE;
    }
    if (header->target_size > slot || header->total_size > slot ||
        whittle_round_up(header->target_size, sector) >
            slot - whittle_round_up(header->total_size, sector)) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    return WHITTLE_OK;
}

static int check_ram(const whittle_device *device, const whittle_header *header) {
    uint32_t decoder = device->patch_memory - device->flash->geometry.program_page;
    return header->ram > decoder ? WHITTLE_ERROR_RAM : WHITTLE_OK;
}

int whittle_admit_header(const whittle_device *device, const whittle_device_status *status,
                         const whittle_header *header) {
    if ((header->flags & WHITTLE_FLAG_HARDWARE) && header->hardware != device->hardware) {
        return WHITTLE_ERROR_HARDWARE;
    }
    int error = check_counter(status, header->security_counter);
    if (!error) {
        error = check_source(status, header);
    }
    if (!error) {
        error = check_room(device, header);
    }
    return error ? error : check_ram(device, header);
}

int whittle_admit_image(const whittle_device_status *status) {
    return check_counter(status, 0);
}

int whittle_read_stored_header(const whittle_device *device, uint8_t slot, uint32_t patch_size,
                               whittle_header *header) {
    uint8_t bytes[WHITTLE_HEADER_MAX];
    uint32_t size = patch_size < sizeof bytes ? patch_size : (uint32_t)sizeof bytes;
    uint32_t offset = whittle_patch_offset(device, slot, patch_size);
    int error = whittle_flash_read(device, offset, bytes, size);
    return error ? error : whittle_header_read(bytes, size, header);
}

/* The authority of a patch that is whole in flash: nothing of its payload is used before. */
static int authorise(const whittle_device *device, uint32_t offset, const whittle_header *header) {
    uint8_t stored[CRC_SIZE];
    uint32_t summed = header->total_size - CRC_SIZE;
    uint32_t crc;
    int error = whittle_flash_crc32(device, offset, summed, &crc);
    if (!error) {
        error = whittle_flash_read(device, offset + summed, stored, sizeof stored);
    }
    if (!error && load_le32(stored) != crc) {
        error = WHITTLE_ERROR_CHECKSUM;
    }
    return error;
}

int whittle_admit_patch(const whittle_device *device, const whittle_device_status *status,
                        whittle_header *header) {
    uint32_t size = status->incoming_size;
    if (size == 0 || size > device->slot_size) {
        return WHITTLE_ERROR_CORRUPT;
    }
    uint8_t slot = whittle_other_slot(status);
    int error = whittle_read_stored_header(device, slot, size, header);
    if (!error && header->total_size != size) {
        error = WHITTLE_ERROR_CORRUPT;
    }
    if (!error) {
        error = authorise(device, whittle_patch_offset(device, slot, size), header);
    }
    return error ? error : whittle_admit_header(device, status, header);
}

int whittle_admit_received_image(const whittle_device *device,
                                 const whittle_device_status *status) {
    int error = whittle_admit_image(status);
    return error ? error : whittle_verify_slot(device, status, whittle_other_slot(status));
}

int whittle_verify_slot(const whittle_device *device, const whittle_device_status *status,
                        uint8_t slot) {
    const whittle_slot_image *image = &status->images[slot];
    uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE];
    if (image->size == 0 || image->size > device->slot_size) {
        return WHITTLE_ERROR_NO_IMAGE;
    }
    int error = whittle_flash_digest(device, device->slot_offset[slot], image->size, digest);
    if (!error && memcmp(digest, image->digest, sizeof digest) != 0) {
        error = WHITTLE_ERROR_DAMAGED;
    }
    return error;
}
