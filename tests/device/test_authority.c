/* Whom a device takes updates from: its keys and nobody else, at every place where that is decided,
 * and also when an application or a single fault says otherwise. */
#include <stdlib.h>
#include <string.h>

#include "device/authority.h"
#include "support/signed_rig.h"
#include "support/signing.h"
#include "support/unit_test.h"

/* The slots, as the flash holds them, must stay as they are while nothing may be erased. */
static uint32_t slot_wear(const device_rig *rig) {
    uint32_t sector = rig->sim.flash.geometry.erase_unit;
    uint32_t first = rig->device.slot_offset[0] / sector;
    uint32_t wear = 0;
    for (uint32_t i = first; i < rig->sim.sector_count; i++) {
        wear += rig->sim.wear[i];
    }
    return wear;
}

static void expect_old_firmware(device_rig *rig, int error) {
    rig_boots(rig, &rig->old_image);
    whittle_device_status status = rig_status(rig);
    assert_int_equal(status.state, WHITTLE_STATE_READY);
    assert_int_equal(status.last_error, error);
}

static void expect_new_firmware(device_rig *rig) {
    rig_boots(rig, &rig->new_image);
}

/* Sends an update as an application would that checks nothing, so that the boot loader meets it. */
static void send_behind_the_updater(device_rig *rig, const rig_bytes *file) {
    const whittle_trust *trust = rig->device.trust;
    rig->device.trust = NULL;
    assert_int_equal(rig_send(rig, file, 512, false), WHITTLE_OK);
    rig->device.trust = trust;
    assert_int_equal(rig_status(rig).state, WHITTLE_STATE_PENDING);
}

/* ---- The good way ---- */

static void signed_patches_are_applied_on_every_flash(void **state) {
    (void)state;
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        signed_rig device;
        signed_rig_create(&device, sim_geometries[i].name, 3);
        assert_int_equal(rig_send(&device.rig, &device.rig.patch, 100, false), WHITTLE_OK);
        assert_int_equal(whittle_updater_verify(&device.rig.device), WHITTLE_OK);
        expect_new_firmware(&device.rig);
        assert_null(device.rig.sim.violation);
        signed_rig_destroy(&device);
    }
}

static void signed_whole_images_are_applied(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    rig_bytes full = signed_rig_patch(&device.rig.old_image, &device.rig.new_image,
                                      &(signed_options){.full = true});
    assert_int_equal(rig_send(&device.rig, &full, 100, false), WHITTLE_OK);
    expect_new_firmware(&device.rig);
    free(full.data);
    signed_rig_destroy(&device);
}

/* While one key takes another's place, both are good; then the old one is not any more. */
static void each_trusted_key_counts_and_no_other(void **state) {
    (void)state;
    for (unsigned key = 0; key < TEST_KEY_COUNT; key++) {
        signed_rig device;
        signed_rig_create(&device, "mcu-1k", 0);
        rig_bytes patch = signed_rig_patch(&device.rig.old_image, &device.rig.new_image,
                                           &(signed_options){.key = key});
        assert_int_equal(rig_send(&device.rig, &patch, 512, false),
                         key < SIGNED_RIG_KEYS ? WHITTLE_OK : WHITTLE_ERROR_SIGNATURE);
        assert_int_equal(whittle_updater_abort(&device.rig.device), WHITTLE_OK);
        device.trust.keys++;
        device.trust.key_count--;
        assert_int_equal(rig_send(&device.rig, &patch, 512, false),
                         key == 1 ? WHITTLE_OK : WHITTLE_ERROR_SIGNATURE);
        free(patch.data);
        signed_rig_destroy(&device);
    }
}

/* The firmware may hold more keys than it trusts. */
static void keys_behind_the_last_do_not_count(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "mcu-1k", 0);
    rig_bytes patch =
        signed_rig_patch(&device.rig.old_image, &device.rig.new_image, &(signed_options){.key = 1});
    device.trust.key_count--;
    assert_int_equal(rig_send(&device.rig, &patch, 512, false), WHITTLE_ERROR_SIGNATURE);
    free(patch.data);
    signed_rig_destroy(&device);
}

static void a_device_without_keys_takes_signed_patches_too(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "mcu-1k", 0);
    device.rig.device.trust = NULL;
    assert_int_equal(rig_send(&device.rig, &device.rig.patch, 512, false), WHITTLE_OK);
    expect_new_firmware(&device.rig);
    signed_rig_destroy(&device);
}

