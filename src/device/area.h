/* An area: a part of a slot that is being written from its start to its end, over power failures.
 * area.c explains it. The struct is public in updater.h, since callers own its memory. */
#ifndef WHITTLE_DEVICE_AREA_H
#define WHITTLE_DEVICE_AREA_H

#include <stdbool.h>
#include <stdint.h>

#include "whittle/updater.h"

/* Lays out an area of size bytes from offset, whole erase units, whose progress marks are in the
 * record sector given. Nothing of it counts as written. */
void whittle_area_begin(whittle_area *area, const whittle_device *device, uint32_t offset,
                        uint32_t size, uint8_t record_sector);

/* Goes on with an area that was begun before a restart: sets area->position to what is held.
 * keep_pages: keep all but the last page written, to be sent again with the same bytes, where the
 * flash allows to program a page again; otherwise the last span is done over. */
void whittle_area_resume(whittle_area *area, const whittle_device *device, bool keep_pages);

/* Writes the next size bytes at area->position, erasing before. Whole program units, within a page.
 * WHITTLE_ERROR_TOO_LARGE: beyond the area's end. */
int whittle_area_write(whittle_area *area, const whittle_device *device, const uint8_t *data,
                       uint32_t size);

#endif
