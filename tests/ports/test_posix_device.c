/* A device in a file: it is what it was made as, over closing, opening and power cuts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "posix/posix_device.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

static char path[] = "build/device-XXXXXX";
static rig_bytes old_image;
static rig_bytes new_image;
static rig_bytes patch;

static int set_up_all(void **state) {
    (void)state;
    int file = mkstemp(path);
    if (file < 0) {
        return -1;
    }
    close(file);
    whittle_encoder_options options = rig_encoder_options();
    options.firmware_version = "2.5.1-rc1";
    old_image = rig_make_image(5000, 1);
    new_image = rig_make_next_image(&old_image, 2);
    patch = rig_make_patch(&old_image, &new_image, &options);
    return 0;
}

static int tear_down_all(void **state) {
    (void)state;
    free(old_image.data);
    free(new_image.data);
    free(patch.data);
    return unlink(path);
}

static void make(const char *geometry) {
    posix_device posix;
    posix_device_options options;
    posix_device_defaults(&options);
    options.geometry = geometry;
    options.hardware = 77;
    options.trial_starts = 2;
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_OK);
    assert_int_equal(posix_device_install(&posix, old_image.data, old_image.size, 5), WHITTLE_OK);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
}

static void open_it(posix_device *posix) {
    assert_int_equal(posix_device_open(posix, path), WHITTLE_OK);
}

static bool starts(posix_device *posix, const rig_bytes *image) {
    whittle_boot_decision decision;
    uint8_t *memory = malloc(posix->device.patch_memory);
    uint8_t *actual = malloc(image->size);
    assert_true(memory && actual);
    do {
        assert_int_equal(whittle_boot(&posix->device, &whittle_boot_patcher, memory, &decision),
                         WHITTLE_OK);
    } while (decision.action == WHITTLE_BOOT_RESTART);
    assert_int_equal(posix->flash.read(posix, decision.offset, actual, image->size), WHITTLE_OK);
    bool same = decision.size == image->size && memcmp(actual, image->data, image->size) == 0;
    free(memory);
    free(actual);
    return same;
}

static int send_patch(posix_device *posix) {
    whittle_updater updater;
    uint32_t offset;
    int error = whittle_updater_resume(&updater, &posix->device, &offset);
    if (!error) {
        error = whittle_updater_write(&updater, patch.data + offset, patch.size - offset);
    }
    return error ? error : whittle_updater_finish(&updater);
}

static void is_what_it_was_made_as(void **state) {
    (void)state;
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        posix_device posix;
        make(sim_geometries[i].name);
        open_it(&posix);
        assert_ptr_equal(posix.kind, &sim_geometries[i]);
        assert_int_equal(posix.flash.geometry.size, sim_geometries[i].geometry.size);
        assert_int_equal(posix.device.hardware, 77);
        assert_int_equal(posix.device.trial_starts, 2);
        assert_true(posix.device.patches_enabled);
        whittle_device_status status;
        assert_int_equal(whittle_device_read_status(&posix.device, &status), WHITTLE_OK);
        assert_int_equal(status.security_counter, 5);
        assert_true(starts(&posix, &old_image));
        assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    }
}

static void goes_through_an_update_in_separate_calls(void **state) {
    (void)state;
    posix_device posix;
    char version[WHITTLE_FIRMWARE_VERSION_MAX + 1];
    whittle_encoder_options options = rig_encoder_options();
    options.firmware_version = "2.5.1-rc1";
    options.has_security_counter = true;
    options.security_counter = 5;
    free(patch.data);
    patch = rig_make_patch(&old_image, &new_image, &options);
    make("spi-4k");
    open_it(&posix);
    assert_int_equal(send_patch(&posix), WHITTLE_OK);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    open_it(&posix);
    assert_true(starts(&posix, &new_image));
    assert_int_equal(posix_device_firmware_version(&posix, 1, version), WHITTLE_OK);
    assert_string_equal(version, "2.5.1-rc1");
    assert_int_equal(posix_device_firmware_version(&posix, 0, version), WHITTLE_OK);
    assert_string_equal(version, "");
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    open_it(&posix);
    assert_int_equal(whittle_device_confirm(&posix.device), WHITTLE_OK);
    assert_true(starts(&posix, &new_image));
    assert_null(posix.sim.violation);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
}

static void keeps_what_a_power_cut_leaves(void **state) {
    (void)state;
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1; n < 40; n++) {
            posix_device posix;
            make("mcu-1k");
            open_it(&posix);
            sim_flash_cut(&posix.sim, n, (sim_moment)moment);
            int error = send_patch(&posix);
            assert_true(error || !posix.sim.cut_fired);
            assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
            open_it(&posix);
            if (!starts(&posix, &new_image)) {
                assert_int_not_equal(error, WHITTLE_OK);
                assert_true(starts(&posix, &old_image));
                assert_int_equal(send_patch(&posix), WHITTLE_OK);
                assert_true(starts(&posix, &new_image));
            }
            assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
        }
    }
}

static void remembers_whose_signatures_it_wants(void **state) {
    (void)state;
    posix_device posix;
    posix_device_options options;
    uint8_t key[WHITTLE_PUBLIC_KEY_SIZE];
    for (unsigned i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)(7 + 29 * i);
    }
    make("spi-4k");
    open_it(&posix);
    assert_null(posix.device.trust);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    posix_device_defaults(&options);
    options.public_key = key;
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_OK);
    assert_int_equal(posix_device_install(&posix, old_image.data, old_image.size, 0), WHITTLE_OK);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    open_it(&posix);
    assert_non_null(posix.device.trust);
    assert_int_equal(posix.device.trust->key_count, 1);
    assert_memory_equal(posix.device.trust->keys[0], key, sizeof key);
    assert_int_equal(send_patch(&posix), WHITTLE_ERROR_UNSIGNED);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
}

/* Writes another description over that of a new device. */
static void describe(const char *numbers, const char *key) {
    make("spi-4k");
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fprintf(file, "whittle device 1\ngeometry spi-4k\n%s\npublic-key %s\n", numbers, key);
    fclose(file);
}

