/* Where the pieces of an image lie: raw, in Espressif's images, and by voting. */
#include "encoder/recognise.h"

#include <string.h>

#include "codec/bytes.h"
#include "support/esp_image.h"
#include "support/unit_test.h"
#include "whittle/error.h"

static const esp_segment app[] = {
    {0x3F400020, 3000}, {0x3FFB0000, 700}, {0x40080000, 1000}, {0x400D0020, 5000}};
static const esp_segment boot[] = {{0x3FFF0018, 40}, {0x40078000, 900}};

static void expect_region(const whittle_region *region, size_t offset, const esp_segment *segment) {
    assert_int_equal(region->offset, offset);
    assert_int_equal(region->size, segment->size);
    assert_int_equal(region->address, segment->address);
}

/* ---- Raw ---- */

static void a_raw_image_is_one_region(void **state) {
    (void)state;
    layout found;
    layout_raw(&found, 1000, 0x8000000);
    assert_int_equal(found.count, 1);
    expect_region(&found.regions[0], 0, &(esp_segment){0x8000000, 1000});
    layout_raw(&found, 1000, UINT32_MAX - 1000);
    assert_int_equal(found.count, 1);
}

static void what_has_no_place_has_no_region(void **state) {
    (void)state;
    layout found;
    layout_raw(&found, 0, 0x8000000);
    assert_int_equal(found.count, 0);
    layout_raw(&found, 1000, UINT32_MAX - 999);
    assert_int_equal(found.count, 0);
}

/* ---- Given ---- */

static void regions_are_taken_if_they_are_sound(void **state) {
    (void)state;
    whittle_region regions[LAYOUT_REGION_MAX + 1];
    layout found;
    for (uint32_t i = 0; i < COUNT_OF(regions); i++) {
        regions[i] = (whittle_region){10 * i, 10, 0x1000 * i};
    }
    assert_true(layout_given(&found, NULL, 0, 100));
    assert_int_equal(found.count, 0);
    assert_true(layout_given(&found, regions, LAYOUT_REGION_MAX, 10 * LAYOUT_REGION_MAX));
    assert_int_equal(found.count, LAYOUT_REGION_MAX);
    assert_memory_equal(found.regions, regions, sizeof found.regions);
    assert_false(layout_given(&found, regions, LAYOUT_REGION_MAX, 10 * LAYOUT_REGION_MAX - 1));
    assert_false(layout_given(&found, regions, COUNT_OF(regions), 1000));
    regions[1].address = UINT32_MAX - 9;
    assert_false(layout_given(&found, regions, 2, 100));
    regions[1].address = UINT32_MAX - 10;
    assert_true(layout_given(&found, regions, 2, 100));
    regions[1].offset = 9;
    assert_false(layout_given(&found, regions, 2, 100));
}

/* ---- Espressif's images ---- */

static void segments_are_regions(void **state) {
    (void)state;
    const size_t headers[] = {ESP32_HEADER, ESP8266_HEADER};
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        generator random = generator_start(200);
        image flash = {0};
        layout found;
        (void)esp_image_put(&random, &flash, 0, headers[i], app, COUNT_OF(app));
        assert_true(layout_esp(&found, flash.data, flash.size));
        assert_int_equal(found.count, COUNT_OF(app));
        size_t offset = headers[i];
        for (size_t k = 0; k < COUNT_OF(app); k++) {
            offset += ESP_SEGMENT_HEADER;
            expect_region(&found.regions[k], offset, &app[k]);
            offset += app[k].size;
        }
        image_free(&flash);
    }
}

static void a_full_flash_holds_several_images(void **state) {
    (void)state;
    generator random = generator_start(201);
    image flash = {0};
    layout found;
    (void)esp_image_put(&random, &flash, 0x1000, ESP32_HEADER, boot, COUNT_OF(boot));
    (void)esp_image_put(&random, &flash, 0x10000, ESP32_HEADER, app, COUNT_OF(app));
    assert_true(layout_esp(&found, flash.data, flash.size));
    assert_int_equal(found.count, COUNT_OF(boot) + COUNT_OF(app));
    expect_region(&found.regions[0], 0x1000 + ESP32_HEADER + ESP_SEGMENT_HEADER, &boot[0]);
    expect_region(&found.regions[2], 0x10000 + ESP32_HEADER + ESP_SEGMENT_HEADER, &app[0]);
    image_free(&flash);
}

