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
 * Marks follow the entries: a mark is one program unit, set when a part of the slot has been erased
 * (area.h). As with seals, anything but erased counts as set, so a torn mark is a true one.
 */
#include "device/record.h"

#include <assert.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "device/access.h"

enum {
    ENTRY_SIZE = 84,
    ENTRY_VERSION = 1,
    IMAGE_SIZE = 12 + WHITTLE_IMAGE_DIGEST_SIZE,
    IMAGES_OFFSET = 24,
    CRC_OFFSET = ENTRY_SIZE - 4,
    PLACES_MIN = 4,  /* what one update may append between two fresh sectors */
    PLACES_MAX = 64, /* more would only make opening slower */
    MARKS_MAX = 64,  /* the same */
    MARKS_SHARE = 8  /* of a sector, at most one part in so many is for marks */
};

static_assert(IMAGES_OFFSET + WHITTLE_SLOT_COUNT * IMAGE_SIZE == CRC_OFFSET, "as laid out");

static const uint8_t magic[2] = {'W', 'R'};

uint32_t whittle_record_mark_count(const whittle_flash_geometry *geometry) {
    uint32_t count = geometry->erase_unit / MARKS_SHARE / geometry->program_unit;
    return count < MARKS_MAX ? count : MARKS_MAX;
}

/* An entry in whole program units. */
static uint32_t padded_entry_size(const whittle_flash_geometry *geometry) {
    return whittle_round_up(ENTRY_SIZE, geometry->program_unit);
}

/* From one entry to the next: the entry and its seal. */
static uint32_t place_size(const whittle_flash_geometry *geometry) {
    return padded_entry_size(geometry) + geometry->program_unit;
}

static uint8_t place_count(const whittle_flash_geometry *geometry) {
    uint32_t marks = whittle_record_mark_count(geometry) * geometry->program_unit;
    uint32_t count = (geometry->erase_unit - marks) / place_size(geometry);
    return (uint8_t)(count < PLACES_MAX ? count : PLACES_MAX);
}

bool whittle_record_fits(const whittle_flash_geometry *geometry) {
    return place_count(geometry) >= PLACES_MIN && whittle_record_mark_count(geometry) > 0;
}

static uint32_t place_offset(const whittle_device *device, uint8_t sector, uint8_t place) {
    return device->record_offset[sector] + place * place_size(&device->flash->geometry);
}

static void store_image(uint8_t *data, const whittle_slot_image *image) {
    store_le32(data, image->size);
    store_le32(data + 4, image->patch_size);
    store_le32(data + 8, image->security_counter);
    memcpy(data + 12, image->digest, sizeof image->digest);
}

static void load_image(const uint8_t *data, whittle_slot_image *image) {
    image->size = load_le32(data);
    image->patch_size = load_le32(data + 4);
    image->security_counter = load_le32(data + 8);
    memcpy(image->digest, data + 12, sizeof image->digest);
}

static void store_entry(uint8_t entry[ENTRY_SIZE], const whittle_device_status *status) {
    memcpy(entry, magic, sizeof magic);
    entry[2] = ENTRY_VERSION;
    entry[3] = (uint8_t)status->state;
    store_le32(entry + 4, status->sequence);
    entry[8] = status->active;
    entry[9] = (uint8_t)status->incoming;
    entry[10] = status->starts_left;
    entry[11] = 0;
    store_le32(entry + 12, (uint32_t)status->last_error);
    store_le32(entry + 16, status->incoming_size);
    store_le32(entry + 20, status->security_counter);
    for (unsigned i = 0; i < WHITTLE_SLOT_COUNT; i++) {
        store_image(entry + IMAGES_OFFSET + i * IMAGE_SIZE, &status->images[i]);
    }
    store_le32(entry + CRC_OFFSET, whittle_crc32(0, entry, CRC_OFFSET));
}

/* Reads an entry; false if there is none. The CRC-32 vouches for accidents only, so whatever is
 * used as an index or an enum later is checked. */
static bool load_entry(const uint8_t entry[ENTRY_SIZE], whittle_device_status *status) {
    if (memcmp(entry, magic, sizeof magic) != 0 || entry[2] != ENTRY_VERSION ||
        load_le32(entry + CRC_OFFSET) != whittle_crc32(0, entry, CRC_OFFSET) ||
        entry[3] < WHITTLE_STATE_READY || entry[3] > WHITTLE_STATE_TRIAL ||
        entry[8] >= WHITTLE_SLOT_COUNT || entry[9] > WHITTLE_INCOMING_PATCH) {
        return false;
    }
    status->state = (whittle_device_state)entry[3];
    status->sequence = load_le32(entry + 4);
    status->active = entry[8];
    status->incoming = (whittle_incoming)entry[9];
    status->starts_left = entry[10];
    status->last_error = sign_extend(load_le32(entry + 12), 32);
    status->incoming_size = load_le32(entry + 16);
    status->security_counter = load_le32(entry + 20);
    for (unsigned i = 0; i < WHITTLE_SLOT_COUNT; i++) {
        load_image(entry + IMAGES_OFFSET + i * IMAGE_SIZE, &status->images[i]);
    }
    return true;
}

