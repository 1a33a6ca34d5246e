/* The simulated flash is as strict and as nasty as it promises: a test of the tests' ground. */
#include <stdlib.h>
#include <string.h>

#include "sim/sim_flash.h"
#include "support/unit_test.h"

static sim_flash sim;

static const sim_latency latency = {10, 20, 30};

static const whittle_flash_geometry small = {
    .size = 4096, .erase_unit = 1024, .program_unit = 4, .program_page = 64, .erased_value = 0xFF};

static void make(uint8_t erased_value, bool program_once) {
    whittle_flash_geometry geometry = small;
    geometry.erased_value = erased_value;
    geometry.program_once = program_once;
    assert_int_equal(sim_flash_create(&sim, &geometry, &latency, 1), WHITTLE_OK);
}

static int set_up(void **state) {
    (void)state;
    make(0xFF, false);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sim_flash_destroy(&sim);
    return 0;
}

static int read_flash(uint32_t offset, uint8_t *data, size_t size) {
    return sim.flash.read(sim.flash.context, offset, data, size);
}

static int program(uint32_t offset, const void *data, size_t size) {
    return sim.flash.program(sim.flash.context, offset, data, size);
}

static int erase(uint32_t offset) {
    return sim.flash.erase(sim.flash.context, offset);
}

static void holds(uint32_t offset, const void *data, size_t size) {
    uint8_t actual[64];
    assert_true(size <= sizeof actual);
    assert_int_equal(read_flash(offset, actual, size), WHITTLE_OK);
    assert_memory_equal(actual, data, size);
}

static void breaks(const char *rule, int error) {
    assert_int_equal(error, WHITTLE_ERROR_IO);
    assert_string_equal(sim.violation, rule);
    sim.violation = NULL;
}

static void programs_and_erases(void **state) {
    (void)state;
    static const uint8_t erased_values[] = {0xFF, 0x00};
    for (unsigned i = 0; i < 2; i++) {
        uint8_t erased[8];
        tear_down(NULL);
        make(erased_values[i], false);
        memset(erased, erased_values[i], sizeof erased);
        holds(1024, erased, 8);
        assert_int_equal(program(1024, "abcdefgh", 8), WHITTLE_OK);
        holds(1024, "abcdefgh", 8);
        assert_int_equal(program(1024, "abcdefgh", 8), WHITTLE_OK); /* the same again */
        assert_int_equal(erase(1024), WHITTLE_OK);
        holds(1024, erased, 8);
        assert_null(sim.violation);
    }
}

static void programming_only_takes_bits_away(void **state) {
    (void)state;
    assert_int_equal(program(0, "\xF0\xF0\xF0\xF0", 4), WHITTLE_OK);
    breaks("program of a bit that is not erased", program(0, "\x0F\xF0\xF0\xF0", 4));
    assert_int_equal(program(0, "\x30\x30\x30\x30", 4), WHITTLE_OK);
    holds(0, "\x30\x30\x30\x30", 4);
}

static void enforces_the_rules_of_the_port(void **state) {
    (void)state;
    uint8_t data[128] = {0};
    breaks("program not in whole units", program(2, data, 4));
    breaks("program not in whole units", program(4, data, 3));
    breaks("program across pages", program(60, data, 8));
    breaks("program outside the flash", program(4096, data, 4));
    breaks("program outside the flash", program(0, data, 0));
    breaks("program outside the flash", program(0xFFFFFFFC, data, 8));
    breaks("read outside the flash", read_flash(4095, data, 2));
    breaks("erase of something else than a sector", erase(512));
    breaks("erase of something else than a sector", erase(4096));
    assert_int_equal(sim.operations, 0);
}

static void programs_units_once_where_the_flash_says_so(void **state) {
    (void)state;
    tear_down(NULL);
    make(0xFF, true);
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
    assert_int_equal(program(0, "abcd", 4), WHITTLE_ERROR_IO);
    assert_int_equal(program(4, "\xFF\xFF\xFF\xFF", 4), WHITTLE_OK);
    assert_int_equal(program(4, "abcd", 4), WHITTLE_ERROR_IO);
    assert_int_equal(erase(0), WHITTLE_OK);
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
}

