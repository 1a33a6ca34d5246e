/* The boot record is a log: each change of state appends one entry, so that a change seldom costs
 * an erase. It lives in two sectors; when one is full, the other one is erased and goes on.
 *
 *     sector:  entry seal | entry seal | ... | mark mark mark ...
 *
 * An entry is the whole state with a sequence number and a CRC-32; the newest one counts. The seal
 * is one program unit that is programmed when the entry before it is complete: the entry counts
 * from then on. Why so: flash that was being programmed when power failed may read right today and
 * wrong tomorrow. A seal that reads as anything but erased, even a torn one, proves that its entry
 * was completed before; an entry without a seal may be a torn one that happens to read right, and
 * is passed over. If no entry at all has a seal, the newest without one counts: that happens where
 * the seal itself was torn and reads as erased again, and then the entry is complete.
 *
 * For the same reason the first entry after opening the record leaves one place free: the place
 * where a torn entry may be that reads as erased.
 *
 * Before the other sector is erased, the newest entry is complete in this one; so at every instant
 * one complete entry exists.
 *
 * Marks lie at the sector's end: a mark is one program unit, set when a part of the slot has been
 * erased (area.h). As with seals, anything but erased counts as set, so a torn mark is a true one.
 *
 * Entries are stored as the CPU holds them: no other device ever reads them.
 */
#include "device/record.h"

#include <assert.h>
#include <string.h>

#include "codec/crc32.h"
#include "device/access.h"

enum {
    PLACES_MIN = 4,  /* what one update may append between two fresh sectors */
    PLACES_MAX = 64, /* more would only make opening slower */
    MARKS_MAX = 64,  /* the same */
    MARKS_SHARE = 8  /* of a sector, at most one part in so many is for marks */
};

static const uint32_t magic = 0x31525457; /* "WTR1": the 1 is the version of this layout */

typedef struct log_entry {
    uint32_t magic;
    whittle_device_status status;
    uint32_t crc; /* of all before it */
} log_entry;

static_assert(sizeof(log_entry) == 84 && offsetof(log_entry, crc) == 80, "there is no padding");

uint32_t whittle_record_mark_count(const whittle_flash_geometry *geometry) {
    uint32_t count = geometry->erase_unit / MARKS_SHARE / geometry->program_unit;
    return count < MARKS_MAX ? count : MARKS_MAX;
}

/* Where the marks begin in a sector. */
static uint32_t entries_end(const whittle_flash_geometry *geometry) {
    return geometry->erase_unit - whittle_record_mark_count(geometry) * geometry->program_unit;
}

uint32_t whittle_record_mark_offset(const whittle_record *record) {
    return record->device->record_offset[record->sector] +
           entries_end(&record->device->flash->geometry);
}

/* An entry in whole program units. */
static uint32_t entry_size(const whittle_flash_geometry *geometry) {
    return whittle_round_up(sizeof(log_entry), geometry->program_unit);
}

static uint32_t place_count(const whittle_flash_geometry *geometry) {
    uint32_t place_size = entry_size(geometry) + geometry->program_unit;
    uint32_t count = entries_end(geometry) / place_size;
    return count < PLACES_MAX ? count : PLACES_MAX;
}

/* Where the entry of a place is in the flash; its seal follows. */
static uint32_t place_offset(const whittle_device *device, unsigned sector, unsigned place) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    return device->record_offset[sector] + place * (entry_size(geometry) + geometry->program_unit);
}

bool whittle_record_fits(const whittle_flash_geometry *geometry) {
    return place_count(geometry) >= PLACES_MIN && whittle_record_mark_count(geometry) > 0;
}

/* Reads an entry; false if there is none. The CRC-32 vouches for accidents only, so whatever is
 * used as an index or in a switch later is checked. */
static bool read_entry(const whittle_device *device, uint32_t offset, log_entry *entry) {
    const whittle_device_status *status = &entry->status;
    return whittle_flash_read(device, offset, entry, sizeof *entry) == WHITTLE_OK &&
           entry->magic == magic &&
           entry->crc == whittle_crc32(0, (const uint8_t *)entry, offsetof(log_entry, crc)) &&
           status->state >= WHITTLE_STATE_READY && status->state <= WHITTLE_STATE_TRIAL &&
           status->active < WHITTLE_SLOT_COUNT && status->incoming <= WHITTLE_INCOMING_PATCH;
}

