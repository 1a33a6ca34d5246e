/* A device that trusts keys, and the updates that are sent to it. */
#ifndef SIGNED_RIG_H
#define SIGNED_RIG_H

#include "support/device_rig.h"
#include "whittle/trust.h"

#define SIGNED_RIG_KEYS 2

typedef struct signed_rig {
    device_rig rig; /* its patch is signed by key 0 */
    uint8_t keys[SIGNED_RIG_KEYS][WHITTLE_PUBLIC_KEY_SIZE];
    whittle_trust trust; /* of the test keys 0 and 1 */
} signed_rig;

/* Makes one with a flash of that kind. Tests change rig.device as they like. */
void signed_rig_create(signed_rig *signed_device, const char *kind, uint8_t trial_starts);
void signed_rig_destroy(signed_rig *signed_device);

/* What a signed patch is to say. */
typedef struct signed_options {
    unsigned key;      /* a test key */
    uint32_t counter;  /* security counter; 0: left out */
    uint32_t hardware; /* device class; 0: left out */
    bool full;         /* self-contained */
} signed_options;

/* A patch from the first image to the second. Freed with free(patch.data). */
rig_bytes signed_rig_patch(const rig_bytes *from, const rig_bytes *to,
                           const signed_options *options);

/* Signs a patch in place by a test key. */
void signed_rig_sign(rig_bytes *patch, unsigned key);

#endif
