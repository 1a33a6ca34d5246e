/* The updater: the application's side of an update. It receives a patch or a plain image over any
 * link, in pieces of any size, and stores it in the slot that does not run.
 *
 * The first bytes tell what arrives. A patch is refused at once where its header already says that
 * it cannot be applied: another source image, no room, too little RAM, another device class, a
 * lower security counter, a newer format. Nothing is erased before that.
 *
 * A transfer survives a reset: whittle_updater_resume tells the offset from which to send on. The
 * caller vouches that it is the same file; a mixture of two patches is found out at the end, a
 * mixture of two plain images where the flash cannot hold it.
 */
#ifndef WHITTLE_UPDATER_H
#define WHITTLE_UPDATER_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/device.h"
#include "whittle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The part of a slot that is being written; see src/device/area.h. */
typedef struct whittle_area {
    const whittle_device *device;
    uint32_t offset;      /* where it begins in the flash */
    uint32_t size;        /* bytes, whole erase units */
    uint32_t span;        /* bytes that are erased at a time and share a progress mark */
    uint32_t mark_offset; /* where the next progress mark is in the flash */
    uint32_t erased;      /* bytes from the start that were erased for this update */
    uint32_t position;    /* bytes from the start that are written */
} whittle_area;

/* A transfer: all RAM that receiving needs. The caller owns it and looks at nothing inside; it may
 * vanish at any time without harm. Start it, resume it, or fill it with zeros, before anything
 * else. */
typedef struct whittle_updater {
    const whittle_device *device;
    int error;          /* the first error; it stays */
    uint32_t state;     /* what the next bytes are taken for */
    uint32_t incoming;  /* whittle_incoming */
    uint32_t piece;     /* bytes programmed at a time */
    uint32_t held;      /* bytes in buffer */
    uint32_t unsettled; /* the record does not say yet how much is held */
    uint32_t size;      /* bytes that the patch has, or that the slot takes of an image */
    uint32_t received;  /* bytes received */
    whittle_area area;
    uint8_t buffer[WHITTLE_HEADER_MAX]; /* the header as it arrives, then a piece at a time */
} whittle_updater;

/* Begins a new transfer. The record is changed, and a transfer or a pending update that was there
 * is dropped, only when the first bytes are accepted.
 *
 * WHITTLE_ERROR_STATE: the running image is on trial, and the other slot is needed to go back:
 * confirm first. WHITTLE_ERROR_NO_IMAGE: there is no record. WHITTLE_ERROR_ARGUMENT: see
 * whittle_device_install. */
int whittle_updater_start(whittle_updater *updater, const whittle_device *device);

/* Goes on with a transfer that a reset or a lost link interrupted. *offset is set to the number of
 * bytes that are held: send from there on. 0 if nothing is held, as after whittle_updater_start. */
int whittle_updater_resume(whittle_updater *updater, const whittle_device *device,
                           uint32_t *offset);

/* Takes the next size bytes. Errors stay until the next start. In the order of the checks:
 * VERSION, FEATURE, ISA, CORRUPT, LEGACY: the header; see patch.h
 * UNSIGNED: the device has keys, and this has no signature
 * HARDWARE, DOWNGRADE: not for this device class, or a lower security counter
 * SOURCE: made for another image than the running one
 * NO_IMAGE: the new image has no bytes
 * TOO_LARGE: patch and target, or the image, do not fit the slot
 * RAM: the boot loader does not have as much RAM as the patch asks for
 * TRAILING: more bytes than the patch has
 * IO: the flash failed */
int whittle_updater_write(whittle_updater *updater, const void *data, size_t size);

/* Ends the transfer: checks what was received as a whole and leaves it to the next start. Says so
 * through the message callback.
 * INCOMPLETE: bytes are missing; the transfer may go on. CHECKSUM: damaged on the way.
 * SIGNATURE: it is wrong, or by none of the device's keys. Or what check_image returned.
 * DISABLED: a patch, and patches_enabled is false. */
int whittle_updater_finish(whittle_updater *updater);

/* Bytes received so far. */
uint32_t whittle_updater_position(const whittle_updater *updater);

/* Checks again an update that is whole and waits for the next start: the same checks as
 * whittle_updater_finish. WHITTLE_ERROR_STATE: none waits. */
int whittle_updater_verify(const whittle_device *device);

/* The slot that receives: the one that does not run. */
int whittle_updater_slot(const whittle_device *device, uint8_t *slot);

/* Drops a transfer or a pending update. Does nothing where there is none. */
int whittle_updater_abort(const whittle_device *device);

#ifdef __cplusplus
}
#endif

#endif
