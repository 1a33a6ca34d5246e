/* The boot record: which entry counts, what survives damage, where the next entry goes. */
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "device/access.h"
#include "device/record.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

enum { ENTRY_SIZE = 96 };

static void make_rig(device_rig *rig, const char *kind) {
    const rig_options options = {
        .geometry = sim_geometry_find(kind)->geometry, .image_size = 600, .seed = 3};
    rig_create(rig, &options);
}

/* The same, and opens its record. */
static void make_record(device_rig *rig, whittle_record *record, const char *kind) {
    make_rig(rig, kind);
    assert_int_equal(whittle_record_open(record, &rig->device), WHITTLE_OK);
}

static uint32_t place_size(const device_rig *rig) {
    return ENTRY_SIZE + 3 * rig->sim.flash.geometry.program_unit;
}

/* Where an entry of the record is in the flash, behind its claim. */
static uint32_t place(const device_rig *rig, unsigned sector, unsigned number) {
    return rig->device.record_offset[sector] + number * place_size(rig) +
           rig->sim.flash.geometry.program_unit;
}

/* Appends a state that can be told from others by its counter. */
static void append(whittle_record *record, uint32_t value) {
    record->status.security_counter = value;
    assert_int_equal(whittle_record_append(record), WHITTLE_OK);
}

static uint32_t value_of(device_rig *rig) {
    return rig_status(rig).security_counter;
}

static void erase_bytes(device_rig *rig, uint32_t offset, uint32_t size) {
    memset(rig->sim.bytes + offset, 0xFF, size);
}

static void starts_with_the_installed_state(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.state, WHITTLE_STATE_READY);
    assert_int_equal(status.active, 0);
    assert_int_equal(status.images[0].size, rig.old_image.size);
    assert_int_equal(status.images[1].size, 0);
    assert_int_equal(status.sequence, 1);
    rig_destroy(&rig);
}

static void reports_a_flash_without_a_record(void **state) {
    (void)state;
    device_rig rig;
    whittle_device_status status;
    make_rig(&rig, "spi-4k");
    erase_bytes(&rig, rig.device.record_offset[0], 8192);
    assert_int_equal(whittle_device_read_status(&rig.device, &status), WHITTLE_ERROR_NO_IMAGE);
    memset(rig.sim.bytes + rig.device.record_offset[0], 0, 8192);
    assert_int_equal(whittle_device_read_status(&rig.device, &status), WHITTLE_ERROR_NO_IMAGE);
    rig_destroy(&rig);
}

static void keeps_the_newest_through_many_sectors(void **state) {
    (void)state;
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        device_rig rig;
        make_rig(&rig, sim_geometries[i].name);
        for (uint32_t value = 1; value < 200; value++) {
            whittle_record record;
            assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
            append(&record, value);
            assert_int_equal(value_of(&rig), value);
            if (value % 3 == 0) { /* and in one session */
                append(&record, ++value);
                assert_int_equal(value_of(&rig), value);
            }
        }
        assert_int_equal(rig_status(&rig).sequence, 200);
        assert_null(rig.sim.violation);
        rig_destroy(&rig);
    }
}

static void fill_a_sector(const whittle_flash_geometry *geometry) {
    const rig_options options = {.geometry = *geometry, .image_size = 600, .seed = 3};
    device_rig rig;
    whittle_record record;
    rig_create(&rig, &options);
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    uint32_t marks = WHITTLE_MARK_COUNT * geometry->program_unit;
    uint32_t room = geometry->erase_unit - marks;
    uint32_t places = (room < 8192 ? room : 8192) / place_size(&rig);
    for (uint32_t number = 1; number < places; number++) { /* one is there from the start */
        append(&record, number);
        assert_int_equal(record.sector, 0);
    }
    assert_true(whittle_flash_is_erased(&rig.device, rig.device.record_offset[0] + room, marks));
    append(&record, places);
    assert_int_equal(record.sector, 1);
    assert_int_equal(value_of(&rig), places);
    rig_destroy(&rig);
}

