/* The patch header: fields in order, each checked as it is read. docs/FORMAT.md is the reference.
 *
 * Numbers are LEB128: seven bits a byte, least significant first, at most five bytes, and minimal,
 * so that one header has one encoding. Flags say which optional fields follow.
 */
#include "whittle/patch.h"

#include <stdbool.h>
#include <string.h>

#include "codec/address_map.h"
#include "codec/bytes.h"
#include "whittle/error.h"

static const uint8_t magic[4] = {'W', 'H', 'T', 'L'};
static const uint8_t legacy_magic[8] = {'B', 'S', 'D', 'I', 'F', 'F', '4', '0'};

/* Room for any header that can be written, before its length is checked. */
enum { WRITE_ROOM = WHITTLE_HEADER_MAX + 2 * WHITTLE_REGION_MAX * 15 };

enum { CRC_SIZE = 4, FIXED_SIZE = 6, SIGNATURE_BLOCK_SIZE = 72 };

/* A cursor over the bytes of a header. The first error stays. */
typedef struct cursor {
    const uint8_t *data;
    size_t size;
    size_t position;
    int error;
} cursor;

static uint8_t read_byte(cursor *in) {
    if (in->error) {
        return 0;
    }
    if (in->position == in->size) {
        in->error = WHITTLE_ERROR_INCOMPLETE;
        return 0;
    }
    return in->data[in->position++];
}

static uint32_t read_number(cursor *in) {
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = read_byte(in);
        uint32_t part = byte & 0x7Fu;
        if ((shift == 28 && part > 15) || (shift > 0 && byte == 0)) {
            break; /* beyond 32 bits, or not minimal */
        }
        value |= part << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    if (!in->error) {
        in->error = WHITTLE_ERROR_CORRUPT;
    }
    return 0;
}

static void read_bytes(cursor *in, uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        data[i] = read_byte(in);
    }
}

static uint32_t read_difference(cursor *in) {
    uint32_t zigzag = read_number(in);
    return zigzag >> 1 ^ (0u - (zigzag & 1));
}

/* A region is told by how far it lies behind the one before, and by how its size and address differ
 * from the like: the source's regions from nothing, the target's from the source's, which they
 * mostly equal. */
static void read_regions(cursor *in, const whittle_header *header, whittle_region *regions) {
    static const whittle_region nothing = {0, 0, 0};
    unsigned source_count = header->source_region_count;
    unsigned count = source_count + header->target_region_count;
    uint32_t end = 0;
    for (unsigned i = 0; i < count; i++) {
        bool in_target = i >= source_count;
        const whittle_region *like =
            in_target && i < 2 * source_count ? &regions[i - source_count] : &nothing;
        end = i == source_count ? 0 : end;
        regions[i].offset = end + read_number(in);
        regions[i].size = like->size + read_difference(in);
        regions[i].address = like->address + read_difference(in);
        end = regions[i].offset + regions[i].size;
    }
}

/* Regions lie inside their image, in ascending order, without overlap. */
static bool regions_are_valid(const whittle_region *regions, unsigned count, uint32_t image_size) {
    uint32_t end = 0;
    for (unsigned i = 0; i < count; i++) {
        const whittle_region *region = &regions[i];
        if (region->offset < end || region->offset > image_size || region->size == 0 ||
            region->size > image_size - region->offset ||
            region->address > UINT32_MAX - region->size) {
            return false;
        }
        end = region->offset + region->size;
    }
    return true;
}

static void read_prediction_fields(cursor *in, whittle_header *header) {
    header->isa = read_byte(in);
    uint8_t counts = read_byte(in);
    header->source_region_count = counts & 15u;
    header->target_region_count = (uint8_t)(counts >> 4);
    header->region_offset = (uint16_t)in->position;
    if (!in->error && header->isa >= WHITTLE_ISA_COUNT) {
        in->error = WHITTLE_ERROR_ISA;
    }
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    read_regions(in, header, regions);
    if (!in->error &&
        (!regions_are_valid(regions, header->source_region_count, header->source_size) ||
         !regions_are_valid(regions + header->source_region_count, header->target_region_count,
                            header->target_size))) {
        in->error = WHITTLE_ERROR_CORRUPT;
    }
}

/* All contexts are used where the flag is absent; so there is one way to say so. */
static void read_contexts(cursor *in, whittle_header *header) {
    header->contexts = read_byte(in);
    if (!in->error && (header->contexts == 0 || header->contexts >= WHITTLE_CONTEXT_MAX)) {
        in->error = WHITTLE_ERROR_CORRUPT;
    }
}

