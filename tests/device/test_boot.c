/* Every arrow of the state machine that the boot loader and the application draw; docs/device.md
 * has the picture. Cuts in them are in test_cuts.c, failing flash is in test_failures.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "support/decoding.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

static device_rig rig;

static const char failed[] = "Patching FAILED. We will continue with the current firmware.";
static const char previous[] = "Going back to the previous firmware.";

static int set_up(void **state) {
    const rig_options options = {.geometry = sim_geometry_find("spi-4k")->geometry,
                                 .image_size = 5000,
                                 .slot_sectors = 5,
                                 .trial_starts = 3,
                                 .seed = 11};
    rig_create(&rig, &options);
    *state = &rig;
    return 0;
}

static void receive(const rig_bytes *file) {
    assert_int_equal(rig_send(&rig, file, 100, false), WHITTLE_OK);
    rig_clear_console(&rig);
}

static void starts(const rig_bytes *expected, whittle_device_state state) {
    whittle_boot_decision decision;
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    assert_int_equal(decision.action, WHITTLE_BOOT_START);
    assert_int_equal(decision.offset, rig.device.slot_offset[decision.slot]);
    assert_true(rig_starts(&rig, &decision, expected));
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.state, state);
    assert_int_equal(status.active, decision.slot);
}

static void gives_up(int error) {
    starts(&rig.old_image, WHITTLE_STATE_READY);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.last_error, error);
    assert_int_equal(status.incoming, WHITTLE_INCOMING_NONE);
    assert_int_equal(status.incoming_size, 0);
    assert_true(rig_said(&rig, failed));
    assert_true(rig_said(&rig, whittle_error_text(error)));
    assert_false(rig_said(&rig, "Patching SUCCESSFUL."));
}

/* ---- READY ---- */

static void starts_what_is_installed(void **state) {
    (void)state;
    uint64_t operations = rig.sim.operations;
    for (unsigned i = 0; i < 3; i++) {
        starts(&rig.old_image, WHITTLE_STATE_READY);
    }
    assert_int_equal(rig.sim.operations, operations); /* no wear from mere starts */
    assert_string_equal(rig.console, "");
    assert_true(rig.watchdog_calls > 0);
}

static void reports_a_device_without_a_record(void **state) {
    (void)state;
    whittle_boot_decision decision;
    memset(rig.sim.bytes + rig.device.record_offset[0], 0xFF, 8192);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
}

static void never_starts_a_damaged_image(void **state) {
    (void)state;
    whittle_boot_decision decision;
    for (uint32_t i = 0; i < rig.old_image.size; i += 97) {
        sim_flash_rot(&rig.sim, rig.device.slot_offset[0] + i, i % 8);
        assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
        sim_flash_rot(&rig.sim, rig.device.slot_offset[0] + i, i % 8);
    }
    starts(&rig.old_image, WHITTLE_STATE_READY);
}

static void a_fast_start_reads_no_image(void **state) {
    (void)state;
    whittle_boot_decision decision;
    rig.device.fast_start = true;
    uint64_t before = rig.sim.nanoseconds;
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    uint64_t fast = rig.sim.nanoseconds - before;
    rig.device.fast_start = false;
    before = rig.sim.nanoseconds;
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    uint64_t image_time = 100u * rig.old_image.size;
    assert_int_equal(rig.sim.nanoseconds - before, fast + image_time);
}

static void goes_back_where_the_running_image_rots(void **state) {
    (void)state;
    receive(&rig.patch);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[1] + 1000, 3);
    starts(&rig.old_image, WHITTLE_STATE_READY);
    assert_true(rig_said(&rig, previous));
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_DAMAGED);
    starts(&rig.old_image, WHITTLE_STATE_READY); /* and stays there */
}

static void does_not_go_back_below_the_security_counter(void **state) {
    (void)state;
    whittle_boot_decision decision;
    whittle_encoder_options options = rig_encoder_options();
    options.has_security_counter = true;
    options.security_counter = 2;
    rig_bytes patch = rig_make_patch(&rig.old_image, &rig.new_image, &options);
    receive(&patch);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    assert_int_equal(rig_status(&rig).security_counter, 0); /* rises only by confirmation */
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).security_counter, 2);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[1] + 1000, 3);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
    free(patch.data);
}

/* ---- RECEIVING ---- */

static void a_transfer_under_way_does_not_disturb_starting(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, 600), WHITTLE_OK);
    starts(&rig.old_image, WHITTLE_STATE_RECEIVING);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_true(offset > 0);
}

static void has_nothing_to_go_back_to_while_receiving(void **state) {
    (void)state;
    whittle_boot_decision decision;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 600), WHITTLE_OK);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[0], 0);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
}

