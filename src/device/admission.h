/* Whether an update may be applied: every check of that in one place, used when its first bytes
 * arrive, when it is whole, and again at boot before the first erase. */
#ifndef WHITTLE_DEVICE_ADMISSION_H
#define WHITTLE_DEVICE_ADMISSION_H

#include <stdint.h>

#include "whittle/device.h"

/* The slot that does not run. */
uint8_t whittle_other_slot(const whittle_device_status *status);

/* Where a patch of that many bytes is stored in a slot: at its end, from the start of a sector. */
uint32_t whittle_patch_offset(const whittle_device *device, uint8_t slot, uint32_t patch_size);

/* Reads the header of a patch of patch_size bytes, at most the slot's size, that a slot stores. */
int whittle_read_stored_header(const whittle_device *device, uint8_t slot, uint32_t patch_size,
                               whittle_header *header);

/* Judges a patch by its header alone. */
int whittle_admit_header(const whittle_device *device, const whittle_device_status *status,
                         const whittle_header *header);

/* Judges a plain image before any of it is stored. */
int whittle_admit_image(const whittle_device_status *status);

/* Judges what was received whole, from the bytes in flash. For a patch its header is returned. */
int whittle_admit_patch(const whittle_device *device, const whittle_device_status *status,
                        whittle_header *header);
int whittle_admit_received_image(const whittle_device *device, const whittle_device_status *status);

/* Compares the image in a slot with what the record says of it: WHITTLE_ERROR_DAMAGED,
 * WHITTLE_ERROR_NO_IMAGE, or what reading it returned. */
int whittle_verify_slot(const whittle_device *device, const whittle_device_status *status,
                        uint8_t slot);

#endif
