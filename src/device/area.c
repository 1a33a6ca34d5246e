/* Writing a part of a slot, so that a restart can go on where the power failed.
 *
 * The area is divided into spans, as many as there are progress marks in the record, each of whole
 * sectors. A span is erased when the writing reaches it; then its mark is set; then its pages are
 * programmed in order. So after a restart the highest mark set tells it all: spans before the last
 * marked one are complete; that one was erased and is partly programmed, the page in work perhaps
 * torn; behind it nothing is known, and everything will be erased before it is used.
 *
 * Where pages may be programmed again with the same bytes, all pages of that span are kept but the
 * last one programmed, which is done over. Elsewhere the whole span is erased once more and done
 * over. No page is trusted because of what it reads as: flash whose programming or erasing was cut
 * off may read right today and wrong tomorrow. Nothing is ever searched for or compared, whatever
 * an older image left in the slot; each sector is erased once, and once more at most per power
 * failure that hit its span.
 *
 * The marks themselves may be torn. What they told is written into the record, with all marks
 * cleared, before the first erase after a restart: otherwise a mark that is not seen now, and seen
 * again after the next restart, would vouch for a span that was being erased once more.
 */
#include "device/area.h"

#include <string.h>

#include "device/access.h"

void whittle_area_begin(whittle_area *area, const whittle_device *device, uint32_t offset,
                        uint32_t size) {
    uint32_t sector = device->flash->geometry.erase_unit;
    area->device = device;
    area->offset = offset;
    area->size = whittle_round_up(size, sector);
    area->span = whittle_round_up(size, WHITTLE_MARK_COUNT * sector) / WHITTLE_MARK_COUNT;
    area->erased = 0;
    area->position = 0;
}

/* The progress marks are at the end of the sector with the newest entry. The first one is for the
 * first span that is erased after that entry was written, and so on. */
static void use_marks(whittle_area *area, const whittle_record *record) {
    const whittle_flash_geometry *geometry = &record->device->flash->geometry;
    area->mark_offset = record->device->record_offset[record->sector] + geometry->erase_unit -
                        WHITTLE_MARK_COUNT * geometry->program_unit;
}

/* The end of the span that begins at position. */
static uint32_t span_end(const whittle_area *area, uint32_t position) {
    return area->size - position < area->span ? area->size : position + area->span;
}

/* What the record says of the progress counts only where it can be true; else nothing is held. */
void whittle_area_resume(whittle_area *area, const whittle_record *record) {
    const whittle_flash_geometry *geometry = &area->device->flash->geometry;
    use_marks(area, record);
    uint32_t end = record->status.erased;
    uint32_t held = record->status.held;
    if (held <= end && end <= area->size && end % geometry->erase_unit == 0 &&
        held % geometry->program_page == 0) {
        area->position = held;
        area->erased = end;
    }
    for (uint32_t start = area->erased; start < area->size; start = end) {
        end = span_end(area, start);
        if (!whittle_flash_is_erased(area->device, area->mark_offset, geometry->program_unit)) {
            area->position = start;
            area->erased = end;
        }
        area->mark_offset += geometry->program_unit;
    }
    if (geometry->program_once) {
        area->erased = area->position;
        return;
    }
    /* The last page that is not erased may be torn. Those before it were complete before it. */
    uint32_t page = geometry->program_page;
    uint32_t position = area->erased;
    while (position > area->position) {
        position -= page;
        if (!whittle_flash_is_erased(area->device, area->offset + position, page)) {
            area->position = position;
        }
    }
}

int whittle_area_settle(whittle_area *area, whittle_record *record) {
    record->status.held = area->position;
    record->status.erased = area->erased;
    int error = whittle_record_append_fresh(record);
    use_marks(area, record);
    return error;
}

/* Erases the next span and sets its mark. A mark that cannot be set is no failure: after a restart,
 * going on begins earlier. */
static int erase_span(whittle_area *area) {
    uint32_t end = span_end(area, area->erased);
    while (area->erased < end) {
        int error = whittle_flash_erase(area->device, area->offset + area->erased);
        if (error) {
            return error;
        }
        area->erased += area->device->flash->geometry.erase_unit;
    }
    (void)whittle_set_mark(area->device, area->mark_offset);
    area->mark_offset += area->device->flash->geometry.program_unit;
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
