/* The security counter: an old hole is not brought back, neither by sending an old patch again, nor
 * by cutting the power between confirmation and counter, nor by falling back to the other slot. */
#include <stdlib.h>
#include <string.h>

#include "support/signed_rig.h"
#include "support/signing.h"
#include "support/unit_test.h"

enum { STARTS = 3 };

/* Sends a signed patch that makes the image `to` of what runs, with that counter. */
static int send(signed_rig *device, const rig_bytes *to, uint32_t counter, bool full) {
    device_rig *rig = &device->rig;
    const rig_bytes *from = to == &rig->new_image ? &rig->old_image : &rig->new_image;
    rig_bytes patch =
        signed_rig_patch(from, to, &(signed_options){.counter = counter, .full = full});
    int error = rig_send(rig, &patch, 512, false);
    free(patch.data);
    return error;
}

static void expect_start(signed_rig *device, const rig_bytes *image) {
    rig_boots(&device->rig, image);
}

/* A device whose new image was confirmed with that counter. */
static void create_confirmed(signed_rig *device, uint32_t counter) {
    signed_rig_create(device, "spi-4k", STARTS);
    assert_int_equal(send(device, &device->rig.new_image, counter, false), WHITTLE_OK);
    expect_start(device, &device->rig.new_image);
    assert_int_equal(whittle_device_confirm(&device->rig.device), WHITTLE_OK);
}

static void a_confirmed_counter_is_the_least_from_then_on(void **state) {
    (void)state;
    signed_rig device;
    create_confirmed(&device, 5);
    const rig_bytes *old = &device.rig.old_image;
    assert_int_equal(rig_status(&device.rig).security_counter, 5);
    assert_int_equal(send(&device, old, 4, false), WHITTLE_ERROR_DOWNGRADE);
    assert_int_equal(send(&device, old, 4, true), WHITTLE_ERROR_DOWNGRADE);
    assert_int_equal(send(&device, old, 0, true), WHITTLE_ERROR_DOWNGRADE); /* left out */
    expect_start(&device, &device.rig.new_image);
    assert_int_equal(send(&device, old, 5, true), WHITTLE_OK);
    expect_start(&device, old);
    signed_rig_destroy(&device);
}

/* The patch that was refused at the front door is met by the boot loader. */
static void a_replayed_patch_is_refused_at_boot(void **state) {
    (void)state;
    signed_rig device;
    whittle_device_status status;
    create_confirmed(&device, 5);
    device_rig *rig = &device.rig;
    rig_bytes replayed =
        signed_rig_patch(&rig->new_image, &rig->old_image, &(signed_options){.counter = 6});
    assert_int_equal(rig_send(rig, &replayed, 512, false), WHITTLE_OK);
    /* Meanwhile the device has confirmed 7, as one with a service port may. */
    assert_int_equal(whittle_device_read_status(&rig->device, &status), WHITTLE_OK);
    assert_int_equal(whittle_device_install(&rig->device, 1, rig->new_image.size, 7), WHITTLE_OK);
    assert_int_equal(rig_send(rig, &replayed, 512, false), WHITTLE_ERROR_DOWNGRADE);
    expect_start(&device, &rig->new_image);
    free(replayed.data);
    signed_rig_destroy(&device);
}

static void an_unconfirmed_counter_does_not_count(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", STARTS);
    assert_int_equal(send(&device, &device.rig.new_image, 9, false), WHITTLE_OK);
    for (unsigned i = 0; i < STARTS; i++) {
        expect_start(&device, &device.rig.new_image);
        assert_int_equal(rig_status(&device.rig).security_counter, 0);
    }
    expect_start(&device, &device.rig.old_image);
    assert_int_equal(rig_status(&device.rig).last_error, WHITTLE_ERROR_UNPROVEN);
    assert_int_equal(rig_status(&device.rig).security_counter, 0);
    assert_int_equal(send(&device, &device.rig.new_image, 1, false), WHITTLE_OK);
    signed_rig_destroy(&device);
}

/* The other slot still holds the image of before, and its digest is right. */
static void the_previous_slot_is_no_way_back_to_an_old_hole(void **state) {
    (void)state;
    signed_rig device;
    whittle_boot_decision decision;
    create_confirmed(&device, 5);
    sim_flash_rot(&device.rig.sim, device.rig.device.slot_offset[1] + 100, 3);
    assert_int_equal(rig_boot(&device.rig, &decision), WHITTLE_ERROR_NO_IMAGE);
    signed_rig_destroy(&device);
}

static void the_previous_slot_is_good_with_the_same_counter(void **state) {
    (void)state;
    signed_rig device;
    create_confirmed(&device, 0);
    sim_flash_rot(&device.rig.sim, device.rig.device.slot_offset[1] + 100, 3);
    expect_start(&device, &device.rig.old_image);
    signed_rig_destroy(&device);
}

