/* Reading the patch header: byte layouts as they are specified, and every rule broken once. */
#include "whittle/patch.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

/* Bytes of a header, put together by hand. */
typedef struct draft {
    uint8_t data[1024];
    size_t size;
} draft;

enum { MAP_ENTRIES_MAX = 16384, DIGEST_BYTE = 0xD1, SOURCE_DIGEST_BYTE = 0x5D };

static void put(draft *to, unsigned byte) {
    to->data[to->size++] = (uint8_t)byte;
}

static void put_number(draft *to, uint32_t value) {
    for (; value >= 0x80; value >>= 7) {
        put(to, (value & 0x7F) | 0x80);
    }
    put(to, value);
}

static void put_repeated(draft *to, unsigned byte, size_t count) {
    for (size_t i = 0; i < count; i++) {
        put(to, byte);
    }
}

static void put_start(draft *to, unsigned flags) {
    *to = (draft){.data = {'W', 'H', 'T', 'L', 1}, .size = 5};
    put(to, flags);
}

/* The fields of every patch. */
static void put_fixed(draft *to, unsigned flags, uint32_t payload, uint32_t target, uint32_t ram,
                      uint32_t map) {
    put_start(to, flags);
    put_number(to, payload);
    put_number(to, target);
    put_number(to, ram / 64);
    put_number(to, map);
    put_repeated(to, DIGEST_BYTE, WHITTLE_TARGET_DIGEST_SIZE);
}

static void put_source(draft *to, uint32_t size) {
    put_number(to, size);
    put_repeated(to, SOURCE_DIGEST_BYTE, WHITTLE_SOURCE_DIGEST_SIZE);
}

static void put_difference(draft *to, uint32_t value, uint32_t like) {
    uint32_t difference = value - like;
    put_number(to, difference >> 31 ? ~difference << 1 | 1 : difference << 1);
}

/* A region of an image whose regions so far end at end, told by its difference from another. */
static void put_region_like(draft *to, uint32_t end, whittle_region like, whittle_region region) {
    put_number(to, region.offset - end);
    put_difference(to, region.size, like.size);
    put_difference(to, region.address, like.address);
}

static void put_region(draft *to, uint32_t end, uint32_t offset, uint32_t size, uint32_t address) {
    put_region_like(to, end, (whittle_region){0, 0, 0}, (whittle_region){offset, size, address});
}

static int read_draft(const draft *from, whittle_header *header) {
    return whittle_header_read(from->data, from->size, header);
}

static int read_error(const draft *from) {
    whittle_header header;
    return read_draft(from, &header);
}

/* ---- What is right ---- */

static void the_smallest_header_is_read(void **state) {
    (void)state;
    draft bytes;
    whittle_header header;
    put_fixed(&bytes, 0, 0, 0, WHITTLE_RAM_MIN, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.version, 1);
    assert_int_equal(header.flags, 0);
    assert_int_equal(header.ram, WHITTLE_RAM_MIN);
    assert_int_equal(header.target_size, 0);
    assert_int_equal(header.source_size, 0);
    assert_int_equal(header.header_size, 26);
    assert_int_equal(header.total_size, WHITTLE_PATCH_MIN);
    assert_int_equal(header.contexts, WHITTLE_CONTEXT_MAX);
    assert_string_equal(header.firmware_version, "");
}

static void put_all_fields(draft *to) {
    put_fixed(to, WHITTLE_FLAG_KNOWN, 300000, 0x123456, 0x8000, 77);
    put_source(to, 0x111111);
    put(to, WHITTLE_ISA_XTENSA);
    put(to, 2 | 1 << 4);
    put_region(to, 0, 0, 0x1000, 0x40000000);
    put_region(to, 0x1000, 0x1000, 0x110111, 0x3F400020);
    put_region_like(to, 0, (whittle_region){0, 0x1000, 0x40000000},
                    (whittle_region){8, 0x123400, 0xFFE00000});
    put(to, 4);
    put_number(to, 4000000000u);
    put_number(to, 0xABCD);
    put(to, 5);
    put(to, '1');
    put(to, '.');
    put(to, ' ');
    put(to, '~');
    put(to, '2');
}

