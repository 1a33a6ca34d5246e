/* The boot loader's side of an update: one call that runs until it knows what to start.
 *
 * It reads the record and does what is due: applies a pending patch, verifies, switches slots,
 * counts the starts of a trial, goes back to the previous image. It may be cut off at any instant
 * and called again: at every instant the old image is whole or the new one is, and what is needed
 * to go on is in flash. An image is started only if its digest is what it should be.
 */
#ifndef WHITTLE_BOOT_H
#define WHITTLE_BOOT_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/device.h"
#include "whittle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum whittle_boot_action {
    WHITTLE_BOOT_START,   /* start the image */
    WHITTLE_BOOT_RESTART, /* an update was made: reset, and let the next start find it. A loader
                             that cannot reset calls whittle_boot once more instead */
} whittle_boot_action;

typedef struct whittle_boot_decision {
    whittle_boot_action action;
    uint8_t slot;    /* START: the slot of the image */
    uint32_t offset; /* START: where the image begins in the flash */
    uint32_t size;   /* START: bytes of the image */
} whittle_boot_decision;

/* Applies patches: what makes a boot loader link the decoder. Its insides are src/device's. */
typedef struct whittle_patcher whittle_patcher;
extern const whittle_patcher whittle_boot_patcher;

/* Runs to a decision.
 *
 * patcher      &whittle_boot_patcher, or NULL in a build without DIFF_UPDATE_ENABLED: the linker
 *              then leaves the decoder out, and pending patches are given up
 * memory       device->patch_memory bytes for patching, aligned for uint64_t; used only while this
 *              call runs. NULL without a patcher
 *
 * What users should read goes out through the device's message callback. A failed update is no
 * error of this call: the device goes on with the current image. NO_IMAGE: there is no record, or
 * neither slot holds an image that may be started. ARGUMENT: the layout contradicts itself. */
int whittle_boot(const whittle_device *device, const whittle_patcher *patcher, void *memory,
                 whittle_boot_decision *decision);

#ifdef __cplusplus
}
#endif

#endif
