/* The device that trusts keys. See signed_rig.h. */
#include "support/signed_rig.h"

#include <stdlib.h>
#include <string.h>

#include "support/signing.h"
#include "support/unit_test.h"

void signed_rig_sign(rig_bytes *patch, unsigned key) {
    size_t size = patch->size;
    sign_patch(&patch->data, &size, key);
    patch->size = (uint32_t)size;
}

rig_bytes signed_rig_patch(const rig_bytes *from, const rig_bytes *to,
                           const signed_options *options) {
    whittle_encoder_options encoding = rig_encoder_options();
    encoding.full = options->full;
    encoding.has_security_counter = options->counter > 0;
    encoding.security_counter = options->counter;
    encoding.has_hardware = options->hardware > 0;
    encoding.hardware = options->hardware;
    rig_bytes patch = rig_make_patch(from, to, &encoding);
    signed_rig_sign(&patch, options->key);
    return patch;
}

void signed_rig_create(signed_rig *signed_device, const char *kind, uint8_t trial_starts) {
    const sim_geometry *flash = sim_geometry_find(kind);
    assert_non_null(flash);
    const rig_options options = {
        .geometry = flash->geometry,
        .image_size = 2000,
        .slot_sectors =
            2 + 6000 / flash->geometry.erase_unit, /* a whole image fits beside a patch */
        .trial_starts = trial_starts,
        .seed = 5,
    };
    rig_create(&signed_device->rig, &options);
    for (unsigned i = 0; i < SIGNED_RIG_KEYS; i++) {
        whittle_private_key key = test_key(i);
        memcpy(signed_device->keys[i], key.public_key, sizeof key.public_key);
    }
    signed_device->trust = (whittle_trust){
        .keys = (const uint8_t(*)[WHITTLE_PUBLIC_KEY_SIZE])signed_device->keys,
        .key_count = SIGNED_RIG_KEYS,
        .check = whittle_trust_check,
        .verify = whittle_signature_verify,
    };
    signed_device->rig.device.trust = &signed_device->trust;
    signed_device->rig.device.progress = NULL; /* the rig's own expects its own patch */
    signed_rig_sign(&signed_device->rig.patch, 0);
}

void signed_rig_destroy(signed_rig *signed_device) {
    rig_destroy(&signed_device->rig);
}
