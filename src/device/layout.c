/* Checks of a device's description, done once at each door of the library: behind them, offsets and
 * sizes are what flash.h and device.h promise, and no arithmetic on them overflows. */
#include "device/access.h"

enum { REGION_COUNT = 4 };

static bool is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

static bool geometry_is_sound(const whittle_flash_geometry *geometry) {
    uint32_t unit = geometry->program_unit;
    uint32_t page = geometry->program_page;
    uint32_t sector = geometry->erase_unit;
    return is_power_of_two(unit) && unit <= WHITTLE_PROGRAM_UNIT_MAX && is_power_of_two(page) &&
           page >= unit && (sector & (page - 1)) == 0 && sector >= WHITTLE_ERASE_UNIT_MIN(unit) &&
           sector <= WHITTLE_ERASE_UNIT_MAX && geometry->size % sector == 0;
}

/* Records and slots begin and end on sectors, lie in the flash, and do not overlap. */
static bool layout_is_sound(const whittle_device *device) {
    uint32_t sector = device->flash->geometry.erase_unit;
    uint32_t end = device->flash->geometry.size;
    const uint32_t offsets[REGION_COUNT] = {device->record_offset[0], device->record_offset[1],
                                            device->slot_offset[0], device->slot_offset[1]};
    for (unsigned i = 0; i < REGION_COUNT; i++) {
        uint32_t size = i < 2 ? sector : device->slot_size;
        if (size > end || offsets[i] > end - size || offsets[i] % sector != 0) {
            return false;
        }
        for (unsigned j = 0; j < REGION_COUNT; j++) { /* no other one begins inside it */
            if (i != j && offsets[j] - offsets[i] < size) {
                return false;
            }
        }
    }
    return device->slot_size % sector == 0;
}

int whittle_device_check(const whittle_device *device) {
    bool sound = geometry_is_sound(&device->flash->geometry) && layout_is_sound(device);
    return sound ? WHITTLE_OK : WHITTLE_ERROR_ARGUMENT;
}