/* Entries fill a sector up to its marks, but no more of it than 8 KiB. */
static void fills_a_sector_before_it_takes_the_other_one(void **state) {
    (void)state;
    const whittle_flash_geometry no_byte_to_spare = {
        .erase_unit = 496, .program_unit = 4, .program_page = 16, .erased_value = 0xFF};
    fill_a_sector(&no_byte_to_spare);
    for (unsigned i = 0; i < sim_geometry_count; i++) {
        fill_a_sector(&sim_geometries[i].geometry);
    }
}

/* The record outlives the firmware that wrote it: what a device in the field holds must be read by
 * every later release. */
static void keeps_the_layout_of_an_entry(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    const whittle_device_status status = {
        .state = 3,
        .incoming = 2,
        .active = 1,
        .starts_left = 4,
        .last_error = -5,
        .incoming_size = 6,
        .held = 7,
        .erased = 8,
        .security_counter = 9,
        .images = {{10, 11, 12, "digest of slot 0"}, {13, 14, 15, "digest of slot 1"}},
    };
    uint32_t words[ENTRY_SIZE / 4] = {
        [0] = 0x31525457, [1] = 2,  [3] = (uint32_t)-5, [4] = 6,   [5] = 7,   [6] = 8,  [7] = 9,
        [8] = 10,         [9] = 11, [10] = 12,          [15] = 13, [16] = 14, [17] = 15};
    memcpy(&words[2], (const uint8_t[]){3, 2, 1, 4}, 4);
    memcpy(&words[11], "digest of slot 0", 16);
    memcpy(&words[18], "digest of slot 1", 16);
    words[23] = whittle_crc32(0, (const uint8_t *)words, ENTRY_SIZE - 4);
    record.status = status;
    assert_int_equal(whittle_record_append(&record), WHITTLE_OK);
    assert_memory_equal(rig.sim.bytes + place(&rig, 0, 1), words, ENTRY_SIZE);
    rig_destroy(&rig);
}

static void alternates_the_sectors(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "mcu-1k");
    uint32_t wear_0 = rig.sim.wear[1];
    uint32_t wear_1 = rig.sim.wear[2];
    whittle_record record;
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    for (uint32_t value = 0; value < 80; value++) {
        append(&record, value);
    }
    wear_0 = rig.sim.wear[1] - wear_0;
    wear_1 = rig.sim.wear[2] - wear_1;
    assert_in_range(wear_0 + wear_1, 5, 15);
    assert_in_range(wear_0, wear_1 - 1, wear_1 + 1);
    rig_destroy(&rig);
}

/* A place where an entry was begun is never used again, even if nothing is seen of the entry. */
static void uses_no_place_that_was_claimed(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    whittle_record record;
    sim_flash_cut(&rig.sim, 2, SIM_BEFORE); /* the claim is complete, the entry not begun */
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_record_append(&record), WHITTLE_ERROR_IO);
    assert_true(rig.sim.cut_fired);
    sim_flash_power_on(&rig.sim);
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    append(&record, 1);
    assert_int_equal(rig.sim.bytes[place(&rig, 0, 1)], 0xFF);
    assert_int_not_equal(rig.sim.bytes[place(&rig, 0, 2)], 0xFF);
    append(&record, 2);
    assert_int_not_equal(rig.sim.bytes[place(&rig, 0, 3)], 0xFF);
    assert_int_equal(value_of(&rig), 2);
    rig_destroy(&rig);
}

static void falls_back_where_an_entry_is_damaged(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    append(&record, 41);
    append(&record, 42);
    for (uint32_t bit = 0; bit < ENTRY_SIZE * 8; bit++) {
        uint32_t offset = place(&rig, 0, 2) + bit / 8;
        sim_flash_rot(&rig.sim, offset, bit % 8);
        assert_int_equal(value_of(&rig), 41);
        sim_flash_rot(&rig.sim, offset, bit % 8);
        assert_int_equal(value_of(&rig), 42);
    }
    rig_destroy(&rig);
}

static void passes_over_an_entry_without_a_seal(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    append(&record, 41);
    append(&record, 42);
    uint32_t seals = place(&rig, 0, 2) + ENTRY_SIZE;
    erase_bytes(&rig, seals, 2);
    assert_int_equal(value_of(&rig), 41);
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    assert_false(whittle_record_is_certain(&record)); /* it may count again tomorrow */
    append(&record, 43);
    sim_flash_load(&rig.sim, seals, (const uint8_t[]){0, 0}, 2);
    assert_int_equal(value_of(&rig), 43);
    rig_destroy(&rig);
}

