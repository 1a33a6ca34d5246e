/* Writing a part of a slot: spans, marks, and what is held after a restart. */
#include <stdlib.h>
#include <string.h>

#include "device/area.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

enum { PAGE = 64, SECTOR = 1024 };

static device_rig rig;
static whittle_record record;
static whittle_area area;
static uint32_t slot; /* where the receiving slot begins, 40 sectors */

static void make(bool program_once) {
    rig_options options = {.geometry = sim_geometry_find("mcu-1k")->geometry,
                           .image_size = 600,
                           .slot_sectors = 40,
                           .seed = 41};
    options.geometry.program_page = PAGE;
    options.geometry.program_once = program_once;
    rig_create(&rig, &options);
    slot = rig.device.slot_offset[1];
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
}

static int set_up(void **state) {
    make(false);
    *state = &rig;
    return 0;
}

/* A page whose contents tell its position. */
static void write_page(uint32_t position) {
    uint8_t page[PAGE];
    memset(page, (int)(position / PAGE % 250), sizeof page);
    assert_int_equal(whittle_area_write(&area, page, PAGE), WHITTLE_OK);
}

static void begin(uint32_t size) {
    whittle_area_begin(&area, &rig.device, slot, size);
    assert_int_equal(whittle_area_settle(&area, &record), WHITTLE_OK);
}

static void restart(uint32_t size) {
    memset(&area, 0xEE, sizeof area);
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    whittle_area_begin(&area, &rig.device, slot, size);
    whittle_area_resume(&area, &record);
}

static uint32_t erases(void) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 40; i++) {
        sum += rig.sim.wear[slot / SECTOR + i];
    }
    return sum;
}

static void erases_what_it_reaches_and_no_more(void **state) {
    (void)state;
    begin(20 * SECTOR); /* 20 sectors, 16 marks: spans of two sectors */
    assert_int_equal(erases(), 0);
    for (uint32_t i = 0; i < 20 * SECTOR; i += PAGE) {
        write_page(i);
        assert_int_equal(erases(), (i / (2 * SECTOR) + 1) * 2);
    }
    uint8_t one_more[PAGE] = {0};
    assert_int_equal(whittle_area_write(&area, one_more, 4), WHITTLE_ERROR_TOO_LARGE);
    for (uint32_t i = 0; i < 40; i++) {
        assert_int_equal(rig.sim.wear[slot / SECTOR + i], i < 20 ? 1 : 0);
    }
    for (uint32_t i = 0; i < 20 * SECTOR; i++) {
        assert_int_equal(rig.sim.bytes[slot + i], i / PAGE % 250);
    }
}

static void ends_in_a_shorter_span(void **state) {
    (void)state;
    begin(19 * SECTOR - 1000);
    for (uint32_t i = 0; i < 19 * SECTOR; i += PAGE) {
        write_page(i);
    }
    assert_int_equal(erases(), 19);
}

static void fills_up_a_last_part_of_a_page(void **state) {
    (void)state;
    uint8_t part[PAGE];
    memset(part, 0x11, sizeof part);
    begin(SECTOR);
    assert_int_equal(whittle_area_write(&area, part, 5), WHITTLE_OK);
    assert_int_equal(area.position, 8); /* whole program units of 4 bytes */
    assert_int_equal(rig.sim.bytes[slot + 4], 0x11);
    assert_int_equal(rig.sim.bytes[slot + 5], 0xFF);
}

static void holds_all_but_the_last_page(void **state) {
    (void)state;
    for (uint32_t pages = 0; pages < 100; pages++) {
        rig_destroy(&rig);
        make(false);
        begin(20 * SECTOR);
        for (uint32_t i = 0; i < pages; i++) {
            write_page(i * PAGE);
        }
        restart(20 * SECTOR);
        assert_int_equal(area.position, pages > 0 ? (pages - 1) * PAGE : 0);
        assert_int_equal(area.erased, (pages * PAGE + 2 * SECTOR - 1) / (2 * SECTOR) * 2 * SECTOR);
    }
}

static void holds_whole_spans_where_pages_are_programmed_once(void **state) {
    (void)state;
    for (uint32_t pages = 0; pages < 200; pages += 7) {
        rig_destroy(&rig);
        make(true);
        begin(20 * SECTOR);
        for (uint32_t i = 0; i < pages; i++) {
            write_page(i * PAGE);
        }
        restart(20 * SECTOR);
        uint32_t spans = pages * PAGE / (2 * SECTOR);
        bool at_span_end = pages * PAGE % (2 * SECTOR) == 0;
        assert_int_equal(area.position, (spans - (at_span_end && spans > 0)) * 2 * SECTOR);
        assert_int_equal(area.erased, area.position);
    }
}

