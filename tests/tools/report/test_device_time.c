/* The estimate of a device's time: its parts, and beside what a simulated device really takes. */
#include "../../../tools/report/device_time.h"

#include <math.h>
#include <stdlib.h>

#include "support/device_rig.h"
#include "support/unit_test.h"
#include "whittle/apply.h"

static void test_clocks_and_flashes_are_read(void **state) {
    (void)state;
    device_speed speed = {0};
    assert_null(read_clock("80MHz", &speed));
    assert_int_equal(speed.clock, 80000000);
    assert_null(read_clock("2GHz", &speed));
    assert_int_equal(speed.clock, 2000000000);
    assert_null(read_clock("32768Hz", &speed));
    assert_int_equal(speed.clock, 32768);
    static const char *const wrong[] = {
        "", "80", "MHz", "0MHz", "80mhz", "-1Hz", "1.5GHz", "80 MHz", "99999999999999999999MHz"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_non_null(read_clock(wrong[i], &speed));
    }
    assert_null(read_flash("nor-64k", &speed));
    assert_string_equal(speed.flash, "nor-64k");
    assert_null(read_flash("spi-nor-typical", &speed));
    assert_string_equal(speed.flash, "spi-4k");
    assert_non_null(read_flash("floppy", &speed));
}

static void test_only_what_is_known_is_estimated(void **state) {
    (void)state;
    const whittle_header header = {.target_size = 100000, .source_size = 100000};
    const device_speed clock = {.clock = 100000000};
    const device_speed flash = {.flash = "spi-4k"};
    device_time time = device_time_estimate(&clock, &header, 800);
    assert_true(fabs(time.computing - 1.0) < 1e-9); /* 800 and 200 instructions a byte */
    assert_true(device_time_sum(&time) == time.computing);
    time = device_time_estimate(&flash, &header, 800);
    assert_true(time.computing == 0);
    assert_true(fabs(time.erasing - 25 * 0.045) < 1e-9);
    assert_true(fabs(time.programming - 391 * 0.0007) < 1e-9);
    assert_true(time.reading > 0);
}

static void test_signatures_take_time(void **state) {
    (void)state;
    const whittle_header plain = {.target_size = 1000};
    const whittle_header with = {.target_size = 1000, .flags = WHITTLE_FLAG_SIGNED};
    const device_speed clock = {.clock = 100000000};
    double difference = device_time_estimate(&clock, &with, 100).computing -
                        device_time_estimate(&clock, &plain, 100).computing;
    assert_true(difference > 0.2 && difference < 1);
}

/* Boots a simulated device with a patch pending, on a flash of that kind. */
static double simulated_seconds(const sim_geometry *kind, whittle_header *header) {
    device_rig rig;
    const rig_options options = {.geometry = kind->geometry, .image_size = 300000, .seed = 7};
    rig_create(&rig, &options);
    rig.sim.latency = kind->latency;
    assert_int_equal(whittle_patch_check(rig.patch.data, rig.patch.size, header), WHITTLE_OK);
    assert_int_equal(rig_send(&rig, &rig.patch, 1024, false), WHITTLE_OK);
    uint64_t before = rig.sim.nanoseconds;
    rig_boots(&rig, &rig.new_image);
    double seconds = (double)(rig.sim.nanoseconds - before) / 1e9;
    rig_destroy(&rig);
    return seconds;
}

static void test_the_estimate_is_near_what_a_simulated_flash_takes(void **state) {
    (void)state;
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        whittle_header header;
        const sim_geometry *kind = &sim_geometries[i];
        const device_speed speed = {.flash = kind->name};
        double simulated = simulated_seconds(kind, &header);
        device_time time = device_time_estimate(&speed, &header, 0);
        double ratio = device_time_sum(&time) / simulated;
        if (ratio < 0.6 || ratio > 1.5) {
            fail_msg("%s: %.2f s estimated, %.2f s simulated", kind->name, device_time_sum(&time),
                     simulated);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks_and_flashes_are_read),
        cmocka_unit_test(test_only_what_is_known_is_estimated),
        cmocka_unit_test(test_signatures_take_time),
        cmocka_unit_test(test_the_estimate_is_near_what_a_simulated_flash_takes),
    };
    return cmocka_run_group_tests_name("tools/device_time", tests, NULL, NULL);
}
