/* The devices. See fuzz_device.h. */
#include "fuzz/support/fuzz_device.h"

#include <string.h>

#include "fuzz/support/fuzz.h"
#include "support/signing.h"
#include "whittle/sha256.h"

enum { IMAGE_SIZE = 2000, RESTARTS_MAX = 3 };

static const whittle_flash_geometry geometries[FUZZ_DEVICE_COUNT] = {
    [FUZZ_DEVICE_OPEN] = {.erase_unit = 1024,
                          .program_unit = 4,
                          .program_page = 256,
                          .erased_value = 0xFF},
    [FUZZ_DEVICE_TRUSTED] = {.erase_unit = 1024,
                             .program_unit = 1,
                             .program_page = 512,
                             .erased_value = 0x00},
    [FUZZ_DEVICE_ONCE] = {.erase_unit = 1536,
                          .program_unit = 32,
                          .program_page = 256,
                          .erased_value = 0xFF,
                          .program_once = true},
    [FUZZ_DEVICE_WHOLE] = {.erase_unit = 1024,
                           .program_unit = 8,
                           .program_page = 64,
                           .erased_value = 0xFF},
};

static void sign(rig_bytes *patch) {
    size_t size = patch->size;
    sign_patch(&patch->data, &size, 0);
    patch->size = (uint32_t)size;
}

static void give_trust(fuzz_device *device) {
    whittle_private_key key = test_key(0);
    memcpy(device->keys[0], key.public_key, sizeof key.public_key);
    device->trust = (whittle_trust){.keys = (const uint8_t(*)[WHITTLE_PUBLIC_KEY_SIZE])device->keys,
                                    .key_count = 1,
                                    .check = whittle_trust_check,
                                    .verify = whittle_signature_verify};
    device->rig.device.trust = &device->trust;
    sign(&device->rig.patch);
    sign(&device->full);
}

static void make(fuzz_device *device, unsigned kind) {
    const whittle_flash_geometry *geometry = &geometries[kind];
    const rig_options options = {.geometry = *geometry,
                                 .image_size = IMAGE_SIZE,
                                 .slot_sectors = 1 + 6000 / geometry->erase_unit,
                                 .trial_starts = kind == FUZZ_DEVICE_TRUSTED ? 2 : 0,
                                 .seed = 9};
    rig_create(&device->rig, &options);
    whittle_encoder_options encoding = rig_encoder_options();
    encoding.full = true;
    device->full = rig_make_patch(&device->rig.old_image, &device->rig.new_image, &encoding);
    device->patcher = kind == FUZZ_DEVICE_WHOLE ? NULL : &whittle_boot_patcher;
    device->rig.device.patches_enabled = kind != FUZZ_DEVICE_WHOLE;
    device->rig.device.progress = NULL; /* the rig's own expects its own patch */
    if (kind == FUZZ_DEVICE_TRUSTED) {
        give_trust(device);
    }
    FUZZ_REQUIRE(sim_snapshot_create(&device->fresh, &device->rig.sim) == WHITTLE_OK);
    sim_snapshot_save(&device->fresh, &device->rig.sim);
}

fuzz_device *fuzz_device_reset(unsigned kind) {
    static fuzz_device devices[FUZZ_DEVICE_COUNT];
    static bool made[FUZZ_DEVICE_COUNT];
    fuzz_device *device = &devices[kind];
    if (!made[kind]) {
        make(device, kind);
        made[kind] = true;
    }
    sim_snapshot_restore(&device->fresh, &device->rig.sim);
    sim_flash_power_on(&device->rig.sim);
    device->rig.sim.violation = NULL;
    device->rig.sim.random = 1; /* what a cut leaves follows from the input alone */
    rig_clear_console(&device->rig);
    return device;
}

void fuzz_device_fill(fuzz_device *device, uint32_t offset, uint32_t size) {
    static const uint8_t full[4096];
    uint8_t erased[sizeof full];
    memset(erased, device->rig.device.flash->geometry.erased_value, sizeof erased);
    FUZZ_REQUIRE(size <= sizeof erased);
    sim_flash_load(&device->rig.sim, offset, erased, size);
}

/* The digest of what is about to be started, as the flash holds it now. */
static void digest_of(const device_rig *rig, const whittle_boot_decision *decision,
                      uint8_t digest[WHITTLE_SHA256_SIZE]) {
    uint8_t invert = (uint8_t)(0xFFu ^ rig->sim.flash.geometry.erased_value);
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    for (uint32_t i = 0; i < decision->size; i++) {
        uint8_t byte = rig->sim.bytes[decision->offset + i] ^ invert;
        FUZZ_REQUIRE(!rig->sim.unstable[decision->offset + i]);
        whittle_sha256_update(&hash, &byte, 1);
    }
    whittle_sha256_finish(&hash, digest);
}

static void require_promised(fuzz_device *device, const whittle_boot_decision *decision) {
    device_rig *rig = &device->rig;
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_device_status status = rig_status(rig);
    FUZZ_REQUIRE(decision->slot < WHITTLE_SLOT_COUNT && decision->slot == status.active);
    FUZZ_REQUIRE(decision->offset == rig->device.slot_offset[decision->slot]);
    FUZZ_REQUIRE(decision->size > 0 && decision->size <= rig->device.slot_size);
    FUZZ_REQUIRE(decision->size == status.images[decision->slot].size);
    digest_of(rig, decision, digest);
    FUZZ_REQUIRE(memcmp(digest, status.images[decision->slot].digest,
                        sizeof status.images[decision->slot].digest) == 0);
    FUZZ_REQUIRE(!rig->device.trust || rig_starts(rig, decision, &rig->old_image) ||
                 rig_starts(rig, decision, &rig->new_image));
}

void fuzz_device_require_rules_kept(const fuzz_device *device) {
    const char *rule = device->rig.sim.violation;
    fuzz_require(!rule, rule, __FILE__, __LINE__);
}

int fuzz_device_boot(fuzz_device *device) {
    device_rig *rig = &device->rig;
    whittle_boot_decision decision;
    unsigned restarts = 0;
    int error;
    do {
        error = whittle_boot(&rig->device, device->patcher, rig->memory, &decision);
        FUZZ_REQUIRE(restarts++ < RESTARTS_MAX);
    } while (!error && decision.action == WHITTLE_BOOT_RESTART);
    fuzz_device_require_rules_kept(device);
    if (rig->sim.powered && !error) {
        require_promised(device, &decision);
    }
    return error;
}
