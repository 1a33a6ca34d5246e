/* Receiving: any piece size, any reset, any wrong order. What is refused is in test_refusals.c. */
#include <stdlib.h>
#include <string.h>

#include "support/device_rig.h"
#include "support/unit_test.h"

static device_rig rig;

static const char detected_patch[] = "Differential Update Image detected. Restart the device to "
                                     "apply the patch.";
static const char detected_image[] = "Full Update Image detected. Restart the device to load the "
                                     "new firmware.";

static void make_rig(const char *kind, uint32_t image_size) {
    const rig_options options = {
        .geometry = sim_geometry_find(kind)->geometry, .image_size = image_size, .seed = 5};
    rig_create(&rig, &options);
}

static int set_up(void **state) {
    make_rig("spi-4k", 3000);
    *state = &rig;
    return 0;
}

/* ---- The good ways ---- */

static void takes_pieces_of_any_size(void **state) {
    (void)state;
    static const uint32_t chunks[] = {1,   2,   3,   7,   63,  64,  65,  255,  256,
                                      257, 383, 384, 385, 511, 512, 513, 1000, 4096};
    for (unsigned i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (unsigned plain = 0; plain < 2; plain++) {
            make_rig(i % 2 ? "mcu-128k" : "mcu-1k", 3000);
            const rig_bytes *file = plain ? &rig.new_image : &rig.patch;
            assert_int_equal(rig_send(&rig, file, chunks[i], false), WHITTLE_OK);
            assert_true(rig_said(&rig, plain ? detected_image : detected_patch));
            rig_boots(&rig, &rig.new_image);
            assert_null(rig.sim.violation);
            rig_destroy(&rig);
        }
    }
}

static void takes_a_self_contained_patch_on_any_image(void **state) {
    (void)state;
    whittle_encoder_options options = rig_encoder_options();
    options.full = true;
    const rig_bytes image = rig_make_next_image(&rig.old_image, 98);
    rig_bytes full = rig_make_patch(&rig.old_image, &image, &options);
    rig_destroy(&rig);
    make_rig("spi-4k", 5000); /* another old image */
    free(rig.new_image.data);
    rig.new_image = image;
    assert_int_equal(rig_send(&rig, &full, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
    free(full.data);
}

static void every_piece_size_stores_the_same(void **state) {
    (void)state;
    sim_snapshot fresh;
    assert_int_equal(sim_snapshot_create(&fresh, &rig.sim), WHITTLE_OK);
    uint32_t slot = rig.device.slot_offset[1];
    uint8_t *expected = malloc(rig.device.slot_size);
    assert_non_null(expected);
    for (uint32_t chunk = 1; chunk <= 4096; chunk += chunk < 600 ? 1 : 97) {
        sim_snapshot_restore(&fresh, &rig.sim);
        assert_int_equal(rig_send(&rig, &rig.patch, chunk, false), WHITTLE_OK);
        if (chunk == 1) {
            memcpy(expected, rig.sim.bytes + slot, rig.device.slot_size);
        }
        assert_memory_equal(rig.sim.bytes + slot, expected, rig.device.slot_size);
    }
    free(expected);
    sim_snapshot_destroy(&fresh);
}

static void stores_a_patch_at_the_end_and_an_image_at_the_start(void **state) {
    (void)state;
    uint32_t slot = rig.device.slot_offset[1];
    uint32_t end = slot + rig.device.slot_size;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_memory_equal(rig.sim.bytes + end - 4096, rig.patch.data, rig.patch.size);
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    assert_memory_equal(rig.sim.bytes + slot, rig.new_image.data, rig.new_image.size);
}

static void tells_how_much_was_received(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    for (uint32_t i = 0; i < rig.patch.size; i++) {
        assert_int_equal(whittle_updater_position(&updater), i);
        assert_int_equal(whittle_updater_write(&updater, rig.patch.data + i, 1), WHITTLE_OK);
    }
    assert_int_equal(whittle_updater_position(&updater), rig.patch.size);
}

static void names_the_slot_that_receives(void **state) {
    (void)state;
    uint8_t slot;
    whittle_boot_decision decision;
    assert_int_equal(whittle_updater_slot(&rig.device, &slot), WHITTLE_OK);
    assert_int_equal(slot, 1);
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    assert_int_equal(whittle_updater_slot(&rig.device, &slot), WHITTLE_OK);
    assert_int_equal(slot, 0);
}

static void a_new_transfer_replaces_a_pending_one(void **state) {
    (void)state;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).incoming, WHITTLE_INCOMING_IMAGE);
    rig_boots(&rig, &rig.new_image);
}