/* What looks like an image at a place where one may begin, but within another one, is its data. */
static void an_image_within_another_one_is_data(void **state) {
    (void)state;
    const esp_segment outer[] = {{0x40000000, 0x3000}};
    generator random = generator_start(209);
    image flash = {0};
    layout found;
    (void)esp_image_put(&random, &flash, 0, ESP32_HEADER, outer, COUNT_OF(outer));
    (void)esp_image_put(&random, &flash, 0x1000, ESP32_HEADER, boot, COUNT_OF(boot));
    assert_true(layout_esp(&found, flash.data, flash.size));
    assert_int_equal(found.count, 1);
    expect_region(&found.regions[0], ESP32_HEADER + ESP_SEGMENT_HEADER, &outer[0]);
    image_free(&flash);
}

static void empty_segments_are_left_out(void **state) {
    (void)state;
    const esp_segment segments[] = {{0x40000000, 100}, {0x50000000, 0}, {0x60000000, 100}};
    generator random = generator_start(202);
    image flash = {0};
    layout found;
    (void)esp_image_put(&random, &flash, 0, ESP32_HEADER, segments, COUNT_OF(segments));
    assert_true(layout_esp(&found, flash.data, flash.size));
    assert_int_equal(found.count, 2);
    assert_int_equal(found.regions[1].address, 0x60000000);
    image_free(&flash);
}

static void more_segments_than_fit_are_left_out(void **state) {
    (void)state;
    esp_segment segments[16];
    generator random = generator_start(203);
    image flash = {0};
    layout found;
    for (uint32_t i = 0; i < COUNT_OF(segments); i++) {
        segments[i] = (esp_segment){0x40000000 + 0x1000 * i, 200};
    }
    (void)esp_image_put(&random, &flash, 0, ESP32_HEADER, segments, COUNT_OF(segments));
    assert_true(layout_esp(&found, flash.data, flash.size));
    assert_int_equal(found.count, LAYOUT_REGION_MAX);
    image_free(&flash);
}

static bool is_recognised(const image *flash) {
    layout found;
    bool recognised = layout_esp(&found, flash->data, flash->size);
    assert_int_equal(found.count > 0, recognised);
    return recognised;
}

static void what_breaks_the_form_is_no_such_image(void **state) {
    (void)state;
    enum { MAGIC_AT = 0, COUNT_AT = 1, ADDRESS_AT = ESP32_HEADER, SIZE_AT = ESP32_HEADER + 4 };
    generator random = generator_start(204);
    image flash = {0};
    size_t end = esp_image_put(&random, &flash, 0, ESP32_HEADER, app, COUNT_OF(app));
    assert_true(is_recognised(&flash));
    flash.data[MAGIC_AT] = 0xE8;
    assert_false(is_recognised(&flash));
    flash.data[MAGIC_AT] = 0xE9;
    flash.data[COUNT_AT] = 0;
    assert_false(is_recognised(&flash));
    flash.data[COUNT_AT] = 17;
    assert_false(is_recognised(&flash));
    flash.data[COUNT_AT] = COUNT_OF(app);
    store_le32(flash.data + ADDRESS_AT, 0xFFFF); /* nothing lies so low */
    assert_false(is_recognised(&flash));
    store_le32(flash.data + ADDRESS_AT, UINT32_MAX - 2999); /* wraps around */
    assert_false(is_recognised(&flash));
    store_le32(flash.data + ADDRESS_AT, app[0].address);
    store_le32(flash.data + SIZE_AT, UINT32_MAX);
    assert_false(is_recognised(&flash));
    store_le32(flash.data + SIZE_AT, app[0].size);
    assert_true(is_recognised(&flash));
    flash.size = end - 1; /* the last segment is cut */
    assert_false(is_recognised(&flash));
    image_free(&flash);
}

/* Whatever it says, regions lie in the image, in order and apart, as a header wants them. */
static void any_bytes_are_safe(void **state) {
    (void)state;
    generator random = generator_start(205);
    unsigned recognised = 0;
    for (unsigned round = 0; round < 3000; round++) {
        image flash = {0};
        esp_segment segments[5];
        size_t count = 1 + generate_below(&random, COUNT_OF(segments));
        for (size_t i = 0; i < count; i++) {
            segments[i] = (esp_segment){generate_word(&random), generate_magnitude(&random) % 300};
        }
        (void)esp_image_put(&random, &flash, generate_below(&random, 2) * 0x1000,
                            generate_below(&random, 2) ? ESP32_HEADER : ESP8266_HEADER, segments,
                            count);
        image_flip(&random, &flash, generate_below(&random, 3));
        image_delete(&random, &flash, generate_below(&random, 100));
        layout found;
        recognised += layout_esp(&found, flash.data, flash.size);
        size_t end = 0;
        for (unsigned i = 0; i < found.count; i++) {
            const whittle_region *region = &found.regions[i];
            assert_true(region->size > 0 && region->offset >= end);
            assert_true(region->offset <= flash.size);
            assert_true(region->size <= flash.size - region->offset);
            assert_true(region->address <= UINT32_MAX - region->size);
            end = (size_t)region->offset + region->size;
        }
        image_free(&flash);
    }
    assert_in_range(recognised, 100, 2900);
}

