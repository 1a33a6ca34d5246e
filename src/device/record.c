/* The boot record is a log: each change of state appends one entry, so that a change seldom costs
 * an erase. It lives in two sectors; when one is full, the other one is erased and goes on.
 *
 *     sector:  claim entry seal seal | claim entry seal seal | ... | mark mark mark ...
 *
 * An entry is the whole state with a sequence number and a CRC-32; the newest one counts. Claim and
 * seals are one program unit each, programmed before and after their entry. Why so: flash that was
 * being programmed when power failed may read right today and wrong tomorrow, or as erased; but
 * once anything that was programmed later is seen, however torn, what was programmed before it is
 * complete. So
 *   - a place is free if all of it reads as erased: no entry was ever begun there, since its claim
 *     would be complete and seen;
 *   - an entry counts if its first seal is anything but erased: the entry itself is complete;
 *   - it is certain to count tomorrow if its second seal is anything but erased: the first one is
 *     complete.
 * Where the newest entry is not certain, or a newer one is passed over, the boot loader writes the
 * state that counts once more, before it acts on it. An entry without a seal may be a torn one that
 * happens to read right, and is passed over. Only if no entry at all has a seal, one without
 * counts: that happens where its first seal was torn and reads as erased again, and then the entry
 * is complete.
 *
 * Before the other sector is erased, the newest entry is complete in this one; so at every instant
 * one complete entry exists.
 *
 * Marks lie at the sector's end: a mark is one program unit, set when a part of the slot has been
 * erased (area.h). As with seals, anything but erased counts as set, so a torn mark is a true one;
 * but it may not be seen after the next restart, so a state that rests on marks is written as an
 * entry before anything is done that the mark would no longer be true of.
 *
 * Entries are stored as the CPU holds them: no other device ever reads them.
 */
#include "device/record.h"

#include <assert.h>
#include <string.h>

#include "codec/crc32.h"
#include "device/access.h"

/* Bytes of a sector that are for entries, at most: more would only make opening slower. */
enum { PLACES_END_MAX = 8192 };

static const uint32_t magic = 0x31525457; /* "WTR1": the 1 is the version of this layout */

typedef struct log_entry {
    uint32_t magic;
    whittle_device_status status;
    uint32_t reserved; /* 0 */
    uint32_t crc;      /* of all before it */
} log_entry;

static_assert(sizeof(log_entry) == 96 && offsetof(log_entry, crc) == 92, "there is no padding");
static_assert(sizeof(log_entry) % WHITTLE_PROGRAM_UNIT_MAX == 0, "an entry is whole units");

int whittle_record_init(whittle_record *record, const whittle_device *device) {
    memset(record, 0, sizeof *record);
    record->device = device;
    int error = whittle_device_check(device);
    if (error) {
        return error;
    }
    uint32_t unit = device->flash->geometry.program_unit;
    uint32_t end = device->flash->geometry.erase_unit - WHITTLE_MARK_COUNT * unit;
    if (end > PLACES_END_MAX) {
        end = PLACES_END_MAX;
    }
    record->place_size = (uint32_t)sizeof(log_entry) + 3 * unit;
    record->last_place = end - record->place_size;
    return WHITTLE_OK;
}

/* Reads an entry; false if there is none. The CRC-32 vouches for accidents only, so what could lead
 * out of the slots is checked: here, or where it is used (area.c, admission.c). */
static bool read_entry(const whittle_device *device, uint32_t offset, log_entry *entry) {
    return whittle_flash_read(device, offset, entry, sizeof *entry) == WHITTLE_OK &&
           entry->magic == magic && entry->status.active < WHITTLE_SLOT_COUNT &&
           entry->status.incoming_size <= device->slot_size &&
           entry->crc == whittle_crc32(0, (const uint8_t *)entry, offsetof(log_entry, crc));
}

/* Looks at one place: takes its entry if it counts more than what was found before. Returns true
 * if the place is used, by whatever. */
