/* The good way of an update, on every kind of flash: receive, restart, patch, restart, confirm. */
#include <stdlib.h>
#include <string.h>

#include "support/device_rig.h"
#include "support/unit_test.h"

static const uint32_t image_size = 3000;

static void make_rig(device_rig *rig, const whittle_flash_geometry *geometry, uint8_t starts) {
    const rig_options options = {
        .geometry = *geometry, .image_size = image_size, .trial_starts = starts, .seed = 7};
    rig_create(rig, &options);
}

static void update_by_patch(const whittle_flash_geometry *geometry) {
    device_rig rig;
    whittle_boot_decision decision;
    make_rig(&rig, geometry, 3);
    rig_boots(&rig, &rig.old_image);

    assert_int_equal(rig_send(&rig, &rig.patch, 100, false), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_PENDING);
    assert_int_equal(whittle_updater_verify(&rig.device), WHITTLE_OK);
    assert_string_equal(rig.console, "Differential Update Image detected. Restart the device to "
                                     "apply the patch.\n");
    rig_clear_console(&rig);

    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, rig.memory, &decision),
                     WHITTLE_OK);
    assert_int_equal(decision.action, WHITTLE_BOOT_RESTART);
    assert_string_equal(rig.console, "Patching the binary...\nPatching SUCCESSFUL.\n");
    assert_int_equal(rig.progress_done, rig.new_image.size);

    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_OK);
    assert_int_equal(decision.slot, 1);
    assert_true(rig_starts(&rig, &decision, &rig.new_image));
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_TRIAL);
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
    assert_null(rig.sim.violation);
    rig_destroy(&rig);
}

static void updates_by_a_patch_on_every_flash(void **state) {
    (void)state;
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        whittle_flash_geometry geometry = sim_geometries[i].geometry;
        update_by_patch(&geometry);
        geometry.erased_value = 0x00;
        update_by_patch(&geometry);
        geometry.program_once = !geometry.program_once;
        update_by_patch(&geometry);
    }
}

/* The smallest sectors that hold a record, pages of one program unit, and sectors that are no power
 * of two. */
static void updates_on_flash_at_the_limits(void **state) {
    (void)state;
    static const whittle_flash_geometry limits[] = {
        {.erase_unit = 496, .program_unit = 4, .program_page = 16, .erased_value = 0xFF},
        {.erase_unit = 1280, .program_unit = 32, .program_page = 32, .erased_value = 0xFF},
        {.erase_unit = 1280, .program_unit = 32, .program_page = 256, .program_once = true},
        {.erase_unit = 412, .program_unit = 1, .program_page = 1, .erased_value = 0xFF},
        {.erase_unit = 5280, .program_unit = 2, .program_page = 32, .erased_value = 0xFF},
    };
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        update_by_patch(&limits[i]);
    }
}

/* The device's progress: each report says more than the one before. */
static void expect_progress(void *context, uint32_t done, uint32_t total) {
    uint32_t *reported = context;
    assert_true(done > *reported);
    assert_true(done <= total);
    *reported = done;
}

/* The last page of an image may be full, or hold a single byte. */
static void updates_to_an_image_that_ends_anywhere_in_a_page(void **state) {
    (void)state;
    const whittle_flash_geometry *geometry = &sim_geometry_find("spi-4k")->geometry;
    for (uint32_t size = 2 * geometry->program_page - 2; size <= 2 * geometry->program_page + 2;
         size++) {
        device_rig rig;
        uint32_t reported = 0;
        make_rig(&rig, geometry, 0);
        free(rig.patch.data);
        rig.new_image.size = size;
        rig.new_image.data[size - 1] = 0x5A; /* not what erased flash reads as */
        rig.patch = rig_make_patch(&rig.old_image, &rig.new_image, NULL);
        assert_int_equal(rig_send(&rig, &rig.patch, 100, false), WHITTLE_OK);
        rig.device.message = NULL;
        rig.device.watchdog = NULL;
        rig.device.context = &reported;
        rig.device.progress = expect_progress;
        rig_boots(&rig, &rig.new_image);
        assert_int_equal(reported, size);
        rig_destroy(&rig);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_by_a_patch_on_every_flash),
        cmocka_unit_test(updates_on_flash_at_the_limits),
        cmocka_unit_test(updates_to_an_image_that_ends_anywhere_in_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
