/* An area: a part of a slot that is being written from its start to its end, over power failures.
 * area.c explains it. The struct is public in updater.h, since callers own its memory. */
#ifndef WHITTLE_DEVICE_AREA_H
#define WHITTLE_DEVICE_AREA_H

#include <stdbool.h>
#include <stdint.h>

#include "device/record.h"
#include "whittle/updater.h"

/* Lays out an area of at least size bytes from offset, in whole erase units; nothing is written. */
void whittle_area_begin(whittle_area *area, const whittle_device *device, uint32_t offset,
                        uint32_t size);

/* Finds out after a restart how much was written, by what the record says and the progress marks
 * beside it: sets area->position. What follows it is to be written again, with the same bytes as
 * before the restart. */
void whittle_area_resume(whittle_area *area, const whittle_record *record);

/* Writes the record, with how much is written: before the first write to an area, and before the
 * first one after a restart. */
int whittle_area_settle(whittle_area *area, whittle_record *record);

/* Writes the next size bytes of data, filled up to whole program units, for which there must be
 * room in data; erases before. Stays within a page. WHITTLE_ERROR_TOO_LARGE: beyond the end. */
int whittle_area_write(whittle_area *area, uint8_t *data, uint32_t size);

#endif
