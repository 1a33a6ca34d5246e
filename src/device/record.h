/* The boot record: the state of the device, as a log in two sectors. record.c explains it. */
#ifndef WHITTLE_DEVICE_RECORD_H
#define WHITTLE_DEVICE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "whittle/device.h"

/* Progress marks of a sector, at its end; each is one program unit. */
#define WHITTLE_MARK_COUNT 16u

/* How much an entry counts, by its seals. */
enum { WHITTLE_RANK_TORN_PERHAPS = 1, WHITTLE_RANK_SEALED, WHITTLE_RANK_CERTAIN };

/* An open record: the newest state and where the next one goes. Valid for one call of the library,
 * never kept longer: the application and the boot loader append too. */
typedef struct whittle_record {
    const whittle_device *device;

    uint32_t place_size; /* bytes of an entry with its claim and seals */
    uint32_t last_place; /* where the last entry of a sector may be, from its start */

    uint32_t sector;              /* 0 or 1: the sector that holds the newest entry */
    uint32_t next;                /* where the next entry goes in it, from the sector's start */
    uint32_t highest;             /* the highest sequence number there is, of any entry */
    uint32_t rank;                /* how certain it is that the newest entry will count tomorrow */
    whittle_device_status status; /* change it, then append */
} whittle_record;

/* Checks the device and fills in all but the state: for a device without a record. */
int whittle_record_init(whittle_record *record, const whittle_device *device);

/* Checks the device and reads the newest state. WHITTLE_ERROR_NO_IMAGE: there is none. */
int whittle_record_open(whittle_record *record, const whittle_device *device);

/* True if what counts as the newest state now will do so after every restart. */
static inline bool whittle_record_is_certain(const whittle_record *record) {
    return record->rank == WHITTLE_RANK_CERTAIN && record->status.sequence == record->highest;
}

/* Makes record->status the newest state. When it returns 0, that is certain; otherwise the state
 * after a restart is the old one or the new one. */
int whittle_record_append(whittle_record *record);

/* The same, in the other sector, where no progress mark is set. */
int whittle_record_append_fresh(whittle_record *record);

/* Changes the status and appends it: the active image is proven. Nothing is under way, and lower
 * security counters than its own are refused from now on. */
int whittle_record_settle(whittle_record *record);

/* Changes the status and appends it: what was under way is dropped because of error. */
int whittle_record_give_up(whittle_record *record, int error);

/* Programs one unit, so that it is not erased any more: a progress mark, a claim
 * or a seal. */
int whittle_set_mark(const whittle_device *device, uint32_t offset);

#endif