/* ---- PENDING and APPLYING ---- */

static void applies_a_patch_and_asks_for_a_restart(void **state) {
    (void)state;
    whittle_boot_decision decision;
    receive(&rig.patch);
    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, rig.memory, &decision),
                     WHITTLE_OK);
    assert_int_equal(decision.action, WHITTLE_BOOT_RESTART);
    assert_string_equal(rig.console, "Patching the binary...\nPatching SUCCESSFUL.\n");
    assert_int_equal(rig.progress_done, rig.new_image.size);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    assert_string_equal(rig.console, "Patching the binary...\nPatching SUCCESSFUL.\n");
}

/* A clock that only reading moves on, a nanosecond a byte, shows the longest wait: not even a patch
 * of a few bytes, of which nothing needs to be programmed after a restart, makes it long. */
static void feeds_the_watchdog_while_it_reads(void **state) {
    (void)state;
    whittle_boot_decision decision;
    rig_bytes nothing_new = rig_make_patch(&rig.old_image, &rig.old_image, NULL);
    receive(&nothing_new);
    rig.sim.latency = (sim_latency){.read_nanoseconds_per_byte = 1};
    sim_flash_cut(&rig.sim, 5 + 1 + 1 + 20, SIM_AFTER); /* the record, an erase, a mark, pages */
    (void)rig_boot(&rig, &decision);
    assert_true(rig.sim.cut_fired);
    sim_flash_power_on(&rig.sim);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_APPLYING);
    rig.watchdog_time = rig.sim.nanoseconds;
    rig.watchdog_longest = 0;
    starts(&rig.old_image, WHITTLE_STATE_TRIAL);
    printf("%u bytes read between two calls of the watchdog\n", (unsigned)rig.watchdog_longest);
    assert_in_range(rig.watchdog_longest, 1, 1024);
    free(nothing_new.data);
}

static void loads_an_image_without_another_restart(void **state) {
    (void)state;
    whittle_boot_decision decision;
    receive(&rig.new_image);
    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, rig.memory, &decision),
                     WHITTLE_OK);
    assert_int_equal(decision.action, WHITTLE_BOOT_START);
    assert_true(rig_starts(&rig, &decision, &rig.new_image));
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_TRIAL);
    assert_string_equal(rig.console, "");
}

static void confirms_at_once_where_there_is_no_trial(void **state) {
    (void)state;
    whittle_encoder_options options = rig_encoder_options();
    options.has_security_counter = true;
    options.security_counter = 9;
    rig_bytes patch = rig_make_patch(&rig.old_image, &rig.new_image, &options);
    rig.device.trial_starts = 0;
    receive(&patch);
    starts(&rig.new_image, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(&rig).security_counter, 9);
    free(patch.data);
}

/* The slot is erased sector by sector here; what was complete before a power cut stays. */
static void goes_on_where_a_power_cut_stopped_it(void **state) {
    (void)state;
    whittle_boot_decision decision;
    uint32_t first = rig.device.slot_offset[1] / 4096;
    receive(&rig.patch);
    for (uint64_t n = 1; rig.sim.wear[first + 1] == 0; n++) {
        sim_flash_cut(&rig.sim, n, SIM_AFTER);
        (void)rig_boot(&rig, &decision);
        assert_true(rig.sim.cut_fired);
        sim_flash_power_on(&rig.sim);
    }
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_APPLYING);
    uint32_t wear = rig.sim.wear[first];
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    assert_int_equal(rig.sim.wear[first], wear); /* not begun anew */
}

static void remembers_what_made_an_image(void **state) {
    (void)state;
    receive(&rig.patch);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.images[1].size, rig.new_image.size);
    assert_int_equal(status.images[1].patch_size, rig.patch.size);
    assert_int_equal(status.images[0].size, rig.old_image.size);
    assert_int_equal(status.incoming, WHITTLE_INCOMING_NONE);
    assert_int_equal(status.incoming_size, 0);
}

static void gives_up_a_patch_that_rotted(void **state) {
    (void)state;
    receive(&rig.patch);
    uint32_t end = rig.device.slot_offset[1] + rig.device.slot_size;
    uint32_t wear = rig.sim.wear[rig.device.slot_offset[1] / 4096];
    sim_flash_rot(&rig.sim, end - 4096 + rig.patch.size / 2, 4);
    gives_up(WHITTLE_ERROR_CHECKSUM);
    assert_int_equal(rig.sim.wear[rig.device.slot_offset[1] / 4096], wear); /* no erase */
    assert_int_equal(rig_status(&rig).images[1].size, 0);
}

