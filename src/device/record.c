/* The boot record is a log: each change of state appends one entry, so that a change seldom costs
 * an erase. It lives in two sectors; when one is full, the other one is erased and goes on.
 *
 *     sector:  entry seal seal | entry seal seal | ... | mark mark mark ...
 *
 * An entry is the whole state with a sequence number and a CRC-32; the newest one counts. A seal is
 * one program unit. Why seals: flash that was being programmed when power failed may read right
 * today and wrong tomorrow; but once anything that was programmed later is seen, however torn, what
 * was programmed before it is complete. So
 *   - an entry counts if its first seal is anything but erased: the entry itself is complete;
 *   - it is certain to count tomorrow if its second seal is anything but erased: the first one is
 *     complete.
 * Where the newest entry is not certain, or a newer one is passed over, the boot loader writes the
 * state that counts once more, before it acts on it. An entry without a seal may be a torn one that
 * happens to read right, and is passed over. Only if no entry at all has a seal, the newest without
 * one counts: that happens where its first seal was torn and reads as erased again, and then the
 * entry is complete.
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

/* An entry and its seals. */
static uint32_t place_size(const whittle_flash_geometry *geometry) {
    return entry_size(geometry) + 2 * geometry->program_unit;
}

static uint32_t place_count(const whittle_flash_geometry *geometry) {
    uint32_t count = entries_end(geometry) / place_size(geometry);
    return count < PLACES_MAX ? count : PLACES_MAX;
}

/* Where a place is in the flash. */
static uint32_t place_offset(const whittle_device *device, unsigned sector, unsigned place) {
    return device->record_offset[sector] + place * place_size(&device->flash->geometry);
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

/* How much an entry counts, by its seals. */
enum { TORN_PERHAPS = 1, SEALED, CERTAIN };

static unsigned rank_of(const whittle_device *device, uint32_t offset) {
    uint32_t unit = device->flash->geometry.program_unit;
    uint32_t seal = offset + entry_size(&device->flash->geometry);
    if (!whittle_flash_holds(device, seal + unit, NULL, unit)) {
        return CERTAIN;
    }
    return whittle_flash_holds(device, seal, NULL, unit) ? TORN_PERHAPS : SEALED;
}

int whittle_record_open(whittle_record *record, const whittle_device *device) {
    int error = whittle_device_check(device);
    if (error) {
        return error;
    }
    unsigned count = place_count(&device->flash->geometry);
    uint8_t used[2] = {0, 0}; /* places of each sector up to the last that is not erased */
    unsigned best = 0;        /* rank of the entry that counts so far */
    uint32_t highest = 0;     /* sequence number of all entries */
    memset(record, 0, sizeof *record);
    record->device = device;
    for (unsigned i = 0; i < 2 * count; i++) {
        unsigned sector = i >= count;
        unsigned place = sector ? i - count : i;
        uint32_t offset = place_offset(device, sector, place);
        log_entry entry;
        if (whittle_flash_holds(device, offset, NULL, place_size(&device->flash->geometry))) {
            continue;
        }
        used[sector] = (uint8_t)(place + 1);
        if (!read_entry(device, offset, &entry)) {
            continue;
        }
        unsigned rank = rank_of(device, offset);
        bool counts = rank > TORN_PERHAPS ? best <= TORN_PERHAPS : best == 0;
        bool same_kind = rank > TORN_PERHAPS ? best > TORN_PERHAPS : best == TORN_PERHAPS;
        if (counts || (same_kind && entry.status.sequence > record->status.sequence)) {
            best = rank;
            record->status = entry.status;
            record->sector = (uint8_t)sector;
        }
        highest = entry.status.sequence > highest ? entry.status.sequence : highest;
    }
    record->certain = best == CERTAIN && record->status.sequence == highest;
    /* The next entry must count as newer than one that is passed over today and counts tomorrow. */
    record->status.sequence = highest;
    record->next = (uint8_t)(used[record->sector] + 1);
    return best ? WHITTLE_OK : WHITTLE_ERROR_NO_IMAGE;
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
    if (!error) {
        error = whittle_set_mark(device, offset + size);
    }
    if (!error) {
        error = whittle_set_mark(device, offset + size + device->flash->geometry.program_unit);
    }
    return error;
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