static void small_images_are_safe(void **state) {
    (void)state;
    for (size_t size = 0; size < 100; size++) {
        image flash = image_of_value(0xE9, size);
        layout found;
        if (size > 1) {
            flash.data[1] = 1;
        }
        (void)layout_esp(&found, flash.data, flash.size);
        image_free(&flash);
    }
}

/* ---- Voting ---- */

/* Strings, and words that point to their starts when the image lies at base. */
static image image_with_strings(uint32_t base, bool big_endian, unsigned strings) {
    enum { STRING_AT = 0x3000, STRIDE = 13 };
    generator random = generator_start(206);
    image made = image_of_bytes(&random, 0x8000);
    memset(made.data + STRING_AT, 0, strings * STRIDE + 4);
    for (unsigned i = 0; i < strings; i++) {
        size_t at = STRING_AT + 1 + i * STRIDE;
        memcpy(made.data + at, "a string", 8);
        uint8_t *pointer = made.data + 0x100 + 4 * i;
        if (big_endian) {
            store_be32(pointer, base + (uint32_t)at);
        } else {
            store_le32(pointer, base + (uint32_t)at);
        }
    }
    return made;
}

static void pointers_to_strings_tell_the_load_address(void **state) {
    (void)state;
    const uint32_t bases[] = {0x08000000, 0x08004000, 0x40200000, 0x9D000100, 0x20000};
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        for (unsigned big_endian = 0; big_endian < 2; big_endian++) {
            image raw = image_with_strings(bases[i], big_endian, 60);
            bool found = false;
            uint32_t base = 0;
            assert_int_equal(find_load_address(raw.data, raw.size, big_endian, &found, &base),
                             WHITTLE_OK);
            assert_true(found);
            assert_int_equal(base, bases[i]);
            image_free(&raw);
        }
    }
}

static void a_program_tells_its_load_address(void **state) {
    (void)state;
    generator random = generator_start(207);
    firmware *program = firmware_generate(&random, 100);
    image raw = firmware_link(program);
    bool found = false;
    uint32_t base = 0;
    assert_int_equal(find_load_address(raw.data, raw.size, false, &found, &base), WHITTLE_OK);
    assert_true(found);
    assert_int_equal(base, FIRMWARE_BASE);
    image_free(&raw);
    firmware_free(program);
}

static void few_pointers_prove_nothing(void **state) {
    (void)state;
    image raw = image_with_strings(0x08000000, false, 3);
    bool found = true;
    uint32_t base;
    assert_int_equal(find_load_address(raw.data, raw.size, false, &found, &base), WHITTLE_OK);
    assert_false(found);
    image_free(&raw);
}

static void images_without_pointers_tell_nothing(void **state) {
    (void)state;
    generator random = generator_start(208);
    const size_t sizes[] = {0, 1, 63, 64, 65, 1000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        image images[] = {image_of_bytes(&random, sizes[i]), image_of_value(0, sizes[i]),
                          image_of_value('a', sizes[i])};
        for (size_t k = 0; k < COUNT_OF(images); k++) {
            bool found = true;
            uint32_t base;
            assert_int_equal(
                find_load_address(images[k].data, images[k].size, false, &found, &base),
                WHITTLE_OK);
            assert_false(found);
            image_free(&images[k]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raw_image_is_one_region),
        cmocka_unit_test(what_has_no_place_has_no_region),
        cmocka_unit_test(regions_are_taken_if_they_are_sound),
        cmocka_unit_test(segments_are_regions),
        cmocka_unit_test(a_full_flash_holds_several_images),
        cmocka_unit_test(an_image_within_another_one_is_data),
        cmocka_unit_test(empty_segments_are_left_out),
        cmocka_unit_test(more_segments_than_fit_are_left_out),
        cmocka_unit_test(what_breaks_the_form_is_no_such_image),
        cmocka_unit_test(any_bytes_are_safe),
        cmocka_unit_test(small_images_are_safe),
        cmocka_unit_test(pointers_to_strings_tell_the_load_address),
        cmocka_unit_test(a_program_tells_its_load_address),
        cmocka_unit_test(few_pointers_prove_nothing),
        cmocka_unit_test(images_without_pointers_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
