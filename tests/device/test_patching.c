/* The decoder's view of the flash: what it writes is collected in a page, and programmed. The
 * source file is included for its static functions. */
#include "device/patching.c"

#include <stdlib.h>

#include "support/device_rig.h"
#include "support/unit_test.h"

enum { PAGE = 256, TOTAL = 3 * 4096 };

static device_rig rig;
static uint8_t page[PAGE];
static uint8_t target[TOTAL];
static patching work;

static int set_up(void **state) {
    const rig_options options = {.geometry = sim_geometry_find("spi-4k")->geometry,
                                 .image_size = 600,
                                 .slot_sectors = 4,
                                 .seed = 51};
    rig_create(&rig, &options);
    rig.device.progress = NULL;
    for (uint32_t i = 0; i < TOTAL; i++) {
        target[i] = (uint8_t)(i * 7 + i / 256);
    }
    whittle_record record;
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    memset(&work, 0, sizeof work);
    work.page = page;
    work.header.target_size = TOTAL;
    whittle_area_begin(&work.area, &rig.device, rig.device.slot_offset[1], TOTAL);
    assert_int_equal(whittle_area_settle(&work.area, &record), WHITTLE_OK);
    *state = &rig;
    return 0;
}

/* The first bytes of the image are there: programmed, or in the page. */
static void assert_written(uint32_t size) {
    uint32_t programmed = work.area.position;
    assert_int_equal(programmed + work.held, size);
    assert_memory_equal(rig.sim.bytes + rig.device.slot_offset[1], target, programmed);
    assert_memory_equal(page, target + programmed, work.held);
}

static void programs_whole_pages(void **state) {
    (void)state;
    for (uint32_t written = 0; written < 1500; written += 47) {
        assert_written(written);
        assert_int_equal(work.area.position, written / PAGE * PAGE);
        assert_int_equal(write_target(&work, written, target + written, 47), WHITTLE_OK);
    }
}

static void drops_what_is_there_since_before_a_restart(void **state) {
    (void)state;
    uint32_t known = 4096 + 300 - 300 % PAGE;
    for (uint32_t i = 0; i < known; i += 64) {
        assert_int_equal(write_target(&work, i, target + i, 64), WHITTLE_OK);
    }
    uint64_t operations = rig.sim.operations;
    work.held = 0; /* decoded again from the start */
    for (uint32_t i = 0; i + 60 < known; i += 60) {
        assert_int_equal(write_target(&work, i, target + i, 60), WHITTLE_OK);
    }
    assert_int_equal(rig.sim.operations, operations);
    assert_int_equal(work.held, 0);
    uint32_t last = (known - 1) / 60 * 60; /* this piece is known in part */
    assert_int_equal(write_target(&work, last, target + last, 60), WHITTLE_OK);
    assert_int_equal(work.held, last + 60 - known);
    assert_written(last + 60);
}

static void passes_on_the_failures_of_the_flash(void **state) {
    (void)state;
    uint8_t data[64];
    assert_int_equal(write_target(&work, 0, target, 64), WHITTLE_OK);
    rig.sim.failing_program = rig.device.slot_offset[1] / 4096;
    int error = WHITTLE_OK;
    for (uint32_t i = 64; i < 512 && !error; i += 64) {
        error = write_target(&work, i, target + i, 64);
    }
    assert_int_equal(error, WHITTLE_ERROR_IO);
    /* The page fills up in the midst of what is written: what follows is not taken. */
    assert_int_equal(write_target(&work, 512, target, PAGE + 1), WHITTLE_ERROR_IO);
    assert_int_equal(work.held, 0);
    rig.sim.failing_read = rig.device.slot_offset[0] / 4096;
    work.source_offset = rig.device.slot_offset[0];
    assert_int_equal(read_source(&work, 0, data, 64), WHITTLE_ERROR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(programs_whole_pages),
        TEST(drops_what_is_there_since_before_a_restart),
        TEST(passes_on_the_failures_of_the_flash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
