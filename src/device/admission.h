/* Whether an update may be applied: every check of that in one place, used when its first bytes
 * arrive, when it is whole, and again at boot before the first erase. */
#ifndef WHITTLE_DEVICE_ADMISSION_H
#define WHITTLE_DEVICE_ADMISSION_H

#include <stdint.h>

#include "device/record.h"
#include "whittle/device.h"

/* The slot that does not run. */
static inline uint32_t whittle_other_slot(const whittle_record *record) {
    return record->status.active ^ 1u;
}

/* Where a patch of that many bytes is stored in a slot: at its end, from the start of a sector. */
uint32_t whittle_patch_offset(const whittle_device *device, uint32_t slot, uint32_t patch_size);

/* Judges what arrives before any of it is stored: a patch by its header alone, or a plain image,
 * for which header is NULL. */
int whittle_admit_incoming(const whittle_record *record, const whittle_header *header);

/* Judges what was received whole, from the bytes in flash; for a patch its header is filled in. */
int whittle_admit_received(const whittle_record *record, whittle_header *header);

/* The digest of an image of size bytes, at most the slot's size, that a slot holds. */
int whittle_digest_slot(const whittle_device *device, uint32_t slot, uint32_t size,
                        uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]);

/* Compares the image in a slot with what the record says of it: WHITTLE_ERROR_DAMAGED,
 * WHITTLE_ERROR_NO_IMAGE, or what reading it returned. */
int whittle_verify_slot(const whittle_record *record, uint32_t slot);

#endif