/* A damaged key must not turn into none. */
static void refuses_a_damaged_key(void **state) {
    (void)state;
    static const char *const words[] = {"nobody", "12ab", "xyz"};
    posix_device posix;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        describe("patch-memory 36864\nhardware 0\ntrial-starts 0\npatches-enabled 1", words[i]);
        assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT);
    }
}

/* Numbers that are too large must not turn into others. */
static void refuses_numbers_that_it_would_not_write(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "patch-memory 4294967296\nhardware 0\ntrial-starts 0\npatches-enabled 1",
        "patch-memory 36864\nhardware -1\ntrial-starts 0\npatches-enabled 1",
        "patch-memory 36864\nhardware 0\ntrial-starts 259\npatches-enabled 1",
        "patch-memory 36864\nhardware 0\ntrial-starts 0\npatches-enabled 2",
        "patch-memory 036864\nhardware 0\ntrial-starts 0\npatches-enabled 1",
    };
    posix_device posix;
    describe("patch-memory 36864\nhardware 0\ntrial-starts 0\npatches-enabled 1", "none");
    open_it(&posix);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        describe(wrong[i], "none");
        assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT);
    }
}

static void refuses_files_that_are_no_devices(void **state) {
    (void)state;
    posix_device posix;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT); /* empty */
    fputs("whittle device 1\ngeometry spi-4k\n", file);
    fflush(file);
    assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT);
    fclose(file);
    make("spi-4k");
    assert_int_equal(truncate(path, 10000), 0);
    assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT);
    make("spi-4k");
    file = fopen(path, "r+");
    assert_non_null(file);
    fputs("whittle device 1\ngeometry spy-4k\n", file);
    fclose(file);
    assert_int_equal(posix_device_open(&posix, path), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(posix_device_open(&posix, "/nonexistent/device"), WHITTLE_ERROR_IO);
    assert_int_equal(errno, ENOENT);
}

static void refuses_to_make_what_cannot_be(void **state) {
    (void)state;
    posix_device posix;
    posix_device_options options;
    posix_device_defaults(&options);
    options.geometry = "punched-tape";
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_ERROR_ARGUMENT);
    posix_device_defaults(&options);
    options.size = 4 * 4096;
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_ERROR_ARGUMENT);
    options.size = 5 * 4096 + 1;
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_ERROR_ARGUMENT);
    options.size = 5 * 4096;
    assert_int_equal(posix_device_create(&posix, "/nonexistent/device", &options),
                     WHITTLE_ERROR_IO);
    assert_int_equal(posix_device_create(&posix, path, &options), WHITTLE_OK);
    assert_int_equal(posix_device_install(&posix, old_image.data, 0, 0), WHITTLE_ERROR_NO_IMAGE);
    assert_int_equal(posix_device_install(&posix, old_image.data, old_image.size, 0),
                     WHITTLE_ERROR_TOO_LARGE);
    assert_int_equal(posix_device_close(&posix), WHITTLE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_it_was_made_as),
        cmocka_unit_test(goes_through_an_update_in_separate_calls),
        cmocka_unit_test(keeps_what_a_power_cut_leaves),
        cmocka_unit_test(remembers_whose_signatures_it_wants),
        cmocka_unit_test(refuses_a_damaged_key),
        cmocka_unit_test(refuses_numbers_that_it_would_not_write),
        cmocka_unit_test(refuses_files_that_are_no_devices),
        cmocka_unit_test(refuses_to_make_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
