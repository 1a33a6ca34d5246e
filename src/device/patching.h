/* Applying a stored patch: the part of the boot loader that needs the decoder. */
#ifndef WHITTLE_DEVICE_PATCHING_H
#define WHITTLE_DEVICE_PATCHING_H

#include "device/record.h"
#include "whittle/boot.h"

/* What whittle_boot knows of patching: a pointer, so that a build without it links no decoder. */
struct whittle_patcher {
    /* Makes the new image from the running one and the pending patch, and verifies it. On success
     * the status describes the image in its slot; the caller switches to it. The record is in state
     * APPLYING from the first erase on. */
    int (*apply)(whittle_record *record, void *memory);
};

#endif
