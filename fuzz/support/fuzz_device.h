/* Devices for fuzzers: made once, with the old firmware running, and set back before each input. */
#ifndef FUZZ_SUPPORT_FUZZ_DEVICE_H
#define FUZZ_SUPPORT_FUZZ_DEVICE_H

#include "support/device_rig.h"
#include "whittle/trust.h"

/* The kinds, which differ in their flash too. */
enum {
    FUZZ_DEVICE_OPEN,    /* takes whatever is whole; sectors of 1 KiB, erased bytes are 0xFF */
    FUZZ_DEVICE_TRUSTED, /* takes what is signed by test key 0; erased bytes are 0x00, two trials */
    FUZZ_DEVICE_ONCE,    /* units of 32 bytes that are programmed once; sectors no power of two */
    FUZZ_DEVICE_WHOLE,   /* as the first, built without patching */
    FUZZ_DEVICE_COUNT,
};

typedef struct fuzz_device {
    device_rig rig; /* its patch is signed where the device asks for it */
    const whittle_patcher *patcher;
    rig_bytes full; /* the new firmware in a self-contained patch, signed too */
    sim_snapshot fresh;
    uint8_t keys[1][WHITTLE_PUBLIC_KEY_SIZE];
    whittle_trust trust;
} fuzz_device;

/* The device of that kind, as it left the factory. */
fuzz_device *fuzz_device_reset(unsigned kind);

/* Makes a part of the flash read as erased. */
void fuzz_device_fill(fuzz_device *device, uint32_t offset, uint32_t size);

/* Restarts the device, with the power back, and requires that what it decides to start is the image
 * that its record promises, byte by byte, and on a device that trusts keys one of the two that they
 * have signed. Returns what the boot loader returned. */
int fuzz_device_boot(fuzz_device *device);

/* Requires that no rule of flash.h was broken since the reset; prints the rule. */
void fuzz_device_require_rules_kept(const fuzz_device *device);

#endif