static void counts_any_trace_of_a_seal(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "mcu-128k");
    append(&record, 42);
    uint32_t seals = place(&rig, 0, 1) + ENTRY_SIZE;
    for (unsigned bit = 0; bit < 32 * 8; bit++) {
        erase_bytes(&rig, seals, 64);
        sim_flash_rot(&rig.sim, seals + bit / 8, bit % 8);
        assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
        assert_int_equal(record.status.security_counter, 42);
        assert_false(whittle_record_is_certain(&record));
        sim_flash_rot(&rig.sim, seals + 32 + bit / 8, bit % 8);
        assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
        assert_true(whittle_record_is_certain(&record));
    }
    rig_destroy(&rig);
}

static void takes_an_entry_without_a_seal_where_there_is_no_other(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    erase_bytes(&rig, place(&rig, 0, 0) + ENTRY_SIZE, 2);
    assert_int_equal(rig_status(&rig).images[0].size, rig.old_image.size);
    rig_destroy(&rig);
}

/* Entries with a right CRC-32 that no build of this library writes. */
static void passes_over_what_leads_out_of_the_slots(void **state) {
    (void)state;
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        device_rig rig;
        whittle_record record;
        make_record(&rig, &record, "spi-4k");
        append(&record, 41);
        record.status.active = wrong == 0 ? 2 : 0;
        record.status.incoming_size = rig.device.slot_size;
        record.status.incoming_size += wrong == 1 ? 1 : 0;
        append(&record, 42);
        assert_int_equal(value_of(&rig), wrong < 2 ? 41 : 42);
        rig_destroy(&rig);
    }
}

static void nothing_is_under_way_once_an_image_is_proven(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    record.status.state = WHITTLE_STATE_TRIAL;
    record.status.starts_left = 2;
    record.status.images[0].security_counter = 5;
    assert_int_equal(whittle_record_settle(&record), WHITTLE_OK);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.state, WHITTLE_STATE_READY);
    assert_int_equal(status.starts_left, 0);
    assert_int_equal(status.security_counter, 5);
    rig_destroy(&rig);
}

static void nothing_is_under_way_once_it_is_given_up(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    record.status.state = WHITTLE_STATE_TRIAL;
    record.status.incoming = WHITTLE_INCOMING_PATCH;
    record.status.incoming_size = 100;
    record.status.starts_left = 2;
    record.status.images[1].size = 600;
    assert_int_equal(whittle_record_give_up(&record, WHITTLE_ERROR_UNPROVEN), WHITTLE_OK);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.state, WHITTLE_STATE_READY);
    assert_int_equal(status.incoming, WHITTLE_INCOMING_NONE);
    assert_int_equal(status.incoming_size, 0);
    assert_int_equal(status.starts_left, 0);
    assert_int_equal(status.last_error, WHITTLE_ERROR_UNPROVEN);
    assert_int_equal(status.images[0].size, rig.old_image.size);
    assert_int_equal(status.images[1].size, 0);
    rig_destroy(&rig);
}

static void survives_a_record_sector_that_fails(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    whittle_record record;
    rig.sim.failing_program = 1;
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    append(&record, 42); /* goes to the other sector */
    assert_int_equal(record.sector, 1);
    assert_int_equal(value_of(&rig), 42);

    /* The other one is the failing one now: the state that there is must not be erased. */
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(whittle_record_append_fresh(&record), WHITTLE_ERROR_IO);
        assert_int_equal(record.sector, 1);
        assert_int_equal(value_of(&rig), 42);
    }
    append(&record, 43);
    assert_int_equal(value_of(&rig), 43);
    rig_destroy(&rig);
}