/* Wherever the power is cut: the image counts as confirmed exactly if the counter has risen. */
static void confirmation_and_counter_are_one_step(void **state) {
    (void)state;
    signed_rig device;
    sim_snapshot before;
    unsigned cuts = 0;
    signed_rig_create(&device, "spi-4k", STARTS);
    assert_int_equal(send(&device, &device.rig.new_image, 5, false), WHITTLE_OK);
    expect_start(&device, &device.rig.new_image);
    assert_int_equal(sim_snapshot_create(&before, &device.rig.sim), WHITTLE_OK);
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1;; n++) {
            sim_snapshot_restore(&before, &device.rig.sim);
            sim_flash_cut(&device.rig.sim, n, (sim_moment)moment);
            int error = whittle_device_confirm(&device.rig.device);
            bool cut = device.rig.sim.cut_fired;
            sim_flash_power_on(&device.rig.sim);
            if (!cut) {
                assert_int_equal(error, WHITTLE_OK);
                break;
            }
            cuts++;
            whittle_device_status status = rig_status(&device.rig);
            assert_int_equal(status.security_counter, status.state == WHITTLE_STATE_TRIAL ? 0 : 5);
            expect_start(&device, &device.rig.new_image);
            status = rig_status(&device.rig);
            assert_int_equal(status.security_counter, status.state == WHITTLE_STATE_TRIAL ? 0 : 5);
        }
    }
    assert_true(cuts >= 9); /* an entry and its two seals */
    sim_snapshot_destroy(&before);
    signed_rig_destroy(&device);
}

/* The image of before is damaged, so that the device stays with one that never said that it works.
 */
static void an_image_without_a_way_back_does_not_count_until_it_confirms(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", STARTS);
    device_rig *rig = &device.rig;
    assert_int_equal(send(&device, &rig->new_image, 5, false), WHITTLE_OK);
    expect_start(&device, &rig->new_image);
    sim_flash_rot(&rig->sim, rig->device.slot_offset[0] + 100, 3);
    for (unsigned i = 0; i < STARTS + 1; i++) {
        expect_start(&device, &rig->new_image);
    }
    assert_int_equal(rig_status(rig).state, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(rig).last_error, WHITTLE_ERROR_UNPROVEN);
    assert_int_equal(rig_status(rig).security_counter, 0);
    assert_int_equal(whittle_device_confirm(&rig->device), WHITTLE_OK);
    assert_int_equal(rig_status(rig).security_counter, 5);
    uint64_t operations = rig->sim.operations;
    assert_int_equal(whittle_device_confirm(&rig->device), WHITTLE_OK);
    assert_int_equal(rig->sim.operations, operations);
    signed_rig_destroy(&device);
}

/* ---- A record that cannot be written ---- */

static unsigned failures_left; /* of programs from when the new image is whole */

static int program_or_fail(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    const sim_flash *sim = context;
    if (failures_left > 0) {
        failures_left--;
        return WHITTLE_ERROR_IO;
    }
    return sim->flash.program(sim->flash.context, offset, data, size);
}

static void fail_from_the_last_byte_on(void *context, uint32_t done, uint32_t total) {
    (void)context;
    failures_left = done == total ? 2 : 0; /* the record tries in both of its sectors */
}

/* Without a trial, the new image counts as confirmed with the entry that makes it active. */
static void a_counter_that_was_not_written_does_not_count(void **state) {
    (void)state;
    signed_rig device;
    signed_rig_create(&device, "spi-4k", 0);
    device_rig *rig = &device.rig;
    whittle_flash failing = rig->sim.flash;
    failing.program = program_or_fail;
    assert_ptr_equal(failing.context, &rig->sim);
    rig->device.flash = &failing;
    rig->device.progress = fail_from_the_last_byte_on;
    assert_int_equal(send(&device, &rig->new_image, 5, false), WHITTLE_OK);
    expect_start(&device, &rig->old_image);
    assert_int_equal(failures_left, 0);
    assert_int_equal(rig_status(rig).last_error, WHITTLE_ERROR_IO);
    assert_int_equal(rig_status(rig).security_counter, 0);
    rig->device.progress = NULL;
    assert_int_equal(send(&device, &rig->new_image, 1, false), WHITTLE_OK);
    expect_start(&device, &rig->new_image);
    assert_int_equal(rig_status(rig).security_counter, 1);
    signed_rig_destroy(&device);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_confirmed_counter_is_the_least_from_then_on),
        cmocka_unit_test(a_replayed_patch_is_refused_at_boot),
        cmocka_unit_test(an_unconfirmed_counter_does_not_count),
        cmocka_unit_test(the_previous_slot_is_no_way_back_to_an_old_hole),
        cmocka_unit_test(the_previous_slot_is_good_with_the_same_counter),
        cmocka_unit_test(confirmation_and_counter_are_one_step),
        cmocka_unit_test(an_image_without_a_way_back_does_not_count_until_it_confirms),
        cmocka_unit_test(a_counter_that_was_not_written_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
