/* Writing the patch header: what is written is read again, and what could not be read is refused.
 */
#include <string.h>

#include "support/unit_test.h"
#include "whittle/error.h"
#include "whittle/patch.h"

static void fill_header(whittle_header *header) {
    *header = (whittle_header){
        .flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_COUNTER | WHITTLE_FLAG_VERSION |
                 WHITTLE_FLAG_HARDWARE | WHITTLE_FLAG_REGIONS | WHITTLE_FLAG_CONTEXTS,
        .isa = WHITTLE_ISA_RISCV,
        .source_region_count = 1,
        .target_region_count = 2,
        .contexts = 5,
        .firmware_version_size = 3,
        .payload_size = 12345,
        .source_size = 70000,
        .target_size = 80000,
        .ram = 16384,
        .map_entries = 100,
        .security_counter = 7,
        .hardware = 8,
        .firmware_version = "2.1",
    };
    memset(header->source_digest, 0x11, sizeof header->source_digest);
    memset(header->target_digest, 0x22, sizeof header->target_digest);
}

static const whittle_region some_regions[] = {
    {16, 60000, 0x20000000}, {0, 40000, 0x20000000}, {40000, 40000, 0x30000000}};

static void what_is_written_is_read_again(void **state) {
    (void)state;
    whittle_header written;
    whittle_header read;
    whittle_region regions[3];
    uint8_t bytes[WHITTLE_HEADER_MAX];
    fill_header(&written);
    assert_int_equal(whittle_header_write(&written, some_regions, bytes), WHITTLE_OK);
    assert_int_equal(whittle_header_read(bytes, written.header_size, &read), WHITTLE_OK);
    /* All but the padding, around region_offset and at the end. */
    assert_memory_equal(&read, &written,
                        offsetof(whittle_header, firmware_version_size) + sizeof(uint8_t));
    assert_int_equal(read.region_offset, written.region_offset);
    assert_memory_equal(&read.header_size, &written.header_size,
                        offsetof(whittle_header, firmware_version) + sizeof read.firmware_version -
                            offsetof(whittle_header, header_size));
    whittle_header_regions(bytes, &read, regions);
    assert_memory_equal(regions, some_regions, sizeof regions);
}

static void the_written_bytes_are_as_specified(void **state) {
    (void)state;
    static const uint8_t expected[] = {
        'W',  'H',  'T',  'L',  1,    0x0D,             /* source, counter, version */
        0xAC, 0x02,                                     /* payload: 300 */
        0x80, 0x80, 0x04,                               /* target: 65536 */
        0x80, 0x02,                                     /* RAM: 256 units */
        0x05,                                           /* map entries */
        0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, /* target digest */
        0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, /* ... */
        0xFF, 0x7F,                                     /* source: 16383 */
        0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, /* source digest */
        0x07,                                           /* security counter */
        0x03, '2',  '.',  '1',                          /* version text */
    };
    whittle_header header;
    uint8_t bytes[WHITTLE_HEADER_MAX];
    fill_header(&header);
    header.flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_COUNTER | WHITTLE_FLAG_VERSION;
    header.isa = 0;
    header.source_region_count = 0;
    header.target_region_count = 0;
    header.payload_size = 300;
    header.target_size = 65536;
    header.source_size = 16383;
    header.map_entries = 5;
    assert_int_equal(whittle_header_write(&header, NULL, bytes), WHITTLE_OK);
    assert_int_equal(header.contexts, WHITTLE_CONTEXT_MAX);
    assert_int_equal(header.header_size, sizeof expected);
    assert_int_equal(header.total_size, sizeof expected + 300 + 4);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void expect_refused(const whittle_header *header, const whittle_region *regions) {
    whittle_header copy = *header;
    uint8_t bytes[WHITTLE_HEADER_MAX];
    assert_int_equal(whittle_header_write(&copy, regions, bytes), WHITTLE_ERROR_ARGUMENT);
}

static void fields_out_of_bounds_are_not_written(void **state) {
    (void)state;
    whittle_header header;
    whittle_region regions[3];
    memcpy(regions, some_regions, sizeof regions);
#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        fill_header(&header);                                                                      \
        header.field = (value);                                                                    \
        expect_refused(&header, some_regions);                                                     \
    } while (0)
    REFUSED(ram, WHITTLE_RAM_MIN - WHITTLE_RAM_UNIT);
    REFUSED(ram, WHITTLE_RAM_MAX + WHITTLE_RAM_UNIT);
    REFUSED(ram, 16384 + 1);
    REFUSED(flags, 0xFF);
    REFUSED(isa, WHITTLE_ISA_COUNT);
    REFUSED(contexts, 0);
    REFUSED(contexts, WHITTLE_CONTEXT_MAX);
    REFUSED(source_region_count, WHITTLE_REGION_MAX);
    REFUSED(target_region_count, WHITTLE_REGION_MAX);
    REFUSED(firmware_version_size, 0);
    REFUSED(firmware_version_size, WHITTLE_FIRMWARE_VERSION_MAX + 1);
    REFUSED(firmware_version[1], '\n');
    REFUSED(map_entries, 16384 / 8 + 1);
    REFUSED(payload_size, UINT32_MAX);
    REFUSED(source_size, 100); /* smaller than its region */
    REFUSED(source_size, WHITTLE_IMAGE_MAX + 1);
    REFUSED(target_size, WHITTLE_IMAGE_MAX + 1);
#undef REFUSED
    fill_header(&header);
    regions[2].offset = 39999; /* overlaps */
    expect_refused(&header, regions);
}

