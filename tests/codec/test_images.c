/* The windows on both images, over callbacks that check what they are asked for. */
#include "codec/images.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

typedef struct world {
    image source;
    size_t reads;
    uint8_t target[4096];
    uint32_t written;
    size_t writes;
    int read_error;
    int write_error;
} world;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    world *around = context;
    around->reads++;
    assert_in_range(size, 1, WHITTLE_SOURCE_WINDOW);
    assert_true(offset + size <= around->source.size);
    memcpy(data, around->source.data + offset, size);
    return around->read_error;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    world *around = context;
    around->writes++;
    assert_int_equal(offset, around->written);
    assert_in_range(size, 1, WHITTLE_TARGET_RECENT);
    memcpy(around->target + offset, data, size);
    around->written += (uint32_t)size;
    return around->write_error;
}

static whittle_images images_of(world *around) {
    return (whittle_images){.read_source = read_source,
                            .write_target = write_target,
                            .context = around,
                            .source_size = (uint32_t)around->source.size};
}

/* ---- The source ---- */

static const size_t sizes[] = {1, 2, 47, 48, 127, 128, 129, 175, 176, 177, 1000, 5000};

static void every_byte_is_seen_in_any_order(void **state) {
    (void)state;
    generator random = generator_start(4);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        world around = {.source = image_of_bytes(&random, sizes[i])};
        whittle_images images = images_of(&around);
        for (unsigned round = 0; round < 3000; round++) {
            uint32_t offset = generate_below(&random, (uint32_t)sizes[i]);
            assert_int_equal(whittle_source_byte(&images, offset), around.source.data[offset]);
        }
        assert_int_equal(images.error, WHITTLE_OK);
        image_free(&around.source);
    }
}

static void outside_the_source_there_are_zeros(void **state) {
    (void)state;
    world around = {.source = image_of_value(0xAA, 200)};
    whittle_images images = images_of(&around);
    assert_int_equal(whittle_source_byte(&images, 199), 0xAA);
    assert_int_equal(whittle_source_byte(&images, 200), 0);
    assert_int_equal(whittle_source_byte(&images, UINT32_MAX), 0);
    assert_int_equal(whittle_source_load(&images, 198, 4), 0x0000AAAA);
    assert_int_equal(whittle_source_load(&images, 200, 4), 0);
    assert_int_equal(whittle_source_load(&images, UINT32_MAX - 1, 4), 0xAAAA0000);
    image_free(&around.source);
}

static void an_empty_source_is_never_read(void **state) {
    (void)state;
    world around = {.source = {NULL, 0}};
    whittle_images images = images_of(&around);
    assert_int_equal(whittle_source_byte(&images, 0), 0);
    assert_int_equal(whittle_source_load(&images, 0, 4), 0);
    assert_int_equal(around.reads, 0);
}

static void loads_are_little_endian_across_windows(void **state) {
    (void)state;
    generator random = generator_start(5);
    world around = {.source = image_of_bytes(&random, 1000)};
    whittle_images images = images_of(&around);
    for (unsigned round = 0; round < 20000; round++) {
        unsigned count = 1 + generate_below(&random, 4);
        uint32_t offset = generate_below(&random, 1000);
        uint32_t expected = 0;
        for (unsigned i = 0; i < count && offset + i < 1000; i++) {
            expected |= (uint32_t)around.source.data[offset + i] << 8 * i;
        }
        assert_int_equal(whittle_source_load(&images, offset, count), expected);
    }
    image_free(&around.source);
}

/* Reading on costs one callback for each window, not one for each byte; and the model may look
 * back a little without losing the window. */
static void the_window_moves_seldom(void **state) {
    (void)state;
    world around = {.source = image_of_value(1, 4096)};
    whittle_images images = images_of(&around);
    for (uint32_t offset = 40; offset < 4096; offset++) {
        (void)whittle_source_byte(&images, offset);
        (void)whittle_source_byte(&images, offset - 40);
    }
    assert_true(around.reads <= 4096 / (WHITTLE_SOURCE_WINDOW - 48) + 2);
    image_free(&around.source);
}

static void the_first_read_error_stays(void **state) {
    (void)state;
    world around = {.source = image_of_value(1, 4096), .read_error = -77};
    whittle_images images = images_of(&around);
    (void)whittle_source_byte(&images, 0);
    assert_int_equal(images.error, -77);
    around.read_error = -78;
    (void)whittle_source_byte(&images, 4000);
    assert_int_equal(images.error, -77);
    around.read_error = 0;
    (void)whittle_source_byte(&images, 0);
    assert_int_equal(images.error, -77);
    image_free(&around.source);
}

/* ---- The target ---- */