static void every_field_is_read(void **state) {
    (void)state;
    draft bytes;
    whittle_header header;
    whittle_region regions[3];
    put_all_fields(&bytes);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.flags, WHITTLE_FLAG_KNOWN);
    assert_int_equal(header.payload_size, 300000);
    assert_int_equal(header.target_size, 0x123456);
    assert_int_equal(header.ram, 0x8000);
    assert_int_equal(header.map_entries, 77);
    assert_int_equal(header.source_size, 0x111111);
    assert_int_equal(header.isa, WHITTLE_ISA_XTENSA);
    assert_int_equal(header.source_region_count, 2);
    assert_int_equal(header.target_region_count, 1);
    assert_int_equal(header.contexts, 4);
    assert_int_equal(header.security_counter, 4000000000u);
    assert_int_equal(header.hardware, 0xABCD);
    assert_int_equal(header.firmware_version_size, 5);
    assert_string_equal(header.firmware_version, "1. ~2");
    for (size_t i = 0; i < WHITTLE_TARGET_DIGEST_SIZE; i++) {
        assert_int_equal(header.target_digest[i], DIGEST_BYTE);
    }
    for (size_t i = 0; i < WHITTLE_SOURCE_DIGEST_SIZE; i++) {
        assert_int_equal(header.source_digest[i], SOURCE_DIGEST_BYTE);
    }
    assert_int_equal(header.header_size, bytes.size);
    assert_int_equal(header.total_size, bytes.size + 300000 + 72 + 4);
    whittle_header_regions(bytes.data, &header, regions);
    assert_int_equal(regions[0].address, 0x40000000);
    assert_int_equal(regions[1].offset, 0x1000);
    assert_int_equal(regions[1].size, 0x110111);
    assert_int_equal(regions[2].offset, 8);
    assert_int_equal(regions[2].address, 0xFFE00000);
}

static void each_optional_field_stands_alone(void **state) {
    (void)state;
    draft bytes;
    whittle_header header;
    put_fixed(&bytes, WHITTLE_FLAG_COUNTER, 1, 1, 0x1000, 0);
    put_number(&bytes, 9);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.security_counter, 9);
    put_fixed(&bytes, WHITTLE_FLAG_HARDWARE, 1, 1, 0x1000, 0);
    put_number(&bytes, 10);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.hardware, 10);
    assert_int_equal(header.security_counter, 0);
    put_fixed(&bytes, WHITTLE_FLAG_VERSION, 1, 1, 0x1000, 0);
    put(&bytes, 1);
    put(&bytes, 'v');
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_string_equal(header.firmware_version, "v");
    put_fixed(&bytes, WHITTLE_FLAG_CONTEXTS, 1, 1, 0x1000, 0);
    put(&bytes, 1);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.contexts, 1);
    put_fixed(&bytes, WHITTLE_FLAG_SIGNED, 1, 1, 0x1000, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.total_size, bytes.size + 1 + 72 + 4);
    put_fixed(&bytes, WHITTLE_FLAG_REGIONS, 1, 1, 0x1000, 0);
    put(&bytes, WHITTLE_ISA_AVR);
    put(&bytes, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.isa, WHITTLE_ISA_AVR);
}

static void bytes_behind_the_header_change_nothing(void **state) {
    (void)state;
    draft bytes;
    whittle_header alone;
    whittle_header followed;
    put_all_fields(&bytes);
    assert_int_equal(read_draft(&bytes, &alone), WHITTLE_OK);
    put_repeated(&bytes, 0xFF, 100);
    assert_int_equal(read_draft(&bytes, &followed), WHITTLE_OK);
    assert_memory_equal(&alone, &followed, sizeof alone);
}

/* ---- What is cut short ---- */

static void every_truncation_asks_for_more(void **state) {
    (void)state;
    draft bytes;
    put_all_fields(&bytes);
    whittle_header untouched;
    memset(&untouched, 0x55, sizeof untouched);
    for (size_t size = 0; size < bytes.size; size++) {
        whittle_header header = untouched;
        assert_int_equal(whittle_header_read(bytes.data, size, &header), WHITTLE_ERROR_INCOMPLETE);
        assert_memory_equal(&header, &untouched, sizeof header);
    }
}

static void nothing_at_all_asks_for_more(void **state) {
    (void)state;
    whittle_header header;
    assert_int_equal(whittle_header_read(NULL, 0, &header), WHITTLE_ERROR_INCOMPLETE);
}