static unsigned verifications;

static uint32_t verify_and_count(const uint8_t *key, const uint8_t *digest,
                                 const uint8_t *signature) {
    verifications++;
    return whittle_signature_verify(key, digest, signature);
}

/* The time that the flash takes for a start. */
static uint64_t start_time(device_rig *rig) {
    uint64_t begin = rig->sim.nanoseconds;
    expect_new_firmware(rig);
    return rig->sim.nanoseconds - begin;
}

static void a_start_with_nothing_pending_costs_no_more_than_without_keys(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    device.trust.verify = verify_and_count;
    verifications = 0;
    assert_int_equal(rig_send(rig, &rig->patch, 512, false), WHITTLE_OK);
    expect_new_firmware(rig);
    assert_int_equal(verifications, 3); /* at finish, before the first erase, before the switch */
    uint64_t with_keys = start_time(rig);
    assert_int_equal(verifications, 3);
    rig->device.trust = NULL;
    assert_int_equal(with_keys, start_time(rig));
    signed_rig_destroy(&device);
}

static sim_flash *clock_flash; /* whose clock goes on while a signature is verified */

enum { VERIFYING_NANOSECONDS = 2000000000, MOST_AROUND_IT = 1000000 };

static uint32_t verify_slowly(const uint8_t *key, const uint8_t *digest, const uint8_t *signature) {
    clock_flash->nanoseconds += VERIFYING_NANOSECONDS;
    return whittle_signature_verify(key, digest, signature);
}

static void the_watchdog_waits_for_one_signature_and_nothing_else(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    device.trust.verify = verify_slowly;
    clock_flash = &rig->sim;
    assert_int_equal(rig_send(rig, &rig->patch, 512, false), WHITTLE_OK);
    expect_new_firmware(rig);
    assert_in_range(rig->watchdog_longest, VERIFYING_NANOSECONDS,
                    VERIFYING_NANOSECONDS + MOST_AROUND_IT);
    signed_rig_destroy(&device);
}

/* ---- Refused while receiving ---- */

static void nothing_unsigned_is_stored(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    rig_bytes patch = rig_make_patch(&rig->old_image, &rig->new_image, NULL);
    uint64_t operations = rig->sim.operations;
    assert_int_equal(rig_send(rig, &patch, 1, false), WHITTLE_ERROR_UNSIGNED);
    assert_int_equal(rig_send(rig, &rig->new_image, 512, false), WHITTLE_ERROR_UNSIGNED);
    assert_int_equal(rig->sim.operations, operations);
    assert_true(rig_said(rig, whittle_error_text(WHITTLE_ERROR_UNSIGNED)));
    expect_old_firmware(rig, WHITTLE_OK);
    free(patch.data);
    signed_rig_destroy(&device);
}

/* Firmware without keys has begun what the one with keys, which took its place, is to end. */
static void a_plain_image_is_refused_at_finish_too(void **state) {
    (void)state;
    signed_rig device;
    whittle_updater updater;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    rig->device.trust = NULL;
    assert_int_equal(whittle_updater_start(&updater, &rig->device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig->new_image.data, 1500), WHITTLE_OK);
    rig->device.trust = &device.trust;
    assert_int_equal(rig_send(rig, &rig->new_image, 512, true), WHITTLE_ERROR_UNSIGNED);
    expect_old_firmware(rig, WHITTLE_ERROR_UNSIGNED);
    signed_rig_destroy(&device);
}

static void forged_patches_are_refused_at_finish(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    rig_bytes *patch = &device.rig.patch;
    patch->data[patch->size - 77] ^= 1; /* the last byte of the payload */
    seal_patch(patch->data, patch->size);
    assert_int_equal(rig_send(&device.rig, patch, 512, false), WHITTLE_ERROR_SIGNATURE);
    assert_true(rig_said(&device.rig, whittle_error_text(WHITTLE_ERROR_SIGNATURE)));
    expect_old_firmware(&device.rig, WHITTLE_ERROR_SIGNATURE);
    signed_rig_destroy(&device);
}

static void the_key_id_alone_proves_nothing(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    rig_bytes other =
        signed_rig_patch(&device.rig.old_image, &device.rig.new_image, &(signed_options){.key = 1});
    rig_bytes *patch = &device.rig.patch;
    assert_int_equal(other.size, patch->size);
    memcpy(patch->data + patch->size - 12, other.data + other.size - 12, WHITTLE_KEY_ID_SIZE);
    seal_patch(patch->data, patch->size);
    assert_int_equal(rig_send(&device.rig, patch, 512, false), WHITTLE_ERROR_SIGNATURE);
    free(other.data);
    signed_rig_destroy(&device);
}

