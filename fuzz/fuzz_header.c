/* The reader of the container's header, and with it the writer: what is read is within bounds, is
 * written back as the very same bytes, and no shorter beginning is taken for a whole header. */
#include <string.h>

#include "codec/address_map.h"
#include "fuzz/support/fuzz.h"
#include "whittle/encoder.h"
#include "whittle/patch.h"

static void require_regions_in_bounds(const whittle_region *regions, unsigned count,
                                      uint32_t image_size) {
    uint32_t end = 0;
    for (unsigned i = 0; i < count; i++) {
        FUZZ_REQUIRE(regions[i].offset >= end && regions[i].offset <= image_size);
        FUZZ_REQUIRE(regions[i].size > 0 && regions[i].size <= image_size - regions[i].offset);
        FUZZ_REQUIRE(regions[i].address <= UINT32_MAX - regions[i].size);
        end = regions[i].offset + regions[i].size;
    }
}

static void require_in_bounds(const whittle_header *header) {
    FUZZ_REQUIRE(header->header_size <= WHITTLE_HEADER_MAX);
    FUZZ_REQUIRE(header->total_size > header->payload_size);
    FUZZ_REQUIRE(header->source_size <= WHITTLE_IMAGE_MAX);
    FUZZ_REQUIRE(header->target_size <= WHITTLE_IMAGE_MAX);
    FUZZ_REQUIRE(header->ram >= WHITTLE_RAM_MIN && header->ram <= WHITTLE_RAM_MAX);
    FUZZ_REQUIRE(header->map_entries * sizeof(whittle_map_entry) <= header->ram);
    FUZZ_REQUIRE(header->isa < WHITTLE_ISA_COUNT);
    FUZZ_REQUIRE(strlen(header->firmware_version) == header->firmware_version_size);
    (void)whittle_decode_cost(header);
}

static void require_written_back(const whittle_header *header, const image *bytes) {
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    uint8_t written[WHITTLE_HEADER_MAX];
    whittle_header again = *header;
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        whittle_header_regions(bytes->data, header, regions);
        require_regions_in_bounds(regions, header->source_region_count, header->source_size);
        require_regions_in_bounds(regions + header->source_region_count,
                                  header->target_region_count, header->target_size);
    }
    FUZZ_REQUIRE(whittle_header_write(&again, regions, written) == WHITTLE_OK);
    FUZZ_REQUIRE(again.header_size == header->header_size);
    FUZZ_REQUIRE(again.total_size == header->total_size);
    FUZZ_REQUIRE(memcmp(written, bytes->data, header->header_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    image bytes = fuzz_rest(&input);
    whittle_header header;
    int error = whittle_header_read(bytes.data, bytes.size, &header);
    if (!error) {
        require_in_bounds(&header);
        require_written_back(&header, &bytes);
    }
    size_t needed = error ? bytes.size : header.header_size;
    for (size_t there = 0; there < needed; there++) {
        whittle_header unused;
        int early = whittle_header_read(bytes.data, there, &unused);
        FUZZ_REQUIRE(early == WHITTLE_ERROR_INCOMPLETE || (early != WHITTLE_OK && early == error));
    }
    image_free(&bytes);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    return fuzz_mutate_patch(data, size, room, seed);
}