static void counts_operations_wear_and_time(void **state) {
    (void)state;
    uint8_t data[16];
    assert_int_equal(erase(0), WHITTLE_OK);
    assert_int_equal(erase(0), WHITTLE_OK);
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
    assert_int_equal(read_flash(0, data, 16), WHITTLE_OK);
    assert_int_equal(sim.operations, 3);
    assert_int_equal(sim.wear[0], 2);
    assert_int_equal(sim.wear[1], 0);
    assert_int_equal(sim.nanoseconds, 2 * 30000 + 20000 + 16 * 10);
}

static void cuts_at_the_named_operation(void **state) {
    (void)state;
    uint8_t data[4];
    sim_flash_cut(&sim, 3, SIM_BEFORE);
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
    assert_int_equal(program(4, "abcd", 4), WHITTLE_OK);
    assert_false(sim.cut_fired);
    assert_int_equal(program(8, "abcd", 4), WHITTLE_ERROR_IO);
    assert_true(sim.cut_fired);
    assert_int_equal(read_flash(0, data, 4), WHITTLE_ERROR_IO);
    assert_int_equal(program(12, "abcd", 4), WHITTLE_ERROR_IO);
    assert_int_equal(erase(0), WHITTLE_ERROR_IO);
    assert_int_equal(sim.flash.sync(sim.flash.context), WHITTLE_ERROR_IO);
    sim_flash_power_on(&sim);
    holds(4, "abcd", 4);
    holds(8, "\xFF\xFF\xFF\xFF", 4);
    holds(12, "\xFF\xFF\xFF\xFF", 4);
    sim_flash_cut(&sim, 1, SIM_AFTER);
    assert_int_equal(program(8, "abcd", 4), WHITTLE_ERROR_IO);
    sim_flash_power_on(&sim);
    holds(8, "abcd", 4);
}

/* Over many torn programs: bits change only as the program would have changed them, some programs
 * are all but done, some all but not begun, and some bits are unstable. */
static void tears_programs_in_every_way(void **state) {
    (void)state;
    uint8_t wanted[64];
    unsigned untouched = 0;
    unsigned complete = 0;
    unsigned unstable = 0;
    memset(wanted, 0x5A, sizeof wanted);
    for (unsigned i = 0; i < 400; i++) {
        assert_int_equal(erase(0), WHITTLE_OK);
        sim_flash_cut(&sim, 1, SIM_TORN);
        assert_int_equal(program(0, wanted, sizeof wanted), WHITTLE_ERROR_IO);
        sim_flash_power_on(&sim);
        unsigned changed = 0;
        unsigned right = 0;
        for (unsigned byte = 0; byte < sizeof wanted; byte++) {
            assert_int_equal(sim.bytes[byte] & 0x5A, 0x5A);
            assert_int_equal(sim.unstable[byte] & 0x5A, 0);
            changed += sim.bytes[byte] != 0xFF;
            right += sim.bytes[byte] == 0x5A;
            unstable += sim.unstable[byte] != 0;
        }
        untouched += changed == 0;
        complete += right >= sizeof wanted - 1;
        /* What was torn can be finished. */
        assert_int_equal(program(0, wanted, sizeof wanted), WHITTLE_OK);
        for (unsigned read = 0; read < 4; read++) {
            holds(0, wanted, sizeof wanted);
        }
    }
    assert_true(untouched > 20 && complete > 20 && unstable > 400);
    assert_null(sim.violation);
}

static void unstable_bits_read_as_either_value(void **state) {
    (void)state;
    unsigned ones = 0;
    sim.unstable[5] = 0x10;
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t byte;
        assert_int_equal(read_flash(5, &byte, 1), WHITTLE_OK);
        assert_int_equal(byte | 0x10, 0xFF);
        ones += byte == 0xFF;
    }
    assert_in_range(ones, 300, 700);
    assert_int_equal(program(4, "\xFF\xEF\xFF\xFF", 4), WHITTLE_OK);
    holds(4, "\xFF\xEF\xFF\xFF", 4);
}

