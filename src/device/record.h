/* The boot record: the state of the device, as a log in two sectors. record.c explains it. */
#ifndef WHITTLE_DEVICE_RECORD_H
#define WHITTLE_DEVICE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "whittle/device.h"

/* An open record: the newest state and where the next one goes. Valid for one call of the library,
 * never kept longer: the application and the boot loader append too. */
typedef struct whittle_record {
    const whittle_device *device;
    uint8_t sector;               /* 0 or 1: the sector that holds the newest entry */
    uint8_t next;                 /* the place for the next entry in it */
    bool certain;                 /* the newest entry cannot vanish again */
    whittle_device_status status; /* change it, then append */
} whittle_record;

/* True if a sector of this geometry has room for enough entries. */
bool whittle_record_fits(const whittle_flash_geometry *geometry);

/* Checks the device and reads the newest state. WHITTLE_ERROR_NO_IMAGE: there is none. */
int whittle_record_open(whittle_record *record, const whittle_device *device);

/* Makes record->status the newest state. When it returns 0, that is certain; otherwise the state
 * after a restart is the old one or the new one. */
int whittle_record_append(whittle_record *record);

/* The same, in the other sector, where no progress mark is set. */
int whittle_record_append_fresh(whittle_record *record);

/* Changes the status, without appending it: the active image is proven. Nothing is under way, and
 * lower security counters than its own are refused from now on. */
void whittle_record_settle(whittle_record *record);

/* Changes the status and appends it: what was under way is dropped because of error. */
int whittle_record_give_up(whittle_record *record, int error);

/* Progress marks: how many a sector of this geometry has, and where they begin in the flash in the
 * sector that holds the newest entry. Each is one program unit. */
uint32_t whittle_record_mark_count(const whittle_flash_geometry *geometry);
uint32_t whittle_record_mark_offset(const whittle_record *record);

/* Programs one unit, so that it is not erased any more: a mark, or a seal. */
int whittle_set_mark(const whittle_device *device, uint32_t offset);

#endif
