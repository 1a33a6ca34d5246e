/* What may become the firmware: each check with its own error, in the order that is promised. */
#include <stdlib.h>
#include <string.h>

#include "device/admission.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

static device_rig rig;
static whittle_record record;
static whittle_header header;

static int set_up(void **state) {
    const rig_options options = {.geometry = sim_geometry_find("mcu-1k")->geometry,
                                 .image_size = 3000,
                                 .slot_sectors = 6,
                                 .seed = 31};
    rig_create(&rig, &options);
    assert_int_equal(whittle_device_install(&rig.device, 0, rig.old_image.size, 5), WHITTLE_OK);
    assert_int_equal(whittle_header_read(rig.patch.data, rig.patch.size, &header), WHITTLE_OK);
    header.flags |= WHITTLE_FLAG_HARDWARE | WHITTLE_FLAG_COUNTER;
    header.hardware = 3;
    header.security_counter = 5;
    rig.device.hardware = 3;
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    *state = &rig;
    return 0;
}

static void admits_what_fits_the_device(void **state) {
    (void)state;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_OK);
    header.security_counter = 6;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_OK);
}

/* Makes everything wrong, then mends it in the order of the checks: each mending brings the next
 * error to light. */
static void checks_in_the_promised_order(void **state) {
    (void)state;
    uint32_t source_size = header.source_size;
    uint32_t target_size = header.target_size;
    header.hardware = 4;
    header.security_counter = 4;
    header.source_size++;
    header.target_size = rig.device.slot_size;
    header.ram = rig.device.patch_memory;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_HARDWARE);
    header.hardware = 3;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_DOWNGRADE);
    header.security_counter = 5;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_SOURCE);
    header.source_size = source_size;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_TOO_LARGE);
    header.target_size = target_size;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_RAM);
    header.ram = rig.device.patch_memory - rig.sim.flash.geometry.program_page;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_OK);
}

static void compares_the_whole_source_digest(void **state) {
    (void)state;
    for (unsigned i = 0; i < sizeof header.source_digest; i++) {
        header.source_digest[i] ^= 0x80;
        assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_SOURCE);
        header.flags &= (uint8_t)~WHITTLE_FLAG_SOURCE; /* a self-contained one has none */
        assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_OK);
        header.flags |= WHITTLE_FLAG_SOURCE;
        header.source_digest[i] ^= 0x80;
    }
}

/* The slot has six sectors of 1024 bytes. */
static void gives_patch_and_target_sectors_of_their_own(void **state) {
    (void)state;
    static const struct {
        uint32_t target;
        uint32_t patch;
        int expected;
    } cases[] = {
        {5120, 1024, WHITTLE_OK},
        {5121, 1024, WHITTLE_ERROR_TOO_LARGE},
        {5120, 1025, WHITTLE_ERROR_TOO_LARGE},
        {1, 5120, WHITTLE_OK},
        {1, 5121, WHITTLE_ERROR_TOO_LARGE},
        {6144, 1, WHITTLE_ERROR_TOO_LARGE},
        {6145, 28, WHITTLE_ERROR_TOO_LARGE},
        {0xFFFFFFFF, 1024, WHITTLE_ERROR_TOO_LARGE},
        {1024, 0xFFFFFFFF, WHITTLE_ERROR_TOO_LARGE},
        {0xFFFFFFFF, 0xFFFFFFFF, WHITTLE_ERROR_TOO_LARGE},
        {0, 1024, WHITTLE_ERROR_NO_IMAGE},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        header.target_size = cases[i].target;
        header.total_size = cases[i].patch;
        assert_int_equal(whittle_admit_incoming(&record, &header), cases[i].expected);
    }
}

static void takes_a_device_class_only_where_one_is_named(void **state) {
    (void)state;
    rig.device.hardware = 99;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_ERROR_HARDWARE);
    header.flags &= (uint8_t)~WHITTLE_FLAG_HARDWARE;
    assert_int_equal(whittle_admit_incoming(&record, &header), WHITTLE_OK);
}