/* Sixteen do not fit their half of a byte, where they would be taken for none. */
static void sixteen_regions_are_not_written(void **state) {
    (void)state;
    whittle_region regions[WHITTLE_REGION_MAX + 2];
    for (uint32_t i = 0; i < COUNT_OF(regions); i++) {
        regions[i] = (whittle_region){16 * (i % WHITTLE_REGION_MAX), 16, 0x1000};
    }
    for (unsigned in_target = 0; in_target < 2; in_target++) {
        whittle_header header;
        fill_header(&header);
        header.flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS;
        header.source_region_count = in_target ? 1 : WHITTLE_REGION_MAX;
        header.target_region_count = in_target ? WHITTLE_REGION_MAX : 2;
        expect_refused(&header, regions);
    }
}

static void a_version_text_of_the_largest_size_is_written(void **state) {
    (void)state;
    whittle_header header;
    whittle_header read;
    uint8_t bytes[WHITTLE_HEADER_MAX];
    fill_header(&header);
    memset(header.firmware_version, 'v', WHITTLE_FIRMWARE_VERSION_MAX);
    header.firmware_version_size = WHITTLE_FIRMWARE_VERSION_MAX;
    assert_int_equal(whittle_header_write(&header, some_regions, bytes), WHITTLE_OK);
    assert_int_equal(whittle_header_read(bytes, header.header_size, &read), WHITTLE_OK);
    assert_int_equal(read.firmware_version_size, WHITTLE_FIRMWARE_VERSION_MAX);
}

static void a_field_without_its_flag_is_not_written(void **state) {
    (void)state;
    whittle_header header;
    uint8_t bytes[WHITTLE_HEADER_MAX];
    memset(bytes, 0xEE, sizeof bytes);
    fill_header(&header);
    header.flags = 0;
    assert_int_equal(whittle_header_write(&header, some_regions, bytes), WHITTLE_OK);
    for (size_t i = header.header_size; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0xEE);
    }
}

/* The text makes the header longer by a byte at a time. */
static void a_header_may_be_as_long_as_the_largest_and_no_longer(void **state) {
    (void)state;
    whittle_region regions[30];
    unsigned fitting = 0;
    for (uint32_t i = 0; i < COUNT_OF(regions); i++) {
        uint32_t number = i % 15;
        regions[i] = (whittle_region){number * 0x1800000 + 0x800000, i < 15 ? 0x80000 : 0x80100,
                                      0x40000000 + (i < 15 ? 0 : 0x2000 * number)};
    }
    uint32_t shortest = 0;
    for (uint8_t size = 1; size <= WHITTLE_FIRMWARE_VERSION_MAX; size++) {
        whittle_header header;
        uint8_t bytes[WHITTLE_HEADER_MAX];
        fill_header(&header);
        header.source_size = header.target_size = 0x20000000;
        header.source_region_count = header.target_region_count = 15;
        memset(header.firmware_version, 'v', size);
        header.firmware_version_size = size;
        int error = whittle_header_write(&header, regions, bytes);
        shortest = size == 1 ? header.header_size : shortest;
        bool fits = shortest + size - 1 <= WHITTLE_HEADER_MAX;
        assert_int_equal(error, fits ? WHITTLE_OK : WHITTLE_ERROR_ARGUMENT);
        fitting += fits;
    }
    assert_in_range(fitting, 1, WHITTLE_FIRMWARE_VERSION_MAX - 1); /* the limit is among them */
}

static void a_header_that_is_too_long_is_not_written(void **state) {
    (void)state;
    whittle_header header;
    whittle_region regions[30];
    fill_header(&header);
    header.source_size = header.target_size = 0x20000000;
    header.source_region_count = header.target_region_count = 15;
    for (uint32_t i = 0; i < COUNT_OF(regions); i++) {
        regions[i] = (whittle_region){i % 15 * 0x1800000 + 0x800000, i < 15 ? 0x8000 : 0x80000,
                                      i < 15 ? 0x40000000 : 0x20000000};
    }
    expect_refused(&header, regions);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(the_written_bytes_are_as_specified),
        cmocka_unit_test(fields_out_of_bounds_are_not_written),
        cmocka_unit_test(sixteen_regions_are_not_written),
        cmocka_unit_test(a_version_text_of_the_largest_size_is_written),
        cmocka_unit_test(a_field_without_its_flag_is_not_written),
        cmocka_unit_test(a_header_may_be_as_long_as_the_largest_and_no_longer),
        cmocka_unit_test(a_header_that_is_too_long_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