static bool visit(whittle_record *record, uint32_t sector, uint32_t place) {
    const whittle_device *device = record->device;
    uint32_t unit = device->flash->geometry.program_unit;
    uint32_t offset = device->record_offset[sector] + place;
    uint32_t rank = WHITTLE_RANK_TORN_PERHAPS;
    log_entry entry;
    if (whittle_flash_is_erased(device, offset, record->place_size)) {
        return false;
    }
    if (!read_entry(device, offset + unit, &entry)) {
        return true;
    }
    if (entry.status.sequence > record->highest) {
        record->highest = entry.status.sequence;
    }
    uint32_t seal = offset + unit + (uint32_t)sizeof entry;
    for (uint32_t i = 0; i < 2; i++) {
        rank += !whittle_flash_is_erased(device, seal + i * unit, unit);
    }
    if (record->rank == 0 ||
        (rank > WHITTLE_RANK_TORN_PERHAPS && (record->rank == WHITTLE_RANK_TORN_PERHAPS ||
                                              entry.status.sequence > record->status.sequence))) {
        record->rank = rank;
        record->sector = sector;
        record->status = entry.status;
    }
    return true;
}

int whittle_record_open(whittle_record *record, const whittle_device *device) {
    int error = whittle_record_init(record, device);
    if (error) {
        return error;
    }
    for (uint32_t sector = 0; sector < 2; sector++) {
        uint32_t used = 0; /* bytes up to the end of the last place in use */
        for (uint32_t place = 0; place <= record->last_place;) {
            bool is_used = visit(record, sector, place);
            place += record->place_size;
            if (is_used) {
                used = place;
            }
        }
        if (record->sector == sector) {
            record->next = used;
        }
    }
    return record->rank ? WHITTLE_OK : WHITTLE_ERROR_NO_IMAGE;
}

int whittle_set_mark(const whittle_device *device, uint32_t offset) {
    uint8_t unit[WHITTLE_PROGRAM_UNIT_MAX];
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    memset(unit, ~geometry->erased_value & 0xFF, sizeof unit);
    return whittle_flash_program(device, offset, unit, geometry->program_unit);
}

/* Writes the status as an entry at place of a sector, with its claim and seals. */
static int write_entry(whittle_record *record, uint32_t sector, uint32_t place) {
    const whittle_device *device = record->device;
    uint32_t unit = device->flash->geometry.program_unit;
    uint32_t offset = device->record_offset[sector] + place;
    uint32_t seal = offset + unit + (uint32_t)sizeof(log_entry);
    /* It must count as newer than one that is passed over today and counts tomorrow. */
    record->status.sequence = ++record->highest;
    log_entry entry = {.magic = magic, .status = record->status};
    entry.crc = whittle_crc32(0, (const uint8_t *)&entry, offsetof(log_entry, crc));
    int error = whittle_set_mark(device, offset);
    if (!error) {
        error = whittle_flash_program(device, offset + unit, &entry, sizeof entry);
    }
    if (!error) {
        error = whittle_set_mark(device, seal);
    }
    return error ? error : whittle_set_mark(device, seal + unit);
}

/* Writes it to the other sector. The record stays where it is unless that is complete: after a
 * failure this sector, with the newest entry, must not be taken for the other one. */
int whittle_record_append_fresh(whittle_record *record) {
    uint32_t sector = record->sector ^ 1u;
    int error = whittle_flash_erase(record->device, record->device->record_offset[sector]);
    if (!error) {
        error = write_entry(record, sector, 0);
    }
    if (!error) {
        record->sector = sector;
        record->next = record->place_size;
    }
    return error;
}

int whittle_record_append(whittle_record *record) {
    uint32_t place = record->next;
    if (place <= record->last_place) {
        record->next += record->place_size; /* even if it fails: the place is not free any more */
        if (write_entry(record, record->sector, place) == WHITTLE_OK) {
            return WHITTLE_OK;
        }
    }
    return whittle_record_append_fresh(record);
}

int whittle_record_settle(whittle_record *record) {
    whittle_device_status *status = &record->status;
    uint32_t before = status->security_counter;
    uint32_t counter = status->images[status->active].security_counter;
    status->state = WHITTLE_STATE_READY;
    status->starts_left = 0;
    if (counter > before) {
        status->security_counter = counter;
    }
    int error = whittle_record_append(record);
    if (error) {
        status->security_counter = before; /* what could not be written does not count */
    }
    return error;
}

int whittle_record_give_up(whittle_record *record, int error) {
    whittle_device_status *status = &record->status;
    status->state = WHITTLE_STATE_READY;
    status->incoming = WHITTLE_INCOMING_NONE;
    status->incoming_size = 0;
    status->starts_left = 0;
    status->last_error = error;
    status->images[status->active ^ 1u].size = 0;
    return whittle_record_append(record);
}