/* ---- Refused by the boot loader ---- */

static void expect_refusal_at_boot(device_rig *rig, const rig_bytes *file, int error) {
    send_behind_the_updater(rig, file);
    assert_int_equal(whittle_updater_verify(&rig->device), error);
    uint32_t wear = slot_wear(rig);
    expect_old_firmware(rig, error);
    assert_int_equal(slot_wear(rig), wear);
    assert_true(rig_said(rig, "Patching FAILED. We will continue with the current firmware."));
    assert_true(rig_said(rig, whittle_error_text(error)));
}

static void what_an_application_let_through_is_refused_before_the_first_erase(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    rig_bytes plain = rig_make_patch(&rig->old_image, &rig->new_image, NULL);
    rig_bytes foreign =
        signed_rig_patch(&rig->old_image, &rig->new_image, &(signed_options){.key = 2});
    expect_refusal_at_boot(rig, &plain, WHITTLE_ERROR_UNSIGNED);
    expect_refusal_at_boot(rig, &foreign, WHITTLE_ERROR_SIGNATURE);
    expect_refusal_at_boot(rig, &rig->new_image, WHITTLE_ERROR_UNSIGNED);
    free(plain.data);
    free(foreign.data);
    signed_rig_destroy(&device);
}

/* ---- Faults ---- */

static unsigned lies_left; /* verdicts that a fault turns into "right" */
static uint32_t false_verdict;

static uint32_t verify_with_faults(const uint8_t *key, const uint8_t *digest,
                                   const uint8_t *signature) {
    uint32_t verdict = whittle_signature_verify(key, digest, signature);
    if (lies_left > 0) {
        lies_left--;
        verdict = false_verdict;
    }
    return verdict;
}

/* What the boot loader makes of a forged patch when so many of its verdicts are turned. */
static bool boots_forged_patch(unsigned lies, uint32_t verdict) {
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    rig_bytes foreign =
        signed_rig_patch(&device.rig.old_image, &device.rig.new_image, &(signed_options){.key = 0});
    foreign.data[foreign.size - 20] ^= 1; /* in s */
    seal_patch(foreign.data, foreign.size);
    send_behind_the_updater(&device.rig, &foreign);
    device.trust.verify = verify_with_faults;
    lies_left = lies;
    false_verdict = verdict;
    bool is_new = rig_boots_old_or_new(&device.rig);
    free(foreign.data);
    signed_rig_destroy(&device);
    return is_new;
}

static void one_fault_is_not_enough(void **state) {
    (void)state;
    assert_false(boots_forged_patch(0, 0));
    assert_false(boots_forged_patch(1, WHITTLE_SIGNATURE_RIGHT));
    /* Two of the strongest kind are: this shows that the test bites. */
    assert_true(boots_forged_patch(2, WHITTLE_SIGNATURE_RIGHT));
}

static void no_other_verdict_passes(void **state) {
    (void)state;
    static const uint32_t verdicts[] = {0, 1, UINT32_MAX, 0x80000000u};
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        assert_false(boots_forged_patch(UINT32_MAX, verdicts[i]));
    }
    for (unsigned bit = 0; bit < 32; bit++) {
        assert_false(boots_forged_patch(UINT32_MAX, WHITTLE_SIGNATURE_RIGHT ^ 1u << bit));
    }
}

/* Someone changes the stored patch after it was admitted, while the new image is being made. */
static void change_stored_patch(void *context, uint32_t done, uint32_t total) {
    device_rig *rig = context;
    if (done == total) {
        uint32_t sector = rig->sim.flash.geometry.erase_unit;
        uint32_t stored = (rig->patch.size + sector - 1) / sector * sector;
        uint32_t patch = rig->device.slot_offset[1] + rig->device.slot_size - stored;
        sim_flash_rot(&rig->sim, patch + rig->patch.size - 30, 0);
    }
}

static void the_patch_is_checked_again_before_its_image_is_started(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    assert_int_equal(rig_send(&device.rig, &device.rig.patch, 512, false), WHITTLE_OK);
    device.rig.device.progress = change_stored_patch;
    expect_old_firmware(&device.rig, WHITTLE_ERROR_CHECKSUM);
    signed_rig_destroy(&device);
}