/* Records with a right CRC-32 that no build of this library writes. */
static void holds_nothing_where_the_record_cannot_be_true(void **state) {
    (void)state;
    static const struct {
        uint32_t held;
        uint32_t erased;
        bool can_be_true;
    } cases[] = {
        {3 * PAGE, SECTOR, true},          {20 * SECTOR, 20 * SECTOR, true},
        {2 * SECTOR, SECTOR, false},       /* more than was erased */
        {20 * SECTOR, 21 * SECTOR, false}, /* more than there is */
        {0xFFFFFFC0, 0xFFFFFC00, false},   /* the same */
        {PAGE + 4, SECTOR, false},         /* no whole page */
        {PAGE, SECTOR + PAGE, false},      /* no whole sector */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        record.status.held = cases[i].held;
        record.status.erased = cases[i].erased;
        assert_int_equal(whittle_record_append_fresh(&record), WHITTLE_OK);
        restart(20 * SECTOR);
        assert_int_equal(area.position, cases[i].can_be_true ? cases[i].held : 0);
        assert_int_equal(area.erased, cases[i].can_be_true ? cases[i].erased : 0);
    }
}

/* After a restart the work goes on over as many restarts as there are, each of them settled. */
static void goes_on_over_many_restarts(void **state) {
    (void)state;
    for (unsigned once = 0; once < 2; once++) {
        rig_destroy(&rig);
        make(once);
        begin(20 * SECTOR);
        uint32_t most = 0;
        for (unsigned i = 0; i < 200 && area.position < 20 * SECTOR; i++) {
            assert_true(area.position + 2 * SECTOR >= most);
            for (unsigned pages = 0; pages < 41 && area.position < 20 * SECTOR; pages++) {
                write_page(area.position);
            }
            most = area.position;
            if (area.position < 20 * SECTOR) {
                restart(20 * SECTOR);
                assert_int_equal(whittle_area_settle(&area, &record), WHITTLE_OK);
            }
        }
        assert_int_equal(area.position, 20 * SECTOR);
        for (uint32_t i = 0; i < 20 * SECTOR; i++) {
            assert_int_equal(rig.sim.bytes[slot + i], i / PAGE % 250);
        }
    }
}

/* A mark that is not seen at one restart and seen at the next must not vouch for a span that was
 * erased once more in between. */
static void does_not_trust_a_mark_that_comes_back(void **state) {
    (void)state;
    begin(20 * SECTOR);
    for (uint32_t i = 0; i < 3 * SECTOR; i += PAGE) {
        write_page(i);
    }
    uint32_t mark = area.mark_offset - 4; /* the last one set: of the second span */
    uint32_t sector = mark / SECTOR * SECTOR;
    memset(rig.sim.bytes + mark, 0xFF, 4); /* it is not seen */
    restart(20 * SECTOR);
    assert_int_equal(area.position, 2 * SECTOR - PAGE);
    assert_int_equal(whittle_area_settle(&area, &record), WHITTLE_OK);
    write_page(area.position);
    sim_flash_cut(&rig.sim, 1, SIM_BEFORE); /* at the erase of the second span */
    uint8_t page[PAGE] = {0};
    assert_int_equal(whittle_area_write(&area, page, PAGE), WHITTLE_ERROR_IO);
    sim_flash_power_on(&rig.sim);
    memset(rig.sim.bytes + mark, 0x00, 4); /* it comes back */
    assert_int_not_equal(sector, area.mark_offset / SECTOR * SECTOR);
    restart(20 * SECTOR);
    assert_int_equal(area.position, 2 * SECTOR - PAGE);
    assert_int_equal(area.erased, 2 * SECTOR);
}

static void a_failing_mark_is_no_failure(void **state) {
    (void)state;
    begin(20 * SECTOR);
    rig.sim.failing_program = area.mark_offset / SECTOR;
    for (uint32_t i = 0; i < 20 * SECTOR; i += PAGE) {
        write_page(i);
    }
    restart(20 * SECTOR);
    assert_int_equal(area.position, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(erases_what_it_reaches_and_no_more),
        TEST(ends_in_a_shorter_span),
        TEST(fills_up_a_last_part_of_a_page),
        TEST(holds_all_but_the_last_page),
        TEST(holds_whole_spans_where_pages_are_programmed_once),
        TEST(holds_nothing_where_the_record_cannot_be_true),
        TEST(goes_on_over_many_restarts),
        TEST(does_not_trust_a_mark_that_comes_back),
        TEST(a_failing_mark_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