static void holds_plain_images_to_the_security_counter(void **state) {
    (void)state;
    assert_int_equal(whittle_admit_incoming(&record, NULL), WHITTLE_ERROR_DOWNGRADE);
    record.status.security_counter = 1;
    assert_int_equal(whittle_admit_incoming(&record, NULL), WHITTLE_ERROR_DOWNGRADE);
    record.status.security_counter = 0;
    assert_int_equal(whittle_admit_incoming(&record, NULL), WHITTLE_OK);
}

static void refuses_a_record_that_names_an_impossible_patch(void **state) {
    (void)state;
    record.status.incoming = WHITTLE_INCOMING_PATCH;
    static const uint32_t sizes[] = {0, 6145, 0xFFFFFFFF};
    for (unsigned i = 0; i < 3; i++) {
        record.status.incoming_size = sizes[i];
        assert_int_equal(whittle_admit_received(&record, &header), WHITTLE_ERROR_CORRUPT);
    }
    record.status.incoming_size = 6144; /* possible, but the slot is empty */
    assert_int_equal(whittle_admit_received(&record, &header), WHITTLE_ERROR_NOT_A_PATCH);
}

static void reads_the_stored_patch(void **state) {
    (void)state;
    assert_int_equal(whittle_device_install(&rig.device, 0, rig.old_image.size, 0), WHITTLE_OK);
    assert_int_equal(rig_send(&rig, &rig.patch, 100, false), WHITTLE_OK);
    assert_int_equal(whittle_record_open(&record, &rig.device), WHITTLE_OK);
    assert_int_equal(whittle_admit_received(&record, &header), WHITTLE_OK);
    uint32_t offset = whittle_patch_offset(&rig.device, 1, rig.patch.size);
    uint32_t slot_end = rig.device.slot_offset[1] + rig.device.slot_size;
    assert_int_equal(offset, slot_end - (rig.patch.size + 1023) / 1024 * 1024);
    for (uint32_t i = 0; i < rig.patch.size; i++) {
        sim_flash_rot(&rig.sim, offset + i, i % 8);
        assert_int_not_equal(whittle_admit_received(&record, &header), WHITTLE_OK);
        sim_flash_rot(&rig.sim, offset + i, i % 8);
    }
    rig.sim.failing_read = offset / 1024;
    assert_int_equal(whittle_admit_received(&record, &header), WHITTLE_ERROR_IO);
}

static void verifies_slots_by_size_and_digest(void **state) {
    (void)state;
    assert_int_equal(whittle_verify_slot(&record, 0), WHITTLE_OK);
    assert_int_equal(whittle_verify_slot(&record, 1), WHITTLE_ERROR_NO_IMAGE);
    record.status.images[0].digest[WHITTLE_IMAGE_DIGEST_SIZE - 1] ^= 1;
    assert_int_equal(whittle_verify_slot(&record, 0), WHITTLE_ERROR_DAMAGED);
    record.status.images[0].digest[WHITTLE_IMAGE_DIGEST_SIZE - 1] ^= 1;
    record.status.images[0].size = rig.device.slot_size + 1;
    assert_int_equal(whittle_verify_slot(&record, 0), WHITTLE_ERROR_NO_IMAGE);
    record.status.images[0].size = 0;
    assert_int_equal(whittle_verify_slot(&record, 0), WHITTLE_ERROR_NO_IMAGE);
    record.status.images[0].size = rig.old_image.size;
    rig.sim.failing_read = rig.device.slot_offset[0] / 1024;
    assert_int_equal(whittle_verify_slot(&record, 0), WHITTLE_ERROR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(admits_what_fits_the_device),
        TEST(checks_in_the_promised_order),
        TEST(compares_the_whole_source_digest),
        TEST(gives_patch_and_target_sectors_of_their_own),
        TEST(takes_a_device_class_only_where_one_is_named),
        TEST(holds_plain_images_to_the_security_counter),
        TEST(refuses_a_record_that_names_an_impossible_patch),
        TEST(reads_the_stored_patch),
        TEST(verifies_slots_by_size_and_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