static void a_new_transfer_replaces_one_under_way(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 1000), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).incoming, WHITTLE_INCOMING_IMAGE);
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).incoming, WHITTLE_INCOMING_PATCH);
    rig_boots(&rig, &rig.new_image);
}

static void start_alone_leaves_a_pending_update(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, 8), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_PENDING);
    rig_boots(&rig, &rig.new_image);
}

/* ---- Resets ---- */

/* Resets after `sent` bytes, asks for the offset, and sends the rest. Returns the offset. */
static uint32_t reset_and_resume(const rig_bytes *file, uint32_t sent) {
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, file->data, sent), WHITTLE_OK);
    memset(&updater, 0xEE, sizeof updater);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_int_equal(whittle_updater_position(&updater), offset);
    assert_true(offset <= sent);
    assert_int_equal(whittle_updater_write(&updater, file->data + offset, file->size - offset),
                     WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    return offset;
}

/* Sends the patch until the power fails, before that operation; then asks for the offset. */
static uint32_t cut_and_resume(whittle_updater *updater, uint64_t operation) {
    uint32_t offset;
    assert_int_equal(whittle_updater_start(updater, &rig.device), WHITTLE_OK);
    sim_flash_cut(&rig.sim, operation, SIM_BEFORE);
    assert_int_equal(whittle_updater_write(updater, rig.patch.data, rig.patch.size),
                     WHITTLE_ERROR_IO);
    sim_flash_power_on(&rig.sim);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_RECEIVING);
    assert_int_equal(whittle_updater_resume(updater, &rig.device, &offset), WHITTLE_OK);
    return offset;
}

static void a_resume_with_nothing_held_takes_another_update(void **state) {
    (void)state;
    whittle_updater updater;
    /* The record's sector is erased; claim, entry and seals are programmed. */
    assert_int_equal(cut_and_resume(&updater, 1 + 4 + 1), 0);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, rig.new_image.size),
                     WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    assert_true(rig_said(&rig, detected_image));
    rig_boots(&rig, &rig.new_image);
}

/* Where a program page is one byte. */
static void resumes_after_a_cut_at_every_byte_of_the_header(void **state) {
    (void)state;
    rig_destroy(&rig);
    rig_options options = {
        .geometry = sim_geometry_find("spi-4k")->geometry, .image_size = 3000, .seed = 5};
    options.geometry.program_page = 1;
    for (uint32_t programmed = 0; programmed < 40; programmed++) {
        whittle_updater updater;
        rig_create(&rig, &options);
        /* Two erases, the record's and the slot's; claim, entry, seals and the mark before. */
        uint32_t offset = cut_and_resume(&updater, 2 + 1 + 96 + 2 + 1 + programmed + 1);
        assert_int_equal(offset, programmed > 0 ? programmed - 1 : 0);
        assert_int_equal(rig_send(&rig, &rig.patch, 64, true), WHITTLE_OK);
        rig_boots(&rig, &rig.new_image);
        rig_destroy(&rig);
    }
    make_rig("spi-4k", 3000);
}

static void resumes_after_a_reset_at_every_byte(void **state) {
    (void)state;
    rig_destroy(&rig);
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        make_rig(sim_geometries[i].name, 3000);
        for (unsigned plain = 0; plain < 2; plain++) {
            const rig_bytes *file = plain ? &rig.new_image : &rig.patch;
            for (uint32_t sent = 0; sent <= file->size; sent += plain ? 37 : 1) {
                assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
                reset_and_resume(file, sent);
                assert_int_equal(whittle_updater_verify(&rig.device), WHITTLE_OK);
            }
        }
        rig_boots(&rig, &rig.new_image);
        assert_null(rig.sim.violation);
        rig_destroy(&rig);
    }
    make_rig("spi-4k", 3000);
}

static void loses_at_most_a_page_where_pages_may_be_programmed_again(void **state) {
    (void)state;
    for (uint32_t sent = 600; sent <= rig.new_image.size; sent += 100) {
        uint32_t offset = reset_and_resume(&rig.new_image, sent);
        assert_true(sent - offset < 2 * 256);
    }
}

