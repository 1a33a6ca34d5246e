/* Descriptions of devices that contradict themselves are refused at every door. */
#include <stdlib.h>

#include "device/access.h"
#include "support/device_rig.h"
#include "support/unit_test.h"

static device_rig rig;
static whittle_flash flash; /* a copy whose geometry the tests change */

static int set_up(void **state) {
    const rig_options options = {.geometry = sim_geometry_find("spi-4k")->geometry,
                                 .image_size = 600,
                                 .slot_sectors = 4,
                                 .seed = 3};
    rig_create(&rig, &options);
    flash = rig.sim.flash;
    rig.device.flash = &flash;
    *state = &rig;
    return 0;
}

/* What every function of the library says to the device as it is now. */
static int verdict(void) {
    whittle_device_status status;
    whittle_updater updater;
    whittle_boot_decision decision;
    uint32_t offset;
    uint8_t slot;
    int result = whittle_device_read_status(&rig.device, &status);
    const int others[] = {
        whittle_updater_start(&updater, &rig.device),
        whittle_updater_resume(&updater, &rig.device, &offset),
        whittle_updater_slot(&rig.device, &slot),
        whittle_updater_abort(&rig.device),
        whittle_device_confirm(&rig.device),
        whittle_boot(&rig.device, NULL, NULL, &decision),
    };
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(others[i], result);
    }
    return result;
}

static void takes_a_sound_description(void **state) {
    (void)state;
    assert_int_equal(verdict(), WHITTLE_OK);
}

static void refuses(uint32_t *field, uint32_t value) {
    uint32_t right = *field;
    *field = value;
    if (verdict() != WHITTLE_ERROR_ARGUMENT ||
        whittle_device_install(&rig.device, 0, 100, 0) != WHITTLE_ERROR_ARGUMENT) {
        fail_msg("%u instead of %u was taken", (unsigned)value, (unsigned)right);
    }
    *field = right;
    assert_int_equal(verdict(), WHITTLE_OK);
}

static void refuses_an_unsound_geometry(void **state) {
    (void)state;
    whittle_flash_geometry *geometry = &flash.geometry;
    refuses(&geometry->program_unit, 0);
    refuses(&geometry->program_unit, 3);
    refuses(&geometry->program_unit, 64);
    refuses(&geometry->program_page, 0);
    refuses(&geometry->program_page, 384);
    refuses(&geometry->program_page, 8192);
    refuses(&geometry->erase_unit, 0);
    refuses(&geometry->erase_unit, 256);
    refuses(&geometry->erase_unit, 4097);
    refuses(&geometry->erase_unit, 0x2000000);
    refuses(&geometry->size, geometry->size + 1);
    geometry->program_unit = 32;
    assert_int_equal(whittle_device_install(&rig.device, 0, 600, 0), WHITTLE_OK);
    refuses(&geometry->program_page, 16);
}

static void takes_sectors_up_to_the_largest(void **state) {
    (void)state;
    uint32_t sector = WHITTLE_ERASE_UNIT_MAX;
    for (unsigned larger = 0; larger < 2; larger++) {
        sector <<= larger;
        flash.geometry.erase_unit = sector;
        flash.geometry.size = 4 * sector;
        rig.device.slot_size = sector;
        for (uint32_t i = 0; i < 2; i++) {
            rig.device.record_offset[i] = i * sector;
            rig.device.slot_offset[i] = (2 + i) * sector;
        }
        assert_int_equal(whittle_device_check(&rig.device),
                         larger ? WHITTLE_ERROR_ARGUMENT : WHITTLE_OK);
    }
}

static void refuses_an_unsound_layout(void **state) {
    (void)state;
    whittle_device *device = &rig.device;
    uint32_t size = flash.geometry.size;
    refuses(&device->record_offset[0], 4095);
    refuses(&device->record_offset[0], device->slot_offset[0] + 4096);
    refuses(&device->record_offset[0], device->record_offset[1]);
    refuses(&device->record_offset[1], device->slot_offset[0]);
    refuses(&device->record_offset[1], device->slot_offset[1] + 4096);
    refuses(&device->record_offset[1], size);
    refuses(&device->record_offset[1], 0xFFFFF000);
    refuses(&device->slot_offset[0], device->slot_offset[1] - 4096);
    refuses(&device->slot_offset[1], device->slot_offset[0] + 4096);
    refuses(&device->slot_offset[1], size - 4096);
    refuses(&device->slot_size, device->slot_size + 4096);
    refuses(&device->slot_size, device->slot_size - 1);
    refuses(&device->slot_size, size + 4096);
}

static void wants_aligned_memory_for_a_patcher(void **state) {
    (void)state;
    whittle_boot_decision decision;
    uint8_t *memory = (uint8_t *)rig.memory;
    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, NULL, &decision),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, memory + 4, &decision),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_boot(&rig.device, &whittle_boot_patcher, memory, &decision),
                     WHITTLE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_a_sound_description, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(refuses_an_unsound_geometry, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(takes_sectors_up_to_the_largest, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(refuses_an_unsound_layout, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(wants_aligned_memory_for_a_patcher, set_up, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