/* What opening the record has found so far. */
typedef struct record_search {
    bool found;
    bool sealed;
    uint32_t highest_sequence; /* of all entries, sealed or not */
} record_search;

/* Looks at one place; returns true if anything at all is there. */
static bool visit_place(whittle_record *record, record_search *search, uint8_t sector,
                        uint8_t place) {
    const whittle_device *device = record->device;
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    uint32_t offset = place_offset(device, sector, place);
    if (whittle_flash_is_erased(device, offset, place_size(geometry))) {
        return false;
    }
    uint8_t entry[ENTRY_SIZE];
    whittle_device_status status;
    if (whittle_flash_read(device, offset, entry, sizeof entry) || !load_entry(entry, &status)) {
        return true;
    }
    bool sealed = !whittle_flash_is_erased(device, offset + padded_entry_size(geometry),
                                           geometry->program_unit);
    if (status.sequence > search->highest_sequence) {
        search->highest_sequence = status.sequence;
    }
    bool newer = status.sequence > record->status.sequence;
    if (!search->found || sealed > search->sealed || (sealed == search->sealed && newer)) {
        search->found = true;
        search->sealed = sealed;
        record->status = status;
        record->sector = sector;
    }
    return true;
}

int whittle_record_open(whittle_record *record, const whittle_device *device) {
    record_search search = {false, false, 0};
    uint8_t used[2] = {0, 0}; /* places of each sector up to the last that is not erased */
    uint8_t count = place_count(&device->flash->geometry);
    memset(record, 0, sizeof *record);
    record->device = device;
    for (uint8_t sector = 0; sector < 2; sector++) {
        for (uint8_t place = 0; place < count; place++) {
            if (visit_place(record, &search, sector, place)) {
                used[sector] = (uint8_t)(place + 1);
            }
        }
    }
    /* The next entry must count as newer than one that is passed over today and counts tomorrow. */
    record->status.sequence = search.highest_sequence;
    record->next = (uint8_t)(used[record->sector] + 1);
    return search.found ? WHITTLE_OK : WHITTLE_ERROR_NO_IMAGE;
}

static int program_unit(const whittle_device *device, uint32_t offset) {
    uint8_t unit[WHITTLE_PROGRAM_UNIT_MAX];
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    memset(unit, ~geometry->erased_value & 0xFF, sizeof unit);
    return whittle_flash_program(device, offset, unit, geometry->program_unit);
}

static int write_entry(whittle_record *record, uint8_t sector, uint8_t place) {
    const whittle_device *device = record->device;
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    uint32_t offset = place_offset(device, sector, place);
    uint32_t size = padded_entry_size(geometry);
    uint8_t entry[ENTRY_SIZE + WHITTLE_PROGRAM_UNIT_MAX];
    memset(entry, geometry->erased_value, sizeof entry);
    store_entry(entry, &record->status);
    int error = whittle_flash_program(device, offset, entry, size);
    if (!error) {
        error = program_unit(device, offset + size);
    }
    if (!error) {
        record->sector = sector;
        record->next = (uint8_t)(place + 1);
    }
    return error;
}

static int write_entry_in_other_sector(whittle_record *record) {
    uint8_t other = record->sector ^ 1u;
    int error = whittle_flash_erase(record->device, record->device->record_offset[other]);
    return error ? error : write_entry(record, other, 0);
}

int whittle_record_append(whittle_record *record) {
    record->status.sequence++;
    if (record->next < place_count(&record->device->flash->geometry) &&
        write_entry(record, record->sector, record->next) == WHITTLE_OK) {
        return WHITTLE_OK;
    }
    return write_entry_in_other_sector(record);
}

int whittle_record_append_fresh(whittle_record *record) {
    record->status.sequence++;
    return write_entry_in_other_sector(record);
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

void whittle_record_give_up(whittle_record *record, int error) {
    whittle_device_status *status = &record->status;
    status->state = WHITTLE_STATE_READY;
    status->incoming = WHITTLE_INCOMING_NONE;
    status->incoming_size = 0;
    status->last_error = error;
    status->images[status->active ^ 1u].size = 0;
}

static uint32_t mark_offset(const whittle_device *device, uint8_t sector, uint32_t mark) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    return place_offset(device, sector, place_count(geometry)) + mark * geometry->program_unit;
}

uint32_t whittle_record_marks_set(const whittle_device *device, uint8_t sector) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    uint32_t mark = whittle_record_mark_count(geometry);
    while (mark > 0 && whittle_flash_is_erased(device, mark_offset(device, sector, mark - 1),
                                               geometry->program_unit)) {
        mark--;
    }
    return mark;
}

int whittle_record_set_mark(const whittle_device *device, uint8_t sector, uint32_t mark) {
    return program_unit(device, mark_offset(device, sector, mark));
}
