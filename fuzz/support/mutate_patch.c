/* The mutator of patches. It decodes nothing: it reads the header, changes one thing, and writes
 * header and checksum anew with the project's own functions, so that what comes out is refused
 * late or not at all. Fields stay small: a large image would only take time. */
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "fuzz/support/fuzz.h"
#include "whittle/patch.h"
#include "whittle/signature.h"

enum { CRC_SIZE = 4, TARGET_MAX = 1536 };

/* A patch, and the old image behind it. The pointers lead into one copy of the input, which has
 * room for either part to grow. */
typedef struct patch_parts {
    whittle_header header;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    image payload;
    image old_image;
    uint8_t signature[WHITTLE_SIGNATURE_BLOCK_SIZE];
} patch_parts;

size_t fuzz_patch_size(const fuzz_input *input) {
    whittle_header header;
    bool whole = whittle_header_read(input->data, input->size, &header) == 0 &&
                 header.total_size <= input->size;
    return whole ? header.total_size : input->size;
}

static image copy_with_room(const uint8_t *data, size_t size, size_t room) {
    image copy = image_of_value(0, size < room ? room : size);
    memcpy(copy.data, data, size);
    copy.size = size;
    return copy;
}

static bool take_apart(const uint8_t *data, size_t size, size_t room, patch_parts *parts) {
    memset(parts, 0, sizeof *parts);
    whittle_header *header = &parts->header;
    if (whittle_header_read(data, size, header) || header->total_size > size) {
        return false;
    }
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        whittle_header_regions(data, header, parts->regions);
    }
    if (header->flags & WHITTLE_FLAG_SIGNED) {
        memcpy(parts->signature, data + header->header_size + header->payload_size,
               sizeof parts->signature);
    }
    parts->payload = copy_with_room(data + header->header_size, header->payload_size, room);
    parts->old_image = copy_with_room(data + header->total_size, size - header->total_size, room);
    return true;
}

/* Writes the patch and the old image; returns their size, or 0 where the header contradicts itself
 * or there is no room. */
static size_t put_together(patch_parts *parts, uint8_t *data, size_t room) {
    uint8_t bytes[WHITTLE_HEADER_MAX];
    whittle_header *header = &parts->header;
    header->payload_size = (uint32_t)parts->payload.size;
    if (whittle_header_write(header, parts->regions, bytes) || header->total_size > room ||
        parts->old_image.size > room - header->total_size) {
        return 0;
    }
    uint8_t *next = data;
    memcpy(next, bytes, header->header_size);
    next += header->header_size;
    memcpy(next, parts->payload.data, parts->payload.size);
    next += parts->payload.size;
    if (header->flags & WHITTLE_FLAG_SIGNED) {
        memcpy(next, parts->signature, sizeof parts->signature);
        next += sizeof parts->signature;
    }
    store_le32(next, whittle_crc32(0, data, header->total_size - CRC_SIZE));
    memcpy(next + CRC_SIZE, parts->old_image.data, parts->old_image.size);
    return header->total_size + parts->old_image.size;
}

/* Any one region moves a little, or anywhere. */
static void mutate_region(generator *random, patch_parts *parts) {
    unsigned count = parts->header.source_region_count + parts->header.target_region_count;
    whittle_region *region = &parts->regions[generate_below(random, count)];
    uint32_t change = generate_magnitude(random) % TARGET_MAX;
    switch (generate_below(random, 4)) {
    case 0:
        region->offset = change;
        break;
    case 1:
        region->size = change;
        break;
    case 2:
        region->address = generate_magnitude(random);
        break;
    default:
        region->address += change - TARGET_MAX / 2;
        break;
    }
}

/* Regions as the project's own images have them: one over each image. */
static void make_regions(generator *random, patch_parts *parts) {
    whittle_header *header = &parts->header;
    uint32_t address = generate_magnitude(random) & 0xFFFFFF00u;
    header->flags ^= WHITTLE_FLAG_REGIONS;
    header->isa = (uint8_t)generate_below(random, WHITTLE_ISA_COUNT);
    header->source_region_count = header->source_size > 0;
    header->target_region_count = header->target_size > 0;
    parts->regions[0] = (whittle_region){0, header->source_size, address};
    parts->regions[header->source_region_count] = (whittle_region){0, header->target_size, address};
}

static void mutate_header(generator *random, patch_parts *parts) {
    whittle_header *header = &parts->header;
    uint32_t number = generate_magnitude(random);
    switch (generate_below(random, 9)) {
    case 0:
        header->target_size = number % TARGET_MAX;
        break;
    case 1:
        header->ram = WHITTLE_RAM_MIN + WHITTLE_RAM_UNIT * (number % 500);
        break;
    case 2:
        header->map_entries = number % 1000;
        break;
    case 3:
        header->isa = (uint8_t)(number % WHITTLE_ISA_COUNT);
        break;
    case 4:
        header->source_size = number % TARGET_MAX;
        break;
    case 5:
        header->flags ^= (uint8_t)(1u << number % 6);
        break;
    case 6:
        header->security_counter = number;
        header->hardware = generate_magnitude(random);
        break;
    case 7:
        mutate_region(random, parts);
        break;
    default:
        make_regions(random, parts);
        break;
    }
}

static void mutate_parts(generator *random, patch_parts *parts, size_t room) {
    switch (generate_below(random, 8)) {
    case 0:
    case 1:
        mutate_header(random, parts);
        break;
    case 2:
    case 3:
        parts->old_image.size =
            LLVMFuzzerMutate(parts->old_image.data, parts->old_image.size, room);
        if (generate_below(random, 4)) {
            parts->header.source_size = (uint32_t)parts->old_image.size;
        }
        break;
    default:
        parts->payload.size = LLVMFuzzerMutate(parts->payload.data, parts->payload.size, room);
        break;
    }
}

size_t fuzz_mutate_patch(uint8_t *data, size_t size, size_t room, unsigned seed) {
    generator random = generator_start(seed);
    patch_parts parts;
    size_t made = 0;
    if (generate_below(&random, 16) > 0 && take_apart(data, size, room, &parts)) {
        mutate_parts(&random, &parts, room);
        made = put_together(&parts, data, room);
        image_free(&parts.payload);
        image_free(&parts.old_image);
    }
    return made ? made : LLVMFuzzerMutate(data, size, room);
}

size_t fuzz_mutate_behind(uint8_t *data, size_t size, size_t room, unsigned seed, size_t first_size,
                          fuzz_mutator mutate_rest) {
    if (first_size >= size) {
        return LLVMFuzzerMutate(data, size, room);
    }
    if (seed % 2 == 0) {
        (void)LLVMFuzzerMutate(data, first_size, first_size); /* a shorter one leaves a rest */
        return size;
    }
    return first_size +
           mutate_rest(data + first_size, size - first_size, room - first_size, seed / 2);
}