static void tears_erases_in_every_way(void **state) {
    (void)state;
    uint8_t data[1024];
    unsigned seems_erased = 0;
    unsigned seems_untouched = 0;
    memset(data, 0x00, sizeof data);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(erase(0), WHITTLE_OK);
        sim_flash_load(&sim, 0, data, sizeof data);
        sim_flash_cut(&sim, 1, SIM_TORN);
        assert_int_equal(erase(0), WHITTLE_ERROR_IO);
        sim_flash_power_on(&sim);
        unsigned erased = 0;
        unsigned old = 0;
        unsigned unstable = 0;
        for (unsigned byte = 0; byte < sizeof data; byte++) {
            erased += sim.bytes[byte] == 0xFF;
            old += sim.bytes[byte] == 0x00;
            unstable += sim.unstable[byte] != 0;
        }
        seems_erased += erased == sizeof data;
        seems_untouched += old == sizeof data;
        assert_true(unstable > 100);
    }
    assert_in_range(seems_erased, 5, 60);
    assert_in_range(seems_untouched, 5, 60);
}

static void fails_where_it_is_told_to(void **state) {
    (void)state;
    uint8_t data[8];
    sim.failing_erase = 1;
    sim.failing_program = 2;
    sim.failing_read = 3;
    assert_int_equal(erase(1024), WHITTLE_ERROR_IO);
    assert_int_equal(erase(2048), WHITTLE_OK);
    assert_int_equal(program(2048, "abcd", 4), WHITTLE_ERROR_IO);
    assert_int_equal(program(1024, "abcd", 4), WHITTLE_OK);
    assert_int_equal(read_flash(3070, data, 8), WHITTLE_ERROR_IO);
    assert_int_equal(read_flash(2048, data, 8), WHITTLE_OK);
    sim.failing_operation = 2;
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
    assert_int_equal(program(4, "abcd", 4), WHITTLE_ERROR_IO);
    assert_int_equal(program(4, "abcd", 4), WHITTLE_OK);
    sim.lossy_sector = 0;
    assert_int_equal(program(8, "abcd", 4), WHITTLE_OK);
    assert_int_equal(read_flash(8, data, 4), WHITTLE_OK);
    assert_memory_not_equal(data, "abcd", 4);
    assert_null(sim.violation);
}

static void rots_one_bit(void **state) {
    (void)state;
    sim_flash_rot(&sim, 100, 3);
    holds(99, "\xFF\xF7\xFF", 3);
}

static void snapshots_bring_back_contents_and_power(void **state) {
    (void)state;
    sim_snapshot snapshot;
    assert_int_equal(program(0, "abcd", 4), WHITTLE_OK);
    sim.unstable[2000] = 1;
    sim.changed[1] = ++sim.changes;
    assert_int_equal(sim_snapshot_create(&snapshot, &sim), WHITTLE_OK);
    assert_int_equal(erase(0), WHITTLE_OK);
    assert_int_equal(erase(1024), WHITTLE_OK);
    sim_flash_cut(&sim, 1, SIM_TORN);
    assert_int_equal(program(2048, "abcd", 4), WHITTLE_ERROR_IO);
    sim_snapshot_restore(&snapshot, &sim);
    holds(0, "abcd", 4);
    holds(2048, "\xFF\xFF\xFF\xFF", 4);
    assert_int_equal(sim.unstable[2000], 1);
    assert_int_equal(sim.operations, 4); /* the counters go on */
    assert_int_equal(program(4, "efgh", 4), WHITTLE_OK);
    sim_snapshot_save(&snapshot, &sim);
    assert_int_equal(erase(0), WHITTLE_OK);
    sim_snapshot_restore(&snapshot, &sim);
    holds(0, "abcdefgh", 8);
    sim_snapshot_destroy(&snapshot);
}

static void knows_its_geometries_by_name(void **state) {
    (void)state;
    static const char *const names[] = {"spi-4k", "nor-64k", "mcu-1k", "mcu-128k"};
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(sim_geometry_find(names[i])->name, names[i]);
    }
    assert_null(sim_geometry_find("punched-tape"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(programs_and_erases),
        TEST(programming_only_takes_bits_away),
        TEST(enforces_the_rules_of_the_port),
        TEST(programs_units_once_where_the_flash_says_so),
        TEST(counts_operations_wear_and_time),
        TEST(cuts_at_the_named_operation),
        TEST(tears_programs_in_every_way),
        TEST(unstable_bits_read_as_either_value),
        TEST(tears_erases_in_every_way),
        TEST(fails_where_it_is_told_to),
        TEST(rots_one_bit),
        TEST(snapshots_bring_back_contents_and_power),
        TEST(knows_its_geometries_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