static void read_firmware_version(cursor *in, whittle_header *header) {
    uint8_t size = read_byte(in);
    if (!in->error && (size == 0 || size > WHITTLE_FIRMWARE_VERSION_MAX)) {
        in->error = WHITTLE_ERROR_CORRUPT;
        return;
    }
    for (uint8_t i = 0; i < size; i++) {
        uint8_t character = read_byte(in);
        if (!in->error && (character < 0x20 || character > 0x7E)) {
            in->error = WHITTLE_ERROR_CORRUPT;
            return;
        }
        header->firmware_version[i] = (char)character;
    }
    header->firmware_version_size = size;
}

static void read_optional_fields(cursor *in, whittle_header *header) {
    if (header->flags & WHITTLE_FLAG_SOURCE) {
        header->source_size = read_number(in);
        read_bytes(in, header->source_digest, sizeof header->source_digest);
    }
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        read_prediction_fields(in, header);
    }
    if (header->flags & WHITTLE_FLAG_CONTEXTS) {
        read_contexts(in, header);
    }
    if (header->flags & WHITTLE_FLAG_COUNTER) {
        header->security_counter = read_number(in);
    }
    if (header->flags & WHITTLE_FLAG_HARDWARE) {
        header->hardware = read_number(in);
    }
    if (header->flags & WHITTLE_FLAG_VERSION) {
        read_firmware_version(in, header);
    }
}

static bool ram_is_valid(uint32_t ram) {
    return ram >= WHITTLE_RAM_MIN && ram <= WHITTLE_RAM_MAX && ram % WHITTLE_RAM_UNIT == 0;
}

/* The map fits the RAM, and has no more entries than the target has places for them: building it is
 * the one work of a decoder that its size alone decides. */
static bool map_is_valid(const whittle_header *header) {
    return header->map_entries <= header->ram / sizeof(whittle_map_entry) &&
           header->map_entries <= WHITTLE_MAP_ENTRY_MAX &&
           header->map_entries <= header->target_size;
}

/* What the fields say together. */
static int check_header(const whittle_header *header) {
    uint32_t rest = UINT32_MAX - header->header_size - CRC_SIZE - SIGNATURE_BLOCK_SIZE;
    bool valid = header->payload_size <= rest && header->source_size <= WHITTLE_IMAGE_MAX &&
                 header->target_size <= WHITTLE_IMAGE_MAX && ram_is_valid(header->ram) &&
                 map_is_valid(header);
    return valid ? WHITTLE_OK : WHITTLE_ERROR_CORRUPT;
}

static void compute_total_size(whittle_header *header) {
    header->total_size = header->header_size + header->payload_size + CRC_SIZE +
                         (header->flags & WHITTLE_FLAG_SIGNED ? SIGNATURE_BLOCK_SIZE : 0u);
}

/* The magic, the version and the flags: what decides whether to read on at all. */
static int check_start(const uint8_t *data, size_t size) {
    if (size == 0) {
        return WHITTLE_ERROR_INCOMPLETE; /* data may be NULL, which memcmp must not see */
    }
    size_t there = size < sizeof magic ? size : sizeof magic;
    if (memcmp(data, magic, there) != 0) {
        there = size < sizeof legacy_magic ? size : sizeof legacy_magic;
        if (memcmp(data, legacy_magic, there) != 0) {
            return WHITTLE_ERROR_NOT_A_PATCH;
        }
        return there == sizeof legacy_magic ? WHITTLE_ERROR_LEGACY : WHITTLE_ERROR_INCOMPLETE;
    }
    if (size < FIXED_SIZE) {
        return WHITTLE_ERROR_INCOMPLETE;
    }
    if (data[4] != WHITTLE_FORMAT_VERSION) {
        return WHITTLE_ERROR_VERSION;
    }
    return (data[5] & ~WHITTLE_FLAG_KNOWN) ? WHITTLE_ERROR_FEATURE : WHITTLE_OK;
}