/* ---- What is no patch, or none for this reader ---- */

static void other_magics_are_no_patches(void **state) {
    (void)state;
    whittle_header header;
    draft bytes;
    for (size_t i = 0; i < 4; i++) {
        put_all_fields(&bytes);
        bytes.data[i] ^= 0x20;
        assert_int_equal(read_draft(&bytes, &header), WHITTLE_ERROR_NOT_A_PATCH);
        /* The first wrong byte is enough to know. */
        assert_int_equal(whittle_header_read(bytes.data, i + 1, &header),
                         WHITTLE_ERROR_NOT_A_PATCH);
    }
}

static void the_legacy_magic_is_told_apart(void **state) {
    (void)state;
    static const uint8_t legacy[10] = "BSDIFF40";
    static const uint8_t newer[10] = "BSDIFF41";
    whittle_header header;
    for (size_t size = 1; size < 8; size++) {
        assert_int_equal(whittle_header_read(legacy, size, &header), WHITTLE_ERROR_INCOMPLETE);
    }
    assert_int_equal(whittle_header_read(legacy, 8, &header), WHITTLE_ERROR_LEGACY);
    assert_int_equal(whittle_header_read(legacy, 9, &header), WHITTLE_ERROR_LEGACY);
    assert_int_equal(whittle_header_read(newer, 8, &header), WHITTLE_ERROR_NOT_A_PATCH);
}

static void other_versions_are_refused(void **state) {
    (void)state;
    draft bytes;
    for (unsigned version = 0; version < 256; version++) {
        put_all_fields(&bytes);
        bytes.data[4] = (uint8_t)version;
        assert_int_equal(read_error(&bytes), version == 1 ? WHITTLE_OK : WHITTLE_ERROR_VERSION);
        bytes.size = 6; /* whatever may follow in another version */
        assert_int_equal(read_error(&bytes),
                         version == 1 ? WHITTLE_ERROR_INCOMPLETE : WHITTLE_ERROR_VERSION);
    }
}

static void unknown_flags_are_refused(void **state) {
    (void)state;
    draft bytes;
    for (unsigned flags = 0; flags < 256; flags++) {
        put_start(&bytes, flags);
        assert_int_equal(read_error(&bytes), flags & ~WHITTLE_FLAG_KNOWN
                                                 ? WHITTLE_ERROR_FEATURE
                                                 : WHITTLE_ERROR_INCOMPLETE);
    }
}

static void unknown_instruction_sets_are_refused(void **state) {
    (void)state;
    draft bytes;
    for (unsigned isa = 0; isa < 256; isa++) {
        put_fixed(&bytes, WHITTLE_FLAG_REGIONS, 1, 1, 0x1000, 0);
        put(&bytes, isa);
        put(&bytes, 0);
        assert_int_equal(read_error(&bytes),
                         isa < WHITTLE_ISA_COUNT ? WHITTLE_OK : WHITTLE_ERROR_ISA);
    }
}

/* ---- What contradicts itself ---- */

static void numbers_have_one_encoding(void **state) {
    (void)state;
    static const struct {
        uint8_t bytes[6];
        uint8_t size;
        int error;
        uint32_t value;
    } cases[] = {
        {{0x00}, 1, WHITTLE_OK, 0},
        {{0x7F}, 1, WHITTLE_OK, 127},
        {{0x80, 0x01}, 2, WHITTLE_OK, 128},
        {{0x80, 0x80, 0x01}, 3, WHITTLE_OK, 0x4000},
        {{0xFF, 0xFF, 0xFF, 0x7F}, 4, WHITTLE_OK, 0x0FFFFFFF},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0x0E}, 5, WHITTLE_OK, 0xEFFFFFFF},
        {{0x80, 0x00}, 2, WHITTLE_ERROR_CORRUPT, 0},
        {{0xFF, 0x00}, 2, WHITTLE_ERROR_CORRUPT, 0},
        {{0x80, 0x80, 0x00}, 3, WHITTLE_ERROR_CORRUPT, 0},
        {{0x80, 0x80, 0x80, 0x80, 0x00}, 5, WHITTLE_ERROR_CORRUPT, 0},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0x10}, 5, WHITTLE_ERROR_CORRUPT, 0},
        {{0x80, 0x80, 0x80, 0x80, 0x81, 0x00}, 6, WHITTLE_ERROR_CORRUPT, 0},
        {{0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 6, WHITTLE_ERROR_CORRUPT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        draft bytes;
        whittle_header header;
        put_fixed(&bytes, WHITTLE_FLAG_HARDWARE, 1, 1, 0x1000, 0);
        for (size_t k = 0; k < cases[i].size; k++) {
            put(&bytes, cases[i].bytes[k]);
        }
        assert_int_equal(read_draft(&bytes, &header), cases[i].error);
        if (cases[i].error == WHITTLE_OK) {
            assert_int_equal(header.hardware, cases[i].value);
            assert_int_equal(header.header_size, bytes.size);
        }
    }
}