static void the_target_is_passed_on_in_whole_pieces(void **state) {
    (void)state;
    for (uint32_t size = 0; size <= 4 * WHITTLE_TARGET_RECENT + 1; size++) {
        world around = {0};
        whittle_images images = images_of(&around);
        for (uint32_t i = 0; i < size; i++) {
            whittle_target_append(&images, (uint8_t)(i * 7));
            assert_int_equal(around.written,
                             (i + 1) / WHITTLE_TARGET_RECENT * WHITTLE_TARGET_RECENT);
        }
        whittle_target_flush(&images);
        assert_int_equal(around.written, size);
        assert_int_equal(around.writes, (size + WHITTLE_TARGET_RECENT - 1) / WHITTLE_TARGET_RECENT);
        for (uint32_t i = 0; i < size; i++) {
            assert_int_equal(around.target[i], (uint8_t)(i * 7));
        }
    }
}

static void recent_bytes_are_remembered(void **state) {
    (void)state;
    generator random = generator_start(6);
    uint8_t history[1000];
    world around = {0};
    whittle_images images = images_of(&around);
    generate_bytes(&random, history, sizeof history);
    for (uint32_t position = 0; position < sizeof history; position++) {
        for (uint32_t back = 1; back <= WHITTLE_TARGET_RECENT; back++) {
            uint8_t expected = back <= position ? history[position - back] : 0;
            assert_int_equal(whittle_target_recent(&images, back), expected);
        }
        for (uint32_t back = 4; back <= WHITTLE_TARGET_RECENT; back++) {
            uint32_t expected = 0;
            for (uint32_t i = 0; i < 4; i++) {
                uint32_t byte = back - i <= position ? history[position - back + i] : 0;
                expected |= byte << 8 * i;
            }
            assert_int_equal(whittle_target_load(&images, back, 4), expected);
        }
        whittle_target_append(&images, history[position]);
    }
}

static void after_an_error_nothing_is_written(void **state) {
    (void)state;
    world around = {.write_error = -88};
    whittle_images images = images_of(&around);
    for (unsigned i = 0; i < 2 * WHITTLE_TARGET_RECENT + 1; i++) {
        whittle_target_append(&images, 1);
    }
    assert_int_equal(images.error, -88);
    assert_int_equal(around.writes, 1);
    around.write_error = 0;
    whittle_target_flush(&images);
    assert_int_equal(images.error, -88);
    assert_int_equal(around.writes, 1);
}

static void after_a_read_error_nothing_is_written(void **state) {
    (void)state;
    world around = {.source = image_of_value(1, 10), .read_error = -77};
    whittle_images images = images_of(&around);
    (void)whittle_source_byte(&images, 0);
    whittle_target_append(&images, 1);
    whittle_target_flush(&images);
    assert_int_equal(images.error, -77);
    assert_int_equal(around.writes, 0);
    image_free(&around.source);
}

/* ---- Addresses ---- */

static const whittle_region regions[] = {
    {.offset = 0x20, .size = 0x100, .address = 0x40000000},
    {.offset = 0x200, .size = 0x80, .address = 0x20000000},
    {.offset = 0x300, .size = 0x10, .address = 0xFFFFFFE0},
};

static void offsets_and_addresses_translate_inside_regions(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        for (uint32_t k = 0; k < regions[i].size; k++) {
            uint32_t address = 0;
            uint32_t offset = 0;
            assert_true(whittle_offset_to_address(regions, COUNT_OF(regions), regions[i].offset + k,
                                                  &address));
            assert_int_equal(address, regions[i].address + k);
            assert_true(whittle_address_to_offset(regions, COUNT_OF(regions), address, &offset));
            assert_int_equal(offset, regions[i].offset + k);
        }
    }
}

static void outside_all_regions_nothing_translates(void **state) {
    (void)state;
    const uint32_t offsets[] = {0, 0x1F, 0x120, 0x1FF, 0x280, 0x2FF, 0x310, UINT32_MAX};
    const uint32_t addresses[] = {0,          0x1FFFFFFF, 0x20000080, 0x3FFFFFFF,
                                  0x40000100, 0xFFFFFFDF, 0xFFFFFFF0, UINT32_MAX};
    uint32_t result;
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        assert_false(whittle_offset_to_address(regions, COUNT_OF(regions), offsets[i], &result));
    }
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        assert_false(whittle_address_to_offset(regions, COUNT_OF(regions), addresses[i], &result));
    }
    assert_false(whittle_offset_to_address(NULL, 0, 0, &result));
    assert_false(whittle_address_to_offset(NULL, 0, 0, &result));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_seen_in_any_order),
        cmocka_unit_test(outside_the_source_there_are_zeros),
        cmocka_unit_test(an_empty_source_is_never_read),
        cmocka_unit_test(loads_are_little_endian_across_windows),
        cmocka_unit_test(the_window_moves_seldom),
        cmocka_unit_test(the_first_read_error_stays),
        cmocka_unit_test(the_target_is_passed_on_in_whole_pieces),
        cmocka_unit_test(recent_bytes_are_remembered),
        cmocka_unit_test(after_an_error_nothing_is_written),
        cmocka_unit_test(after_a_read_error_nothing_is_written),
        cmocka_unit_test(offsets_and_addresses_translate_inside_regions),
        cmocka_unit_test(outside_all_regions_nothing_translates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