int whittle_header_read(const uint8_t *data, size_t size, whittle_header *header) {
    int error = check_start(data, size);
    if (error) {
        return error;
    }
    cursor in = {.data = data, .size = size, .position = FIXED_SIZE};
    whittle_header read;
    memset(&read, 0, sizeof read);
    read.version = data[4];
    read.flags = data[5];
    read.payload_size = read_number(&in);
    read.target_size = read_number(&in);
    uint32_t ram_units = read_number(&in);
    read.ram = ram_units <= WHITTLE_RAM_MAX / WHITTLE_RAM_UNIT ? ram_units * WHITTLE_RAM_UNIT : 0;
    read.map_entries = read_number(&in);
    read.contexts = WHITTLE_CONTEXT_MAX;
    read_bytes(&in, read.target_digest, sizeof read.target_digest);
    read_optional_fields(&in, &read);
    if (in.error) {
        bool too_long = in.error == WHITTLE_ERROR_INCOMPLETE && size >= WHITTLE_HEADER_MAX;
        return too_long ? WHITTLE_ERROR_CORRUPT : in.error;
    }
    if (in.position > WHITTLE_HEADER_MAX) {
        return WHITTLE_ERROR_CORRUPT;
    }
    read.header_size = (uint32_t)in.position;
    error = check_header(&read);
    if (error) {
        return error;
    }
    compute_total_size(&read);
    *header = read;
    return WHITTLE_OK;
}

void whittle_header_regions(const uint8_t *data, const whittle_header *header,
                            whittle_region *regions) {
    cursor in = {.data = data, .size = header->header_size, .position = header->region_offset};
    read_regions(&in, header, regions);
}

static void write_number(uint8_t *data, size_t *position, uint32_t value) {
    while (value >= 0x80) {
        data[(*position)++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    data[(*position)++] = (uint8_t)value;
}

static void write_bytes(uint8_t *data, size_t *position, const void *bytes, size_t size) {
    memcpy(data + *position, bytes, size);
    *position += size;
}

static void write_difference(uint8_t *data, size_t *position, uint32_t value, uint32_t like) {
    uint32_t difference = value - like;
    write_number(data, position, difference << 1 ^ (0u - (difference >> 31)));
}

static void write_prediction_fields(whittle_header *header, const whittle_region *regions,
                                    uint8_t *data, size_t *position) {
    static const whittle_region nothing = {0, 0, 0};
    unsigned source_count = header->source_region_count;
    unsigned count = source_count + header->target_region_count;
    data[(*position)++] = header->isa;
    data[(*position)++] = (uint8_t)(header->source_region_count | header->target_region_count << 4);
    header->region_offset = (uint16_t)*position;
    uint32_t end = 0;
    for (unsigned i = 0; i < count; i++) {
        bool in_target = i >= source_count;
        const whittle_region *like =
            in_target && i < 2 * source_count ? &regions[i - source_count] : &nothing;
        end = i == source_count ? 0 : end;
        write_number(data, position, regions[i].offset - end);
        write_difference(data, position, regions[i].size, like->size);
        write_difference(data, position, regions[i].address, like->address);
        end = regions[i].offset + regions[i].size;
    }
}

int whittle_header_write(whittle_header *header, const whittle_region *regions,
                         uint8_t bytes[WHITTLE_HEADER_MAX]) {
    uint8_t data[WRITE_ROOM];
    if (header->source_region_count >= WHITTLE_REGION_MAX ||
        header->target_region_count >= WHITTLE_REGION_MAX || !ram_is_valid(header->ram) ||
        header->firmware_version_size > WHITTLE_FIRMWARE_VERSION_MAX ||
        header->flags & ~WHITTLE_FLAG_KNOWN) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    size_t position = sizeof magic;
    memcpy(data, magic, sizeof magic);
    header->version = WHITTLE_FORMAT_VERSION;
    data[position++] = header->version;
    data[position++] = header->flags;
    write_number(data, &position, header->payload_size);
    write_number(data, &position, header->target_size);
    write_number(data, &position, header->ram / WHITTLE_RAM_UNIT);
    write_number(data, &position, header->map_entries);
    write_bytes(data, &position, header->target_digest, sizeof header->target_digest);
    if (header->flags & WHITTLE_FLAG_SOURCE) {
        write_number(data, &position, header->source_size);
        write_bytes(data, &position, header->source_digest, sizeof header->source_digest);
    }
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        write_prediction_fields(header, regions, data, &position);
    }
    if (header->flags & WHITTLE_FLAG_CONTEXTS) {
        data[position++] = header->contexts;
    } else {
        header->contexts = WHITTLE_CONTEXT_MAX;
    }
    if (header->flags & WHITTLE_FLAG_COUNTER) {
        write_number(data, &position, header->security_counter);
    }
    if (header->flags & WHITTLE_FLAG_HARDWARE) {
        write_number(data, &position, header->hardware);
    }
    if (header->flags & WHITTLE_FLAG_VERSION) {
        data[position++] = header->firmware_version_size;
        write_bytes(data, &position, header->firmware_version, header->firmware_version_size);
    }
    whittle_header check;
    if (whittle_header_read(data, position, &check)) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    header->header_size = check.header_size;
    header->total_size = check.total_size;
    memcpy(bytes, data, position);
    return WHITTLE_OK;
}