static void gives_up_where_the_source_rotted(void **state) {
    (void)state;
    whittle_boot_decision decision;
    receive(&rig.patch);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[0] + 77, 1);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
    assert_true(rig_said(&rig, failed));
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_DAMAGED);
}

static void a_self_contained_patch_rescues_a_device_whose_image_rotted(void **state) {
    (void)state;
    whittle_encoder_options options = rig_encoder_options();
    options.full = true;
    rig_bytes full = rig_make_patch(&rig.old_image, &rig.new_image, &options);
    receive(&full);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[0] + 77, 1);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    free(full.data);
}

static void gives_up_an_image_that_rotted(void **state) {
    (void)state;
    receive(&rig.new_image);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[1] + 77, 1);
    starts(&rig.old_image, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_DAMAGED);
    assert_true(rig_said(&rig, failed));
}

static void gives_up_a_patch_without_a_patcher(void **state) {
    (void)state;
    whittle_boot_decision decision;
    receive(&rig.patch);
    assert_int_equal(whittle_boot(&rig.device, NULL, NULL, &decision), WHITTLE_OK);
    assert_true(rig_starts(&rig, &decision, &rig.old_image));
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_DISABLED);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
}

static void loads_an_image_without_a_patcher(void **state) {
    (void)state;
    whittle_boot_decision decision;
    receive(&rig.new_image);
    assert_int_equal(whittle_boot(&rig.device, NULL, NULL, &decision), WHITTLE_OK);
    assert_true(rig_starts(&rig, &decision, &rig.new_image));
}

/* Puts another patch in the place of the pending one, as a fault or an attacker could. */
static void replace_pending(const rig_bytes *patch) {
    uint32_t end = rig.device.slot_offset[1] + rig.device.slot_size;
    memset(rig.sim.bytes + end - 4096, 0xFF, 4096);
    sim_flash_load(&rig.sim, end - 4096, patch->data, patch->size);
}

static void seal(rig_bytes *patch) {
    uint32_t crc = whittle_crc32(0, patch->data, patch->size - 4);
    for (unsigned i = 0; i < 4; i++) {
        patch->data[patch->size - 4 + i] = (uint8_t)(crc >> 8 * i);
    }
}

static void checks_again_what_the_application_checked(void **state) {
    (void)state;
    receive(&rig.patch);
    rig.device.patch_memory -= 64;
    gives_up(WHITTLE_ERROR_RAM);
    rig.device.patch_memory += 64;

    receive(&rig.patch);
    whittle_header header;
    assert_int_equal(whittle_header_read(rig.patch.data, rig.patch.size, &header), WHITTLE_OK);
    uint8_t *source_digest = rig.patch.data + header.header_size - WHITTLE_SOURCE_DIGEST_SIZE;
    source_digest[0] ^= 1;
    seal(&rig.patch);
    replace_pending(&rig.patch);
    gives_up(WHITTLE_ERROR_SOURCE);
    source_digest[0] ^= 1;
    seal(&rig.patch);

    receive(&rig.patch);
    rig.patch.data[4] = 99;
    replace_pending(&rig.patch);
    gives_up(WHITTLE_ERROR_VERSION);
}

static void gives_up_a_patch_of_another_size_than_received(void **state) {
    (void)state;
    rig_bytes shorter = rig_make_patch(&rig.old_image, &rig.old_image, NULL);
    receive(&rig.patch);
    replace_pending(&shorter);
    gives_up(WHITTLE_ERROR_CORRUPT);
    free(shorter.data);
}

static void gives_up_a_target_that_is_not_what_was_promised(void **state) {
    (void)state;
    whittle_header header;
    assert_int_equal(whittle_header_read(rig.patch.data, rig.patch.size, &header), WHITTLE_OK);
    for (uint32_t i = 0; i < header.header_size; i++) {
        if (memcmp(rig.patch.data + i, header.target_digest, sizeof header.target_digest) == 0) {
            rig.patch.data[i] ^= 1;
        }
    }
    seal(&rig.patch);
    receive(&rig.patch);
    gives_up(WHITTLE_ERROR_TARGET);
    receive(&rig.patch); /* and the device takes the next update */
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_PENDING);
}

/* What the decoder alone says to a patch, and to what it makes. */
static int decoder_error(const rig_bytes *patch) {
    const image source = {.data = rig.old_image.data, .size = rig.old_image.size};
    decoding work = {.source = &source};
    int error = decoding_run(&work, patch->data, patch->size);
    decoding_free(&work);
    return error ? error : WHITTLE_ERROR_TARGET;
}