static void the_ram_has_bounds_and_a_unit(void **state) {
    (void)state;
    static const struct {
        uint32_t units;
        int error;
    } cases[] = {
        {0, WHITTLE_ERROR_CORRUPT},
        {WHITTLE_RAM_MIN / 64 - 1, WHITTLE_ERROR_CORRUPT},
        {WHITTLE_RAM_MIN / 64, WHITTLE_OK},
        {WHITTLE_RAM_MIN / 64 + 1, WHITTLE_OK},
        {WHITTLE_RAM_MAX / 64, WHITTLE_OK},
        {WHITTLE_RAM_MAX / 64 + 1, WHITTLE_ERROR_CORRUPT},
        {0x04000000 + WHITTLE_RAM_MIN / 64, WHITTLE_ERROR_CORRUPT}, /* 2^32 and more in bytes */
        {UINT32_MAX, WHITTLE_ERROR_CORRUPT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        draft bytes;
        put_start(&bytes, 0);
        put_number(&bytes, 1);
        put_number(&bytes, 1);
        put_number(&bytes, cases[i].units);
        put_number(&bytes, 0);
        put_repeated(&bytes, DIGEST_BYTE, WHITTLE_TARGET_DIGEST_SIZE);
        assert_int_equal(read_error(&bytes), cases[i].error);
    }
}

static int error_of_map(uint32_t ram, uint32_t target, uint32_t entries) {
    draft bytes;
    put_fixed(&bytes, 0, 1, target, ram, entries);
    return read_error(&bytes);
}

/* Each entry takes 8 bytes of the RAM, begins at another byte of the target, and has an index that
 * the map can link; and what is asked for decides how long a decoder works. */
static void the_map_has_bounds(void **state) {
    (void)state;
    assert_int_equal(error_of_map(0x1000, 0x1000000, 0x1000 / 8), WHITTLE_OK);
    assert_int_equal(error_of_map(0x1000, 0x1000000, 0x1000 / 8 + 1), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(error_of_map(WHITTLE_RAM_MAX, 0x1000000, MAP_ENTRIES_MAX), WHITTLE_OK);
    assert_int_equal(error_of_map(WHITTLE_RAM_MAX, 0x1000000, MAP_ENTRIES_MAX + 1),
                     WHITTLE_ERROR_CORRUPT);
    assert_int_equal(error_of_map(0x1000, 7, 7), WHITTLE_OK);
    assert_int_equal(error_of_map(0x1000, 7, 8), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(error_of_map(0x1000, 0, UINT32_MAX), WHITTLE_ERROR_CORRUPT);
}

static void images_have_a_largest_size(void **state) {
    (void)state;
    static const uint32_t sizes[] = {WHITTLE_IMAGE_MAX, WHITTLE_IMAGE_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        int expected = i == 0 ? WHITTLE_OK : WHITTLE_ERROR_CORRUPT;
        draft bytes;
        put_fixed(&bytes, 0, 1, sizes[i], 0x1000, 0);
        assert_int_equal(read_error(&bytes), expected);
        put_fixed(&bytes, WHITTLE_FLAG_SOURCE, 1, 1, 0x1000, 0);
        put_source(&bytes, sizes[i]);
        assert_int_equal(read_error(&bytes), expected);
    }
}

static void the_total_size_does_not_overflow(void **state) {
    (void)state;
    draft bytes;
    whittle_header header;
    const uint32_t header_size = 26 + 4; /* a payload size of five bytes */
    const uint32_t most = UINT32_MAX - header_size - 4 - 72;
    put_fixed(&bytes, WHITTLE_FLAG_SIGNED, most, 0, 0x1000, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_OK);
    assert_int_equal(header.total_size, UINT32_MAX);
    put_fixed(&bytes, WHITTLE_FLAG_SIGNED, most + 1, 0, 0x1000, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_ERROR_CORRUPT);
    put_fixed(&bytes, 0, UINT32_MAX, 0, 0x1000, 0);
    assert_int_equal(read_draft(&bytes, &header), WHITTLE_ERROR_CORRUPT);
}

/* The result for two regions in an image of 1000 bytes, as the source's or as the target's. */
static int error_of_regions(bool in_source, const whittle_region regions[2]) {
    draft bytes;
    put_fixed(&bytes, WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS, 1, in_source ? 1 : 1000, 0x1000,
              0);
    put_source(&bytes, in_source ? 1000 : 1);
    put(&bytes, WHITTLE_ISA_THUMB);
    put(&bytes, in_source ? 2 : 2 << 4);
    put_region(&bytes, 0, regions[0].offset, regions[0].size, regions[0].address);
    put_region(&bytes, regions[0].offset + regions[0].size, regions[1].offset, regions[1].size,
               regions[1].address);
    return read_error(&bytes);
}

static void regions_lie_in_their_image_in_order_and_apart(void **state) {
    (void)state;
    static const struct {
        whittle_region regions[2];
        int error;
    } cases[] = {
        {{{0, 500, 0}, {500, 500, 0x8000}}, WHITTLE_OK},
        {{{10, 1, 0x8000}, {999, 1, 0}}, WHITTLE_OK},
        {{{0, 500, 0}, {600, 100, 0}}, WHITTLE_OK}, /* addresses may overlap: overlays */
        {{{0, 500, 0}, {499, 1, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{500, 500, 0}, {0, 500, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {0, 500, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 0, 0}, {500, 500, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {500, 0, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {500, 501, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {1000, 1, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {1001, 1, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {UINT32_MAX, 2, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, 0}, {999, UINT32_MAX, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, UINT32_MAX, 0}, {500, 500, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, UINT32_MAX - 500}, {500, 500, 0}}, WHITTLE_OK},
        {{{0, 500, UINT32_MAX - 499}, {500, 500, 0}}, WHITTLE_ERROR_CORRUPT},
        {{{0, 500, UINT32_MAX}, {500, 500, 0}}, WHITTLE_ERROR_CORRUPT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(error_of_regions(true, cases[i].regions), cases[i].error);
        assert_int_equal(error_of_regions(false, cases[i].regions), cases[i].error);
    }
}

static void a_patch_without_source_has_no_source_regions(void **state) {
    (void)state;
    draft bytes;
    put_fixed(&bytes, WHITTLE_FLAG_REGIONS, 1, 1000, 0x1000, 0);
    put(&bytes, WHITTLE_ISA_THUMB);
    put(&bytes, 1);
    put_region(&bytes, 0, 0, 1, 0);
    assert_int_equal(read_error(&bytes), WHITTLE_ERROR_CORRUPT);
}

static int error_of_version_text(uint8_t size, uint8_t character) {
    draft bytes;
    put_fixed(&bytes, WHITTLE_FLAG_VERSION, 1, 1, 0x1000, 0);
    put(&bytes, size);
    put_repeated(&bytes, 'a', size ? size - 1u : 0);
    put(&bytes, character);
    return read_error(&bytes);
}

/* All of them are not said by the field, but by its absence. */
static void fewer_contexts_are_at_least_one(void **state) {
    (void)state;
    for (unsigned contexts = 0; contexts < 256; contexts++) {
        draft bytes;
        put_fixed(&bytes, WHITTLE_FLAG_CONTEXTS, 1, 1, 0x1000, 0);
        put(&bytes, (uint8_t)contexts);
        bool valid = contexts >= 1 && contexts < WHITTLE_CONTEXT_MAX;
        assert_int_equal(read_error(&bytes), valid ? WHITTLE_OK : WHITTLE_ERROR_CORRUPT);
    }
}

static void the_version_text_is_short_and_printable(void **state) {
    (void)state;
    assert_int_equal(error_of_version_text(0, 'a'), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(error_of_version_text(WHITTLE_FIRMWARE_VERSION_MAX, 'a'), WHITTLE_OK);
    assert_int_equal(error_of_version_text(WHITTLE_FIRMWARE_VERSION_MAX + 1, 'a'),
                     WHITTLE_ERROR_CORRUPT);
    assert_int_equal(error_of_version_text(255, 'a'), WHITTLE_ERROR_CORRUPT);
    for (unsigned character = 0; character < 256; character++) {
        bool printable = character >= 0x20 && character < 0x7F;
        assert_int_equal(error_of_version_text(3, (uint8_t)character),
                         printable ? WHITTLE_OK : WHITTLE_ERROR_CORRUPT);
    }
}

/* 15 and 15 regions whose addresses differ wildly are more than a header may have. */
static void a_header_that_is_too_long_is_corrupt(void **state) {
    (void)state;
    draft bytes;
    put_fixed(&bytes, WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS, 1, 0x20000000, 0x1000, 0);
    put_source(&bytes, 0x20000000);
    put(&bytes, WHITTLE_ISA_THUMB);
    put(&bytes, 0xFF);
    for (uint32_t i = 0; i < 30; i++) {
        put_number(&bytes, 0x1000000);
        put_difference(&bytes, i < 15 ? 0x8000 : 0x1000, 0);
        put_difference(&bytes, i < 15 ? 0x40000000 : 0x20000000, 0);
    }
    assert_true(bytes.size > WHITTLE_HEADER_MAX);
    assert_int_equal(read_error(&bytes), WHITTLE_ERROR_CORRUPT);
    bytes.size = WHITTLE_HEADER_MAX;
    assert_int_equal(read_error(&bytes), WHITTLE_ERROR_CORRUPT);
    bytes.size = WHITTLE_HEADER_MAX - 1;
    assert_int_equal(read_error(&bytes), WHITTLE_ERROR_INCOMPLETE);
}

/* No bytes at all can make the reader fail in another way than by an error. */
static void damaged_headers_are_read_or_refused(void **state) {
    (void)state;
    generator random = generator_start(3);
    draft whole;
    put_all_fields(&whole);
    for (unsigned round = 0; round < 20000; round++) {
        draft bytes = whole;
        unsigned damages = 1 + generate_below(&random, 4);
        for (unsigned i = 0; i < damages; i++) {
            size_t at = 5 + generate_below(&random, (uint32_t)bytes.size - 5);
            bytes.data[at] = (uint8_t)generate_word(&random);
        }
        whittle_header header;
        if (read_draft(&bytes, &header) == WHITTLE_OK) {
            whittle_region regions[2 * WHITTLE_REGION_MAX];
            uint8_t again[WHITTLE_HEADER_MAX];
            whittle_header copy = header;
            whittle_header_regions(bytes.data, &header, regions);
            assert_int_equal(whittle_header_write(&copy, regions, again), WHITTLE_OK);
            assert_int_equal(copy.header_size, header.header_size);
            assert_memory_equal(again, bytes.data, header.header_size);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_header_is_read),
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(each_optional_field_stands_alone),
        cmocka_unit_test(bytes_behind_the_header_change_nothing),
        cmocka_unit_test(every_truncation_asks_for_more),
        cmocka_unit_test(nothing_at_all_asks_for_more),
        cmocka_unit_test(other_magics_are_no_patches),
        cmocka_unit_test(the_legacy_magic_is_told_apart),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(unknown_flags_are_refused),
        cmocka_unit_test(unknown_instruction_sets_are_refused),
        cmocka_unit_test(numbers_have_one_encoding),
        cmocka_unit_test(the_ram_has_bounds_and_a_unit),
        cmocka_unit_test(the_map_has_bounds),
        cmocka_unit_test(images_have_a_largest_size),
        cmocka_unit_test(the_total_size_does_not_overflow),
        cmocka_unit_test(regions_lie_in_their_image_in_order_and_apart),
        cmocka_unit_test(a_patch_without_source_has_no_source_regions),
        cmocka_unit_test(fewer_contexts_are_at_least_one),
        cmocka_unit_test(the_version_text_is_short_and_printable),
        cmocka_unit_test(a_header_that_is_too_long_is_corrupt),
        cmocka_unit_test(damaged_headers_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