static void loses_at_most_a_span_where_they_may_not(void **state) {
    (void)state;
    rig_destroy(&rig);
    rig_options options = {
        .geometry = sim_geometry_find("spi-4k")->geometry, .image_size = 40000, .seed = 5};
    options.geometry.program_once = true;
    rig_create(&rig, &options);
    for (uint32_t sent = 9000; sent <= rig.new_image.size; sent += 3000) {
        uint32_t offset = reset_and_resume(&rig.new_image, sent);
        assert_true(sent - offset <= 4096 + 256);
        assert_true(offset % 4096 == 0);
    }
}

static void resumes_many_times_in_a_row(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset = 0;
    uint32_t step = 300;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    for (uint32_t sent = step; sent < rig.new_image.size; sent += step) {
        assert_int_equal(
            whittle_updater_write(&updater, rig.new_image.data + offset, sent - offset),
            WHITTLE_OK);
        assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    }
    assert_int_equal(
        whittle_updater_write(&updater, rig.new_image.data + offset, rig.new_image.size - offset),
        WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
}

static void a_transfer_costs_one_record_erase(void **state) {
    (void)state;
    uint32_t before = rig.sim.wear[1] + rig.sim.wear[2];
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    assert_int_equal(rig.sim.wear[1] + rig.sim.wear[2], before + 1);

    /* Also one that begins anew what was under way. */
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 1000), WHITTLE_OK);
    before = rig.sim.wear[1] + rig.sim.wear[2];
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    assert_int_equal(rig.sim.wear[1] + rig.sim.wear[2], before + 1);
}

static void a_resume_costs_one_record_erase(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 1000), WHITTLE_OK);
    uint32_t before = rig.sim.wear[1] + rig.sim.wear[2];
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_int_equal(rig.sim.wear[1] + rig.sim.wear[2], before); /* asking alone costs nothing */
    assert_int_equal(
        whittle_updater_write(&updater, rig.new_image.data + offset, rig.new_image.size - offset),
        WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    assert_int_equal(rig.sim.wear[1] + rig.sim.wear[2], before + 1);
    rig_boots(&rig, &rig.new_image);
}

static void forgets_the_image_that_it_overwrites(void **state) {
    (void)state;
    whittle_updater updater;
    whittle_boot_decision decision;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).images[0].size, rig.old_image.size);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).images[0].size, rig.old_image.size);
    assert_int_equal(whittle_updater_write(&updater, rig.old_image.data, 8), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).images[0].size, 0);
    assert_int_equal(rig_status(&rig).images[0].patch_size, 0);
}

static void an_image_has_no_patch_behind_it(void **state) {
    (void)state;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
    assert_int_equal(rig_status(&rig).images[1].patch_size, rig.patch.size);
    assert_int_equal(rig_send(&rig, &rig.old_image, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.old_image);
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).images[1].size, rig.new_image.size);
    assert_int_equal(rig_status(&rig).images[1].patch_size, 0);
}

static void resuming_what_is_complete_finishes_it(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    rig_clear_console(&rig);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_int_equal(offset, rig.patch.size);
    assert_int_equal(whittle_updater_write(&updater, "x", 1), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    assert_true(rig_said(&rig, detected_patch));
    rig_boots(&rig, &rig.new_image);
}

static void a_different_image_after_a_resume_is_found_out(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 1024), WHITTLE_OK);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_int_equal(offset, 768);
    rig_bytes other = rig_make_image(rig.new_image.size, 99);
    assert_int_equal(whittle_updater_write(&updater, other.data + offset, other.size - offset),
                     WHITTLE_ERROR_IO);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
    rig.sim.violation = NULL; /* what the flash said to that is the point here */
    free(other.data);
}

/* ---- Wrong order ---- */

static void writes_nothing_before_a_start(void **state) {
    (void)state;
    whittle_updater updater;
    memset(&updater, 0, sizeof updater);
    uint64_t operations = rig.sim.operations;
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, 100), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_verify(&rig.device), WHITTLE_ERROR_STATE);
    assert_int_equal(rig.sim.operations, operations);
}

static void writes_nothing_after_the_finish(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, rig.patch.size), WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, "x", 1), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_STATE);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_PENDING);
}

