/* Writing a part of a slot, so that a restart can go on where the power failed.
 *
 * The area is divided into spans, as many as there are progress marks in the record, each of whole
 * sectors. A span is erased when the writing reaches it; then its mark is set; then its pages are
 * programmed in order. So after a restart the highest mark set tells it all: spans before the last
 * marked one are complete; that one was erased and is partly programmed, the page in work perhaps
 * torn; behind it nothing is known, and everything will be erased before it is used.
 *
 * Going on erases the last marked span once more and does it over. No page is ever trusted because
 * of what it reads as: flash whose programming or erasing was cut off may read right today and
 * wrong tomorrow. Each sector is erased once, and once more per power failure that hit its span.
 * Nothing is ever searched for or compared, whatever an older image left in the slot.
 */
#include "device/area.h"

#include "device/access.h"
#include "device/record.h"

void whittle_area_begin(whittle_area *area, const whittle_device *device, uint32_t offset,
                        uint32_t size, uint8_t record_sector) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    uint32_t marks = whittle_record_mark_count(geometry);
    uint32_t sectors = size / geometry->erase_unit;
    *area = (whittle_area){
        .offset = offset,
        .size = size,
        .span = (sectors / marks + (sectors % marks != 0)) * geometry->erase_unit,
        .record = record_sector,
    };
}

/* Steps back from the end of what was erased to the start of the last page that is not erased: the
 * one page that may be torn. Those before it were complete before it was begun. */
static void find_last_page(whittle_area *area, const whittle_device *device, uint32_t start) {
    uint32_t page = device->flash->geometry.program_page;
    bool erased = true;
    area->position = area->erased;
    while (erased && area->position > start) {
        area->position -= page;
        erased = whittle_flash_is_erased(device, area->offset + area->position, page);
    }
}

void whittle_area_resume(whittle_area *area, const whittle_device *device, bool keep_pages) {
    area->marks = whittle_record_marks_set(device, area->record);
    if (area->marks == 0) {
        return;
    }
    uint32_t start = (area->marks - 1) * area->span;
    area->position = start;
    area->erased = start;
    if (keep_pages && !device->flash->geometry.program_once) {
        uint32_t left = area->size - start;
        area->erased = start + (left < area->span ? left : area->span);
        find_last_page(area, device, start);
    }
}

/* Erases the next span and says so in the record. A mark that cannot be set is no failure: after a
 * restart, going on begins one span earlier. */
static int erase_span(whittle_area *area, const whittle_device *device) {
    uint32_t mark = area->erased / area->span;
    uint32_t end = area->size - area->erased > area->span ? area->erased + area->span : area->size;
    while (area->erased < end) {
        int error = whittle_flash_erase(device, area->offset + area->erased);
        if (error) {
            return error;
        }
        area->erased += device->flash->geometry.erase_unit;
    }
    if (mark >= area->marks) {
        area->marks = mark + 1;
        (void)whittle_record_set_mark(device, area->record, mark);
    }
    return WHITTLE_OK;
}

int whittle_area_write(whittle_area *area, const whittle_device *device, const uint8_t *data,
                       uint32_t size) {
    if (size > area->size - area->position) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    if (area->position + size > area->erased) {
        int error = erase_span(area, device);
        if (error) {
            return error;
        }
    }
    if (!whittle_data_is_erased(device, data, size)) {
        int error = whittle_flash_program(device, area->offset + area->position, data, size);
        if (error) {
            return error;
        }
    }
    area->position += size;
    return WHITTLE_OK;
}
