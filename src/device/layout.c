/* Checks of a device's description, done once at each door of the library: behind them, offsets and
 * sizes are what flash.h and device.h promise, and no arithmetic on them overflows. */
#include "device/access.h"
#include "device/record.h"

enum { ERASE_UNIT_MIN = 512, REGION_COUNT = 4 };

typedef struct flash_region {
    uint32_t offset;
    uint32_t size;
} flash_region;

static bool is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

static bool geometry_is_sound(const whittle_flash_geometry *geometry) {
    uint32_t unit = geometry->program_unit;
    uint32_t page = geometry->program_page;
    uint32_t sector = geometry->erase_unit;
    return unit >= 1 && unit <= WHITTLE_PROGRAM_UNIT_MAX && page % unit == 0 &&
           is_power_of_two(page / unit) && sector >= ERASE_UNIT_MIN && sector % page == 0 &&
           geometry->size % sector == 0 &&
           (geometry->erased_value == 0x00 || geometry->erased_value == 0xFF);
}

static bool lies_in_flash(const flash_region *region, const whittle_flash_geometry *geometry) {
    return region->size != 0 && region->size <= geometry->size &&
           region->offset <= geometry->size - region->size &&
           region->offset % geometry->erase_unit == 0 && region->size % geometry->erase_unit == 0;
}

static bool overlap(const flash_region *first, const flash_region *second) {
    return first->offset < second->offset + second->size &&
           second->offset < first->offset + first->size;
}

static bool layout_is_sound(const whittle_device *device) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    const flash_region regions[REGION_COUNT] = {
        {device->record_offset[0], geometry->erase_unit},
        {device->record_offset[1], geometry->erase_unit},
        {device->slot_offset[0], device->slot_size},
        {device->slot_offset[1], device->slot_size},
    };
    for (unsigned i = 0; i < REGION_COUNT; i++) {
        if (!lies_in_flash(&regions[i], geometry)) {
            return false;
        }
        for (unsigned j = 0; j < i; j++) {
            if (overlap(&regions[i], &regions[j])) {
                return false;
            }
        }
    }
    return true;
}

static bool offers_enough(const whittle_device *device) {
    uint32_t page = device->flash->geometry.program_page;
    return device->trial_starts <= WHITTLE_TRIAL_STARTS_MAX &&
           (!device->patches_enabled ||
            (device->patch_memory > page && device->patch_memory - page >= WHITTLE_RAM_MIN));
}

int whittle_device_check(const whittle_device *device) {
    if (!device || !device->flash) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    const whittle_flash *flash = device->flash;
    bool sound = flash->read && flash->program && flash->erase &&
                 geometry_is_sound(&flash->geometry) && layout_is_sound(device) &&
                 offers_enough(device) && whittle_record_fits(&flash->geometry);
    return sound ? WHITTLE_OK : WHITTLE_ERROR_ARGUMENT;
}