int whittle_record_open(whittle_record *record, const whittle_device *device) {
    int error = whittle_device_check(device);
    if (error) {
        return error;
    }
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    uint32_t size = entry_size(geometry);
    unsigned count = place_count(geometry);
    uint8_t used[2] = {0, 0}; /* places of each sector up to the last that is not erased */
    unsigned rank = 0;        /* of the entry found: 1 without a seal, 2 with it */
    uint32_t highest = 0;     /* sequence number of all entries, sealed or not */
    memset(record, 0, sizeof *record);
    record->device = device;
    for (unsigned i = 0; i < 2 * count; i++) {
        uint8_t sector = i >= count;
        uint8_t place = (uint8_t)(sector ? i - count : i);
        uint32_t offset = place_offset(device, sector, place);
        log_entry entry;
        if (whittle_flash_holds(device, offset, NULL, size + geometry->program_unit)) {
            continue;
        }
        used[sector] = (uint8_t)(place + 1);
        if (!read_entry(device, offset, &entry)) {
            continue;
        }
        bool sealed = !whittle_flash_holds(device, offset + size, NULL, geometry->program_unit);
        unsigned entry_rank = 1u + sealed;
        if (entry_rank > rank ||
            (entry_rank == rank && entry.status.sequence > record->status.sequence)) {
            rank = entry_rank;
            record->status = entry.status;
            record->sector = sector;
        }
        highest = entry.status.sequence > highest ? entry.status.sequence : highest;
    }
    /* The next entry must count as newer than one that is passed over today and counts tomorrow. */
    record->status.sequence = highest;
    record->next = (uint8_t)(used[record->sector] + 1);
    return rank ? WHITTLE_OK : WHITTLE_ERROR_NO_IMAGE;
}

int whittle_set_mark(const whittle_device *device, uint32_t offset) {
    uint8_t unit[WHITTLE_PROGRAM_UNIT_MAX];
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    memset(unit, ~geometry->erased_value & 0xFF, sizeof unit);
    return whittle_flash_program(device, offset, unit, geometry->program_unit);
}

static int write_entry(whittle_record *record) {
    const whittle_device *device = record->device;
    uint32_t offset = place_offset(device, record->sector, record->next);
    uint32_t size = entry_size(&device->flash->geometry);
    struct {
        log_entry entry;
        uint8_t padding[WHITTLE_PROGRAM_UNIT_MAX];
    } padded;
    memset(&padded, device->flash->geometry.erased_value, sizeof padded);
    padded.entry.magic = magic;
    padded.entry.status = record->status;
    padded.entry.crc = whittle_crc32(0, (const uint8_t *)&padded, offsetof(log_entry, crc));
    record->next++;
    int error = whittle_flash_program(device, offset, &padded, size);
    return error ? error : whittle_set_mark(device, offset + size);
}

/* The record stays where it is unless the entry is complete in the other sector: after a failure
 * this sector, with the newest entry, must not be taken for the other one. */
static int write_to_other_sector(whittle_record *record) {
    uint8_t next = record->next;
    record->sector ^= 1u;
    record->next = 0;
    int error = whittle_flash_erase(record->device, record->device->record_offset[record->sector]);
    if (!error) {
        error = write_entry(record);
    }
    if (error) {
        record->sector ^= 1u;
        record->next = next;
    }
    return error;
}

int whittle_record_append(whittle_record *record) {
    record->status.sequence++;
    bool room = record->next < place_count(&record->device->flash->geometry);
    if (room && write_entry(record) == WHITTLE_OK) {
        return WHITTLE_OK;
    }
    return write_to_other_sector(record);
}

int whittle_record_append_fresh(whittle_record *record) {
    record->status.sequence++;
    return write_to_other_sector(record);
}

void whittle_record_settle(whittle_record *record) {
    whittle_device_status *status = &record->status;
    uint32_t counter = status->images[status->active].security_counter;
    status->state = WHITTLE_STATE_READY;
    status->starts_left = 0;
    if (status->security_counter < counter) {
        status->security_counter = counter;
    }
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