static void gives_up_a_payload_that_makes_no_sense(void **state) {
    (void)state;
    whittle_header header;
    assert_int_equal(whittle_header_read(rig.patch.data, rig.patch.size, &header), WHITTLE_OK);
    for (uint32_t i = header.header_size; i < rig.patch.size - 4; i += 41) {
        rig.patch.data[i] ^= 0x40;
        seal(&rig.patch);
        receive(&rig.patch);
        starts(&rig.old_image, WHITTLE_STATE_READY);
        assert_int_equal(rig_status(&rig).last_error, decoder_error(&rig.patch));
        assert_true(rig_said(&rig, failed));
        rig.patch.data[i] ^= 0x40;
    }
    assert_null(rig.sim.violation);
}

/* ---- TRIAL ---- */

static void confirmation_ends_the_trial(void **state) {
    (void)state;
    receive(&rig.patch);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    for (unsigned i = 0; i < 10; i++) {
        starts(&rig.new_image, WHITTLE_STATE_READY);
    }
    uint64_t operations = rig.sim.operations;
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    assert_int_equal(rig.sim.operations, operations);
}

static void goes_back_after_the_starts_of_a_trial(void **state) {
    (void)state;
    for (uint8_t starts_allowed = 1; starts_allowed < 6; starts_allowed++) {
        rig.device.trial_starts = starts_allowed;
        receive(&rig.patch);
        for (uint8_t i = 0; i < starts_allowed; i++) {
            starts(&rig.new_image, WHITTLE_STATE_TRIAL);
            assert_int_equal(rig_status(&rig).starts_left, starts_allowed - 1 - i);
        }
        starts(&rig.old_image, WHITTLE_STATE_READY);
        assert_true(rig_said(&rig, previous));
        assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_UNPROVEN);
        starts(&rig.old_image, WHITTLE_STATE_READY);
    }
}

static void goes_back_where_the_image_on_trial_rots(void **state) {
    (void)state;
    receive(&rig.patch);
    starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    sim_flash_rot(&rig.sim, rig.device.slot_offset[1] + 1, 1);
    starts(&rig.old_image, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_DAMAGED);
}

static void stays_where_there_is_no_way_back(void **state) {
    (void)state;
    receive(&rig.patch);
    for (unsigned i = 0; i < 3; i++) {
        starts(&rig.new_image, WHITTLE_STATE_TRIAL);
    }
    sim_flash_rot(&rig.sim, rig.device.slot_offset[0] + 1, 1);
    starts(&rig.new_image, WHITTLE_STATE_READY);
    assert_false(rig_said(&rig, previous));
}

static void updates_back_and_forth(void **state) {
    (void)state;
    rig_bytes back = rig_make_patch(&rig.new_image, &rig.old_image, NULL);
    for (unsigned i = 0; i < 6; i++) {
        receive(i % 2 ? &back : &rig.patch);
        starts(i % 2 ? &rig.old_image : &rig.new_image, WHITTLE_STATE_TRIAL);
        assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
        assert_int_equal(rig_status(&rig).active, i % 2 ? 0 : 1);
    }
    free(back.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(starts_what_is_installed),
        TEST(reports_a_device_without_a_record),
        TEST(never_starts_a_damaged_image),
        TEST(a_fast_start_reads_no_image),
        TEST(goes_back_where_the_running_image_rots),
        TEST(does_not_go_back_below_the_security_counter),
        TEST(a_transfer_under_way_does_not_disturb_starting),
        TEST(has_nothing_to_go_back_to_while_receiving),
        TEST(applies_a_patch_and_asks_for_a_restart),
        TEST(feeds_the_watchdog_while_it_reads),
        TEST(loads_an_image_without_another_restart),
        TEST(confirms_at_once_where_there_is_no_trial),
        TEST(goes_on_where_a_power_cut_stopped_it),
        TEST(remembers_what_made_an_image),
        TEST(gives_up_a_patch_that_rotted),
        TEST(gives_up_where_the_source_rotted),
        TEST(a_self_contained_patch_rescues_a_device_whose_image_rotted),
        TEST(gives_up_an_image_that_rotted),
        TEST(gives_up_a_patch_without_a_patcher),
        TEST(loads_an_image_without_a_patcher),
        TEST(checks_again_what_the_application_checked),
        TEST(gives_up_a_patch_of_another_size_than_received),
        TEST(gives_up_a_target_that_is_not_what_was_promised),
        TEST(gives_up_a_payload_that_makes_no_sense),
        TEST(confirmation_ends_the_trial),
        TEST(goes_back_after_the_starts_of_a_trial),
        TEST(goes_back_where_the_image_on_trial_rots),
        TEST(stays_where_there_is_no_way_back),
        TEST(updates_back_and_forth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