static void refuses_a_transfer_on_trial(void **state) {
    (void)state;
    whittle_updater updater;
    whittle_boot_decision decision;
    uint32_t offset = 77;
    rig.device.trial_starts = 3;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_ERROR_STATE);
    assert_int_equal(offset, 0);
    assert_int_equal(whittle_updater_write(&updater, "x", 1), WHITTLE_ERROR_STATE);
    assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_TRIAL);
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
}

static void finish_waits_for_missing_bytes(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_INCOMPLETE);
    for (uint32_t i = 0; i < rig.patch.size; i++) {
        assert_int_equal(whittle_updater_write(&updater, rig.patch.data + i, 1), WHITTLE_OK);
        int expected = i + 1 < rig.patch.size ? WHITTLE_ERROR_INCOMPLETE : WHITTLE_OK;
        assert_int_equal(whittle_updater_finish(&updater), expected);
    }
    rig_boots(&rig, &rig.new_image);
}

static void notices_that_the_record_changed_meanwhile(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, rig.patch.size), WHITTLE_OK);
    assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_STATE);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
}

static void notices_that_the_record_is_gone(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data, 1000), WHITTLE_OK);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    memset(rig.sim.bytes + rig.device.record_offset[0], 0xFF, 8192);
    assert_int_equal(whittle_updater_write(&updater, rig.new_image.data + offset, 1000),
                     WHITTLE_ERROR_NO_IMAGE);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_ERROR_NO_IMAGE);
    assert_int_equal(whittle_updater_verify(&rig.device), WHITTLE_ERROR_NO_IMAGE);
}

static void aborts_at_any_time(void **state) {
    (void)state;
    whittle_updater updater;
    uint32_t offset;
    uint64_t operations = rig.sim.operations;
    assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
    assert_int_equal(rig.sim.operations, operations); /* nothing to drop */
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, 300), WHITTLE_OK);
    assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_resume(&updater, &rig.device, &offset), WHITTLE_OK);
    assert_int_equal(offset, 0);
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.state, WHITTLE_STATE_READY);
    assert_int_equal(status.incoming, WHITTLE_INCOMING_NONE);
    assert_int_equal(status.last_error, WHITTLE_OK);
    rig_boots(&rig, &rig.old_image);
}

/* ---- The least that it needs ---- */

static void works_without_callbacks(void **state) {
    (void)state;
    rig.device.message = NULL;
    rig.device.error_text = NULL;
    rig.device.watchdog = NULL;
    rig.device.progress = NULL;
    rig.sim.flash.sync = NULL;
    rig.patch.data[20] ^= 1;
    assert_int_not_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    rig.patch.data[20] ^= 1;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
}

static void takes_no_more_ram_than_promised(void **state) {
    (void)state;
    assert_true(sizeof(whittle_updater) <= 512);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_pieces_of_any_size),
        TEST(takes_a_self_contained_patch_on_any_image),
        TEST(every_piece_size_stores_the_same),
        TEST(stores_a_patch_at_the_end_and_an_image_at_the_start),
        TEST(tells_how_much_was_received),
        TEST(names_the_slot_that_receives),
        TEST(a_new_transfer_replaces_a_pending_one),
        TEST(a_new_transfer_replaces_one_under_way),
        TEST(start_alone_leaves_a_pending_update),
        TEST(a_resume_with_nothing_held_takes_another_update),
        TEST(resumes_after_a_cut_at_every_byte_of_the_header),
        TEST(resumes_after_a_reset_at_every_byte),
        TEST(loses_at_most_a_page_where_pages_may_be_programmed_again),
        TEST(loses_at_most_a_span_where_they_may_not),
        TEST(resumes_many_times_in_a_row),
        TEST(a_transfer_costs_one_record_erase),
        TEST(a_resume_costs_one_record_erase),
        TEST(forgets_the_image_that_it_overwrites),
        TEST(an_image_has_no_patch_behind_it),
        TEST(resuming_what_is_complete_finishes_it),
        TEST(a_different_image_after_a_resume_is_found_out),
        TEST(writes_nothing_before_a_start),
        TEST(writes_nothing_after_the_finish),
        TEST(refuses_a_transfer_on_trial),
        TEST(finish_waits_for_missing_bytes),
        TEST(notices_that_the_record_changed_meanwhile),
        TEST(notices_that_the_record_is_gone),
        TEST(aborts_at_any_time),
        TEST(works_without_callbacks),
        TEST(takes_no_more_ram_than_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