static void the_same_is_found_in_two_ways(void **state) {
    (void)state;
    uint8_t one[32];
    uint8_t other[32];
    memset(one, 0x5A, sizeof one);
    memset(other, 0x5A, sizeof other);
    assert_true(whittle_is_same(one, other, sizeof one));
    assert_true(whittle_is_same(one, other, 0));
    for (unsigned bit = 0; bit < 8 * sizeof one; bit++) {
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(whittle_is_same(one, other, sizeof one));
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* ---- Another product's patch ---- */

static int send_for_hardware(uint32_t device_class, uint32_t patch_class) {
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    rig_bytes patch = signed_rig_patch(&device.rig.old_image, &device.rig.new_image,
                                       &(signed_options){.hardware = patch_class});
    device.rig.device.hardware = device_class;
    int error = rig_send(&device.rig, &patch, 512, false);
    free(patch.data);
    signed_rig_destroy(&device);
    return error;
}

static void patches_for_other_devices_are_refused(void **state) {
    (void)state;
    assert_int_equal(send_for_hardware(7, 7), WHITTLE_OK);
    assert_int_equal(send_for_hardware(7, 8), WHITTLE_ERROR_HARDWARE);
    assert_int_equal(send_for_hardware(7, 0), WHITTLE_ERROR_HARDWARE); /* names none */
    assert_int_equal(send_for_hardware(0, 8), WHITTLE_ERROR_HARDWARE);
    assert_int_equal(send_for_hardware(0, 0), WHITTLE_OK);
}

static void what_cannot_be_read_is_not_trusted(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "mcu-1k", 3);
    device_rig *rig = &device.rig;
    whittle_header header;
    assert_int_equal(whittle_header_read(rig->patch.data, rig->patch.size, &header), WHITTLE_OK);
    uint32_t offset = rig->device.slot_offset[1];
    sim_flash_load(&rig->sim, offset, rig->patch.data, rig->patch.size);
    assert_int_equal(whittle_trust_check(&rig->device, offset, &header), WHITTLE_OK);
    rig->sim.failing_read = offset / 1024;
    assert_int_equal(whittle_trust_check(&rig->device, offset, &header), WHITTLE_ERROR_IO);
    rig->sim.failing_read =
        (offset + rig->patch.size - 5) / 1024; /* the signature block ends here */
    assert_int_equal(whittle_trust_check(&rig->device, offset, &header), WHITTLE_ERROR_IO);
    signed_rig_destroy(&device);
}

static void what_is_not_signed_is_not_trusted(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "mcu-1k", 3);
    device_rig *rig = &device.rig;
    whittle_header header;
    assert_int_equal(whittle_header_read(rig->patch.data, rig->patch.size, &header), WHITTLE_OK);
    uint32_t offset = rig->device.slot_offset[1];
    sim_flash_load(&rig->sim, offset, rig->patch.data, rig->patch.size);
    header.flags &= (uint8_t)~WHITTLE_FLAG_SIGNED;
    assert_int_equal(whittle_trust_check(&rig->device, offset, &header), WHITTLE_ERROR_UNSIGNED);
    signed_rig_destroy(&device);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_patches_are_applied_on_every_flash),
        cmocka_unit_test(signed_whole_images_are_applied),
        cmocka_unit_test(each_trusted_key_counts_and_no_other),
        cmocka_unit_test(keys_behind_the_last_do_not_count),
        cmocka_unit_test(a_device_without_keys_takes_signed_patches_too),
        cmocka_unit_test(a_start_with_nothing_pending_costs_no_more_than_without_keys),
        cmocka_unit_test(the_watchdog_waits_for_one_signature_and_nothing_else),
        cmocka_unit_test(nothing_unsigned_is_stored),
        cmocka_unit_test(a_plain_image_is_refused_at_finish_too),
        cmocka_unit_test(forged_patches_are_refused_at_finish),
        cmocka_unit_test(the_key_id_alone_proves_nothing),
        cmocka_unit_test(what_an_application_let_through_is_refused_before_the_first_erase),
        cmocka_unit_test(one_fault_is_not_enough),
        cmocka_unit_test(no_other_verdict_passes),
        cmocka_unit_test(the_patch_is_checked_again_before_its_image_is_started),
        cmocka_unit_test(the_same_is_found_in_two_ways),
        cmocka_unit_test(patches_for_other_devices_are_refused),
        cmocka_unit_test(what_cannot_be_read_is_not_trusted),
        cmocka_unit_test(what_is_not_signed_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
