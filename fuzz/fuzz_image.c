/* The readers of image files: ELF, Intel HEX, UF2. The input is a file. What is read lies within
 * bounds, whatever the file says; checksums of Intel HEX records are made right after a mutation.
 */
#include <string.h>

#include "codec/bytes.h"
#include "fuzz/support/fuzz.h"
#include "whittle/image.h"

enum { UF2_FAMILY_OFFSET = 28, UF2_BLOCK = 512 };

static void require_in_bounds(const whittle_image *read) {
    uint64_t end = 0;
    FUZZ_REQUIRE(read->data && read->size <= WHITTLE_IMAGE_MAX);
    FUZZ_REQUIRE(read->form < WHITTLE_IMAGE_FORM_COUNT);
    FUZZ_REQUIRE(read->isa < WHITTLE_ISA_COUNT || read->isa == WHITTLE_ISA_AUTO);
    FUZZ_REQUIRE(read->region_count <= WHITTLE_IMAGE_REGION_MAX);
    for (unsigned i = 0; i < read->region_count; i++) {
        const whittle_region *region = &read->regions[i];
        FUZZ_REQUIRE(region->size > 0 && region->offset >= end);
        end = (uint64_t)region->offset + region->size;
        FUZZ_REQUIRE(end <= read->size);
    }
}

static void read_as(const image *file, const whittle_image_choice *choice) {
    whittle_image read;
    int error = whittle_image_read(file->data, file->size, choice, &read);
    if (!error) {
        require_in_bounds(&read);
        whittle_image_free(&read);
    }
    FUZZ_REQUIRE(!read.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    image file = fuzz_rest(&input);
    read_as(&file, NULL);
    if (file.size >= UF2_BLOCK) {
        const whittle_image_choice family = {
            .family_given = true, .uf2_family = load_le32(file.data + UF2_FAMILY_OFFSET)};
        read_as(&file, &family);
    }
    image_free(&file);
    return 0;
}

static int digit(uint8_t character) {
    static const char digits[] = "0123456789ABCDEF";
    const char *found = character ? strchr(digits, character) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Makes the last byte of a record right, which has the digits from data on. */
static void sum_record(uint8_t *data, size_t size) {
    static const char digits[] = "0123456789ABCDEF";
    unsigned sum = 0;
    for (size_t i = 0; i + 4 <= size; i += 2) {
        sum += (unsigned)(digit(data[i]) * 16 + digit(data[i + 1]));
    }
    if (size >= 4) {
        data[size - 2] = (uint8_t)digits[(0 - sum) >> 4 & 15];
        data[size - 1] = (uint8_t)digits[(0 - sum) & 15];
    }
}

static void sum_records(uint8_t *data, size_t size) {
    for (size_t at = 0; at < size; at++) {
        size_t digits = 0;
        while (data[at] == ':' && at + 1 + digits < size && digit(data[at + 1 + digits]) >= 0) {
            digits++;
        }
        sum_record(data + at + 1, digits / 2 * 2);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, room);
    if (size > 0 && data[0] == ':' && seed % 8) {
        sum_records(data, size);
    }
    return size;
}