/* An entry is claim, entry, seal and seal; where any of them fails, the place is given up. */
static void gives_up_a_place_where_anything_fails(void **state) {
    (void)state;
    for (unsigned failing = 0; failing <= 4; failing++) {
        device_rig rig;
        whittle_record record;
        make_record(&rig, &record, "mcu-1k");
        uint64_t operations = rig.sim.operations;
        rig.sim.failing_operation = failing;
        append(&record, 42);
        assert_int_equal(record.sector, failing > 0);
        assert_int_equal(rig.sim.operations - operations, failing > 0 ? failing + 5 : 4);
        uint32_t offset = failing > 0 ? place(&rig, 1, 0) : place(&rig, 0, 1);
        assert_int_equal(rig.sim.bytes[offset - 1], 0x00);
        assert_int_equal(rig.sim.bytes[offset + ENTRY_SIZE], 0x00);
        assert_int_equal(rig.sim.bytes[offset + ENTRY_SIZE + 4], 0x00);
        assert_int_equal(value_of(&rig), 42);
        rig_destroy(&rig);
    }
}

static void reports_a_record_that_cannot_be_written(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    whittle_record record;
    rig.sim.lossy_sector = 1; /* programming loses bits silently */
    rig.sim.failing_erase = 2;
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_record_append(&record), WHITTLE_ERROR_IO);
    assert_int_equal(rig_status(&rig).images[0].size, rig.old_image.size);
    rig_destroy(&rig);
}

static void starts_anew_when_installed_again(void **state) {
    (void)state;
    device_rig rig;
    whittle_record record;
    make_record(&rig, &record, "spi-4k");
    append(&record, 42);
    assert_int_equal(whittle_device_install(&rig.device, 0, 100, 7), WHITTLE_OK);
    whittle_device_status status = rig_status(&rig);
    assert_int_equal(status.security_counter, 7);
    assert_int_equal(status.images[0].security_counter, 7);
    assert_int_equal(status.images[0].size, 100);
    assert_int_equal(status.sequence, 1);
    rig_destroy(&rig);
}

static void refuses_to_install_what_is_not_there(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    uint32_t slot_size = rig.device.slot_size;
    assert_int_equal(whittle_device_install(&rig.device, 2, 100, 0), WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_device_install(&rig.device, 0, 0, 0), WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_device_install(&rig.device, 0, slot_size + 1, 0),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_device_install(&rig.device, 1, slot_size, 0), WHITTLE_OK);
    assert_int_equal(rig_status(&rig).active, 1);
    assert_int_equal(rig_status(&rig).images[1].size, slot_size);
    rig_destroy(&rig);
}

static void installs_nothing_that_it_cannot_read(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, "spi-4k");
    uint64_t operations = rig.sim.operations;
    rig.sim.failing_read = rig.device.slot_offset[0] / 4096;
    assert_int_equal(whittle_device_install(&rig.device, 0, 100, 0), WHITTLE_ERROR_IO);
    assert_int_equal(rig.sim.operations, operations);
    rig.sim.failing_read = SIM_NO_SECTOR;
    rig.sim.failing_erase = rig.device.record_offset[1] / 4096;
    assert_int_equal(whittle_device_install(&rig.device, 0, 100, 0), WHITTLE_ERROR_IO);
    assert_int_equal(rig_status(&rig).images[0].size, rig.old_image.size);
    rig_destroy(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_the_installed_state),
        cmocka_unit_test(reports_a_flash_without_a_record),
        cmocka_unit_test(keeps_the_newest_through_many_sectors),
        cmocka_unit_test(fills_a_sector_before_it_takes_the_other_one),
        cmocka_unit_test(keeps_the_layout_of_an_entry),
        cmocka_unit_test(alternates_the_sectors),
        cmocka_unit_test(uses_no_place_that_was_claimed),
        cmocka_unit_test(falls_back_where_an_entry_is_damaged),
        cmocka_unit_test(passes_over_an_entry_without_a_seal),
        cmocka_unit_test(counts_any_trace_of_a_seal),
        cmocka_unit_test(takes_an_entry_without_a_seal_where_there_is_no_other),
        cmocka_unit_test(passes_over_what_leads_out_of_the_slots),
        cmocka_unit_test(nothing_is_under_way_once_an_image_is_proven),
        cmocka_unit_test(nothing_is_under_way_once_it_is_given_up),
        cmocka_unit_test(survives_a_record_sector_that_fails),
        cmocka_unit_test(gives_up_a_place_where_anything_fails),
        cmocka_unit_test(reports_a_record_that_cannot_be_written),
        cmocka_unit_test(starts_anew_when_installed_again),
        cmocka_unit_test(refuses_to_install_what_is_not_there),
        cmocka_unit_test(installs_nothing_that_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
