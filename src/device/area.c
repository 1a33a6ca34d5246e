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

#include <string.h>

#include "device/access.h"

void whittle_area_begin(whittle_area *area, const whittle_record *record, uint32_t offset,
                        uint32_t size) {
    const whittle_flash_geometry *geometry = &record->device->flash->geometry;
    memset(area, 0, sizeof *area);
    area->device = record->device;
    area->offset = offset;
    area->size = whittle_round_up(size, geometry->erase_unit);
    uint32_t sectors = area->size / geometry->erase_unit;
    uint32_t marks = whittle_record_mark_count(geometry);
    area->span = (sectors + marks - 1) / marks * geometry->erase_unit;
    area->mark_offset = whittle_record_mark_offset(record);
}

/* Where the mark of the span that begins at position is in the flash. */
static uint32_t mark_of(const whittle_area *area, uint32_t position) {
    return area->mark_offset + position / area->span * area->device->flash->geometry.program_unit;
}

/* The end of the span that begins at position. */
static uint32_t span_end(const whittle_area *area, uint32_t position) {
    return area->size - position < area->span ? area->size : position + area->span;
}

void whittle_area_resume(whittle_area *area, bool keep_pages) {
    const whittle_flash_geometry *geometry = &area->device->flash->geometry;
    for (uint32_t start = 0; start < area->size; start = span_end(area, start)) {
        if (!whittle_flash_holds(area->device, mark_of(area, start), NULL,
                                 geometry->program_unit)) {
            area->position = start;
            area->marked = span_end(area, start);
        }
    }
    area->erased = area->position;
    if (keep_pages && !geometry->program_once) {
        /* Step back from the end to the start of the last page that is not erased: the one page
         * that may be torn. Those before it were complete before it was begun. */
        uint32_t page = geometry->program_page;
        uint32_t position = area->marked;
        bool erased = true;
        while (erased && position > area->position) {
            position -= page;
            erased = whittle_flash_holds(area->device, area->offset + position, NULL, page);
        }
        area->erased = area->marked;
        area->position = position;
    }
}

/* Erases the next span and says so in the record. A mark that cannot be set is no failure: after a
 * restart, going on begins one span earlier. */
static int erase_span(whittle_area *area) {
    uint32_t start = area->erased;
    uint32_t end = span_end(area, start);
    while (area->erased < end) {
        int error = whittle_flash_erase(area->device, area->offset + area->erased);
        if (error) {
            return error;
        }
        area->erased += area->device->flash->geometry.erase_unit;
    }
    if (end > area->marked) {
        area->marked = end;
        (void)whittle_set_mark(area->device, mark_of(area, start));
    }
    return WHITTLE_OK;
}

int whittle_area_write(whittle_area *area, uint8_t *data, uint32_t size) {
    const whittle_flash_geometry *geometry = &area->device->flash->geometry;
    uint32_t padded = whittle_round_up(size, geometry->program_unit);
    memset(data + size, geometry->erased_value, padded - size);
    if (padded > area->size - area->position) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    int error = WHITTLE_OK;
    if (area->position + padded > area->erased) {
        error = erase_span(area);
    }
    if (!error) {
        error = whittle_flash_program(area->device, area->offset + area->position, data, padded);
    }
    area->position += padded;
    return error;
}
