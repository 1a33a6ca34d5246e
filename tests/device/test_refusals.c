/* What the updater refuses: what is no update, or none for this device, or damaged. Nothing of it
 * is erased for in vain. */
#include <stdlib.h>
#include <string.h>

#include "support/device_rig.h"
#include "support/unit_test.h"

static device_rig rig;

static int set_up(void **state) {
    const rig_options options = {
        .geometry = sim_geometry_find("spi-4k")->geometry, .image_size = 3000, .seed = 5};
    rig_create(&rig, &options);
    *state = &rig;
    return 0;
}

/* Sends bytes and expects an error at once, before any flash operation; then nothing has changed.
 */
static void is_refused_at_once(const uint8_t *data, uint32_t size, int expected) {
    whittle_updater updater;
    uint64_t operations = rig.sim.operations;
    rig_clear_console(&rig);
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, data, size), expected);
    assert_true(rig_said(&rig, whittle_error_text(expected)));
    assert_int_equal(whittle_updater_write(&updater, data, size), expected);
    assert_int_equal(whittle_updater_finish(&updater), expected);
    assert_int_equal(rig.sim.operations, operations);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
}

static void refuses_legacy_patches_with_the_remedy(void **state) {
    (void)state;
    uint8_t legacy[64] = "BSDIFF40";
    is_refused_at_once(legacy, sizeof legacy, WHITTLE_ERROR_LEGACY);
    assert_non_null(strstr(rig.console, "make a whittle patch"));
}

static void refuses_newer_formats(void **state) {
    (void)state;
    rig.patch.data[4]++;
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_VERSION);
    rig.patch.data[4]--;
    rig.patch.data[5] |= 0x80;
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_FEATURE);
}

static void refuses_a_patch_of_another_image(void **state) {
    (void)state;
    rig_bytes wrong = rig_make_patch(&rig.new_image, &rig.old_image, NULL);
    is_refused_at_once(wrong.data, wrong.size, WHITTLE_ERROR_SOURCE);
    free(wrong.data);
}

static void refuses_what_needs_more_ram(void **state) {
    (void)state;
    rig.device.patch_memory--;
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_RAM);
    rig.device.patch_memory = 0;
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_RAM);
}

static void refuses_what_has_no_room(void **state) {
    (void)state;
    rig.device.slot_size = 4096; /* the target would fit, but not beside its patch */
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_TOO_LARGE);
}

static void refuses_another_device_class(void **state) {
    (void)state;
    whittle_encoder_options options = rig_encoder_options();
    options.has_hardware = true;
    options.hardware = 7;
    rig_bytes patch = rig_make_patch(&rig.old_image, &rig.new_image, &options);
    is_refused_at_once(patch.data, patch.size, WHITTLE_ERROR_HARDWARE);
    rig.device.hardware = 8;
    is_refused_at_once(patch.data, patch.size, WHITTLE_ERROR_HARDWARE);
    rig.device.hardware = 7;
    assert_int_equal(rig_send(&rig, &patch, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
    free(patch.data);
}

static void refuses_a_lower_security_counter(void **state) {
    (void)state;
    whittle_encoder_options options = rig_encoder_options();
    options.has_security_counter = true;
    options.security_counter = 4;
    rig_bytes patch = rig_make_patch(&rig.old_image, &rig.new_image, &options);
    assert_int_equal(whittle_device_install(&rig.device, 0, rig.old_image.size, 5), WHITTLE_OK);
    is_refused_at_once(patch.data, patch.size, WHITTLE_ERROR_DOWNGRADE);
    is_refused_at_once(rig.patch.data, rig.patch.size, WHITTLE_ERROR_DOWNGRADE);
    is_refused_at_once(rig.new_image.data, 100, WHITTLE_ERROR_DOWNGRADE);
    assert_int_equal(whittle_device_install(&rig.device, 0, rig.old_image.size, 4), WHITTLE_OK);
    assert_int_equal(rig_send(&rig, &patch, 64, false), WHITTLE_OK);
    free(patch.data);
}

static void refuses_bytes_after_the_patch(void **state) {
    (void)state;
    whittle_updater updater;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, rig.patch.size), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, "x", 1), WHITTLE_ERROR_TRAILING);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_TRAILING);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_TRAILING);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
}

