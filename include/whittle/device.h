/* A device as data: where records and slots lie in its flash, what it offers, whom it tells.
 *
 *     boot loader | record A | record B | slot 0 | slot 1        (in any order, without overlap)
 *
 * The running image is in one slot; the other slot receives. The boot record says which is which,
 * what the slots hold, and how far an update has come; docs/device.md draws its states. Boot loader
 * and application fill in the same struct, normally from one header that both include: the two must
 * agree on everything but the callbacks.
 *
 * Nothing here keeps state in RAM: every function reads the record from flash, so that a boot
 * loader, an application and a host tool may call it in turn.
 */
#ifndef WHITTLE_DEVICE_H
#define WHITTLE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/flash.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_SLOT_COUNT        2
#define WHITTLE_IMAGE_DIGEST_SIZE 16 /* leading bytes of the SHA-256 of an image */

typedef struct whittle_trust whittle_trust; /* trust.h */

typedef struct whittle_device {
    const whittle_flash *flash;

    /* The layout: offsets in the flash, multiples of its erase unit. */
    uint32_t record_offset[2];                /* one erase unit each */
    uint32_t slot_offset[WHITTLE_SLOT_COUNT]; /* where each slot's image begins */
    uint32_t slot_size;                       /* bytes of each slot, a multiple of the erase unit.
                                                 A patch is stored at the end of the slot in which
                                                 its target is made: both must fit, each rounded
                                                 up to erase units */

    /* What the device offers. */
    uint32_t patch_memory; /* bytes that the boot loader gives whittle_boot for patching: one
                              program page plus the largest header.ram to be accepted */
    bool patches_enabled;  /* the build option DIFF_UPDATE_ENABLED: false receives whole images
                              only, and says so where a patch arrives */
    bool fast_start;       /* false: every start verifies the digest of the image to be started.
                              true: an image that was verified once is started unread; bit rot then
                              goes unnoticed */
    uint8_t trial_starts;  /* starts that a new image has to confirm itself in, before the device
                              goes back to the previous one; 0: confirmed at once, as the reference
                              does it */
    uint32_t hardware;     /* the device class: a patch that names another one is refused. If it is
                              not 0 and there is a trust, so is a patch that names none */

    const whittle_trust *trust; /* whose signatures every update needs; NULL: it needs none */

    /* Callbacks; each may be NULL. */
    void *context; /* passed to each */

    /* Takes a line for the user, without a line end. The texts that users of the reference know
     * are letter for letter the same. */
    void (*message)(void *context, const char *text);

    /* whittle_error_text, or a port's own texts: the line that says why something failed. Where it
     * is NULL that line is left out, and so are the texts, which take 2 KB. */
    const char *(*error_text)(int error);

    /* Called during long work, at least once per erase, per program, per KiB read and per 64 bytes
     * of image decoded; but not while a signature is verified, which is 10 to 100 million
     * instructions (docs/DESIGN.md). */
    void (*watchdog)(void *context);

    /* Called while a patch is applied: bytes of the new image made so far, and in all. */
    void (*progress)(void *context, uint32_t done, uint32_t total);

    /* Judges an image that was received whole and not as a patch, before it is accepted: garbage
     * cannot be told from a plain image otherwise. offset and size say where it lies in the flash.
     * Returns 0, or a negative error with which the update is refused. */
    int (*check_image)(void *context, uint32_t offset, uint32_t size);
} whittle_device;

/* The states of the boot record. */
typedef enum whittle_device_state {
    WHITTLE_STATE_READY = 1,     /* nothing is under way */
    WHITTLE_STATE_RECEIVING = 2, /* a patch or an image is arriving in the other slot */
    WHITTLE_STATE_PENDING = 3,   /* it is there whole; the next start applies it */
    WHITTLE_STATE_APPLYING = 4,  /* a patch is being applied */
    WHITTLE_STATE_TRIAL = 5,     /* the new image runs and has not confirmed itself yet */
} whittle_device_state;

/* What arrives, or waits to be applied. */
typedef enum whittle_incoming {
    WHITTLE_INCOMING_NONE = 0,
    WHITTLE_INCOMING_IMAGE = 1, /* a plain image */
    WHITTLE_INCOMING_PATCH = 2, /* a patch of format whittle */
} whittle_incoming;

/* What the record knows of the image in a slot. size 0: no image that could be started. */
typedef struct whittle_slot_image {
    uint32_t size;             /* bytes */
    uint32_t patch_size;       /* bytes of the patch that made it, at the end of the slot; or 0 */
    uint32_t security_counter; /* as the patch that made it said; 0 without */
    uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE];
} whittle_slot_image;

typedef struct whittle_device_status {
    uint32_t sequence;         /* changes of state so far */
    uint8_t state;             /* whittle_device_state */
    uint8_t incoming;          /* whittle_incoming */
    uint8_t active;            /* the slot whose image is started */
    uint8_t starts_left;       /* TRIAL: starts before the device goes back */
    int32_t last_error;        /* why the last update was given up; 0: it was not */
    uint32_t incoming_size;    /* bytes of the patch or image; the slot's while an image arrives */
    uint32_t held;             /* RECEIVING, APPLYING: bytes that were written before a restart */
    uint32_t erased;           /* the same: bytes that were erased before it */
    uint32_t security_counter; /* highest confirmed one; lower ones are refused */
    whittle_slot_image images[WHITTLE_SLOT_COUNT];
} whittle_device_status;

/* Writes the first record: slot holds an image of size bytes, already programmed, and it is the
 * one to start. For production, for host tools that build a flash image, and for a boot loader that
 * finds no record (whittle_boot: WHITTLE_ERROR_NO_IMAGE) and knows what it was delivered with.
 * Forgets everything that an earlier record said.
 *
 * WHITTLE_ERROR_ARGUMENT: the layout contradicts itself, or slot or size are out of range. */
int whittle_device_install(const whittle_device *device, uint8_t slot, uint32_t size,
                           uint32_t security_counter);

/* Reads the record. WHITTLE_ERROR_NO_IMAGE: there is none. */
int whittle_device_read_status(const whittle_device *device, whittle_device_status *status);

/* The application's word that it works: ends the trial, and from then on security counters lower
 * than its own are refused. Call it once the new firmware has proven itself, for instance by
 * reaching its server. Does nothing where that has been said. */
int whittle_device_confirm(const whittle_device *device);

#ifdef __cplusplus
}
#endif

#endif
