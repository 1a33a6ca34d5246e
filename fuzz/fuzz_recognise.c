/* Recognising what an image holds: segments of Espressif's images, load addresses. The input is a
 * count of regions that someone gives, these, and the image. */
#include "encoder/recognise.h"
#include "fuzz/support/fuzz.h"
#include "whittle/error.h"

enum { REGIONS_MAX = LAYOUT_REGION_MAX + 2 };

static void require_in_bounds(const layout *found, size_t size) {
    size_t end = 0;
    FUZZ_REQUIRE(found->count <= LAYOUT_REGION_MAX);
    for (unsigned i = 0; i < found->count; i++) {
        const whittle_region *region = &found->regions[i];
        FUZZ_REQUIRE(region->size > 0 && region->offset >= end && region->offset <= size);
        FUZZ_REQUIRE(region->size <= size - region->offset);
        FUZZ_REQUIRE(region->address <= UINT32_MAX - region->size);
        end = region->offset + region->size;
    }
}

static void give_regions(fuzz_input *input, unsigned count, size_t size) {
    whittle_region regions[REGIONS_MAX];
    layout found;
    for (unsigned i = 0; i < count; i++) {
        regions[i].offset = fuzz_number32(input);
        regions[i].size = fuzz_number32(input);
        regions[i].address = fuzz_number32(input);
    }
    if (layout_given(&found, regions, count, size)) {
        require_in_bounds(&found, size);
        FUZZ_REQUIRE(found.count == count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    give_regions(&input, fuzz_byte(&input) % REGIONS_MAX, size);
    image bytes = fuzz_rest(&input);
    layout found;
    if (layout_esp(&found, bytes.data, bytes.size)) {
        require_in_bounds(&found, bytes.size);
    }
    for (unsigned big_endian = 0; big_endian < 2; big_endian++) {
        bool stands_out;
        uint32_t base;
        FUZZ_REQUIRE(find_load_address(bytes.data, bytes.size, big_endian, &stands_out, &base) ==
                     WHITTLE_OK);
        if (stands_out) {
            layout_raw(&found, bytes.size, base);
            require_in_bounds(&found, bytes.size);
        }
    }
    image_free(&bytes);
    return 0;
}