static void refuses_an_image_larger_than_the_slot(void **state) {
    (void)state;
    rig_bytes image = rig_make_image(rig.device.slot_size + 1, 1);
    assert_int_equal(rig_send(&rig, &image, 1000, false), WHITTLE_ERROR_TOO_LARGE);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
    image.size--;
    assert_int_equal(rig_send(&rig, &image, 1000, false), WHITTLE_OK);
    free(image.data);
}

static void notices_damage_on_the_way(void **state) {
    (void)state;
    for (uint32_t i = 0; i < rig.patch.size; i++) {
        rig.patch.data[i] ^= 0x10;
        int error = rig_send(&rig, &rig.patch, 64, false);
        /* A damaged magic makes it a plain image: only check_image can tell. */
        assert_true(i < 4 ? error == WHITTLE_OK : error != WHITTLE_OK);
        assert_int_equal(rig_status(&rig).state == WHITTLE_STATE_PENDING, i < 4);
        assert_int_equal(whittle_updater_abort(&rig.device), WHITTLE_OK);
        rig.patch.data[i] ^= 0x10;
    }
    rig.patch.data[rig.patch.size / 2] ^= 0x10;
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_ERROR_CHECKSUM);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_CHECKSUM);
}

static uint32_t checked_offset;
static uint32_t checked_size;

static int refuse_image(void *context, uint32_t offset, uint32_t size) {
    (void)context;
    checked_offset = offset;
    checked_size = size;
    return WHITTLE_ERROR_CORRUPT;
}

static int take_image(void *context, uint32_t offset, uint32_t size) {
    (void)context;
    (void)offset;
    (void)size;
    return WHITTLE_OK;
}

static void asks_the_device_about_plain_images(void **state) {
    (void)state;
    rig.device.check_image = refuse_image;
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(checked_offset, rig.device.slot_offset[1]);
    assert_int_equal(checked_size, rig.new_image.size);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
    assert_int_equal(rig_send(&rig, &rig.patch, 64, false), WHITTLE_OK); /* not about patches */
    rig.device.check_image = take_image;
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
}

/* ---- Without DIFF_UPDATE_ENABLED ---- */

static void says_that_patches_are_disabled(void **state) {
    (void)state;
    uint8_t legacy[64] = "BSDIFF40";
    const rig_bytes old_patch = {legacy, sizeof legacy};
    const rig_bytes *patches[] = {&rig.patch, &old_patch};
    rig.device.patches_enabled = false;
    uint64_t operations = rig.sim.operations;
    for (unsigned i = 0; i < 2; i++) {
        rig_clear_console(&rig);
        assert_int_equal(rig_send(&rig, patches[i], 64, false), WHITTLE_ERROR_DISABLED);
        assert_string_equal(rig.console,
                            "Differential Update Image detected. This feature is disabled in the "
                            "build. Enable DIFF_UPDATE_ENABLED in the build to use it.\n");
    }
    assert_int_equal(rig.sim.operations, operations);
    assert_int_equal(rig_send(&rig, &rig.new_image, 64, false), WHITTLE_OK);
    rig_boots(&rig, &rig.new_image);
}

/* Also once the transfer is finished. */
static void keeps_saying_that_patches_are_disabled(void **state) {
    (void)state;
    whittle_updater updater;
    rig.device.patches_enabled = false;
    assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, rig.patch.data, rig.patch.size), WHITTLE_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_DISABLED);
        assert_int_equal(whittle_updater_write(&updater, rig.patch.data, 1),
                         WHITTLE_ERROR_DISABLED);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(refuses_legacy_patches_with_the_remedy),
        TEST(refuses_newer_formats),
        TEST(refuses_a_patch_of_another_image),
        TEST(refuses_what_needs_more_ram),
        TEST(refuses_what_has_no_room),
        TEST(refuses_another_device_class),
        TEST(refuses_a_lower_security_counter),
        TEST(refuses_bytes_after_the_patch),
        TEST(refuses_an_image_larger_than_the_slot),
        TEST(notices_damage_on_the_way),
        TEST(asks_the_device_about_plain_images),
        TEST(says_that_patches_are_disabled),
        TEST(keeps_saying_that_patches_are_disabled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
