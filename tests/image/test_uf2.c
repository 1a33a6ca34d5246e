/* UF2: payloads by address, device families, and blocks that are missing or lie. */
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "support/image_reading.h"
#include "support/unit_test.h"

enum { BLOCK = 512 };

#define RP2040   0xE48BFF56u
#define ABSOLUTE 0xE48BFF57u
#define ESP32_C3 0xD42BA06Cu

static uint8_t code[1000];

static const file_part parts[] = {{0x10000000, 0, code, 600}, {0x10000400, 0, code + 600, 256}};

static int set_up(void **state) {
    (void)state;
    generator random = generator_start(3);
    generate_bytes(&random, code, sizeof code);
    return 0;
}

static void set_word(image *file, size_t block, size_t place, uint32_t value) {
    store_le32(file->data + block * BLOCK + place, value);
}

static void payloads_go_to_their_addresses(void **state) {
    (void)state;
    image file = uf2_file(RP2040, parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_UF2, parts, COUNT_OF(parts));
    assert_int_equal(read.isa, WHITTLE_ISA_THUMB);
    assert_int_equal(read.region_count, 1);
    assert_int_equal(read.regions[0].address, 0x10000000);
    whittle_image_free(&read);
    image_free(&file);
}

static void files_may_come_without_a_family(void **state) {
    (void)state;
    image file = uf2_file(0, parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_UF2, parts, COUNT_OF(parts));
    assert_int_equal(read.isa, WHITTLE_ISA_AUTO);
    whittle_image_free(&read);
    image_free(&file);
}

static void files_of_one_family_may_be_joined(void **state) {
    (void)state;
    image file = uf2_file(RP2040, parts, 1);
    image more = uf2_file(RP2040, parts + 1, 1);
    file_append(&file, &more);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_UF2, parts, COUNT_OF(parts));
    whittle_image_free(&read);
    image_free(&file);
    image_free(&more);
}

static void a_family_must_be_chosen_where_there_are_several(void **state) {
    (void)state;
    const file_part other = {0, 0, code + 100, 300};
    image file = uf2_file(RP2040, parts, COUNT_OF(parts));
    image more = uf2_file(ESP32_C3, &other, 1);
    file_append(&file, &more);
    expect_refused(&file, WHITTLE_ERROR_FAMILY);
    whittle_image_choice choice = {.family_given = true, .uf2_family = ESP32_C3};
    whittle_image read;
    assert_int_equal(whittle_image_read(file.data, file.size, &choice, &read), WHITTLE_OK);
    assert_int_equal(read.isa, WHITTLE_ISA_RISCV);
    assert_int_equal(read.size, 300);
    assert_memory_equal(read.data, code + 100, 300);
    whittle_image_free(&read);
    choice.uf2_family = RP2040 + 100;
    assert_int_equal(whittle_image_read(file.data, file.size, &choice, &read),
                     WHITTLE_ERROR_FAMILY);
    image_free(&file);
    image_free(&more);
}

static void blocks_for_any_device_are_passed_over(void **state) {
    (void)state;
    const file_part erratum = {0x10FFFF00, 0, code, 256};
    image file = uf2_file(ABSOLUTE, &erratum, 1);
    set_word(&file, 0, 24, 2); /* as the tools number it */
    image more = uf2_file(RP2040, parts, COUNT_OF(parts));
    file_append(&file, &more);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_UF2, parts, COUNT_OF(parts));
    whittle_image_free(&read);
    image_free(&file);
    image_free(&more);
}

static void blocks_that_go_elsewhere_are_passed_over(void **state) {
    (void)state;
    static const uint32_t flags[] = {0x1, 0x1000};
    const file_part all[] = {parts[0], {0x20000000, 0, code, 100}};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        image file = uf2_file(0, all, 2);
        set_word(&file, 3, 8, flags[i]);
        whittle_image read = expect_parts(&file, WHITTLE_IMAGE_UF2, parts, 1);
        whittle_image_free(&read);
        image_free(&file);
    }
}

static void what_has_no_block_is_raw(void **state) {
    (void)state;
    static const size_t places[] = {0, 4, 508};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        image file = uf2_file(RP2040, parts, 1);
        set_word(&file, 0, places[i], 0);
        assert_int_equal(whittle_image_recognise(file.data, file.size), WHITTLE_IMAGE_RAW);
        image_free(&file);
    }
}

static void wrong_blocks_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t block;
        size_t place;
        uint32_t value;
    } wrong[] = {
        {1, 0, 0},           {1, 508, 0}, {0, 16, 477},
        {2, 16, 0xFFFFFFFF},                          /* magic, payload size */
        {0, 20, 1},          {2, 20, 1},  {3, 20, 4}, /* numbers */
        {0, 24, 0},          {1, 24, 5},  {0, 24, 3}, /* counts */
        {1, 12, 0x10000001},                          /* overlap */
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        image file = uf2_file(RP2040, parts, COUNT_OF(parts));
        set_word(&file, wrong[i].block, wrong[i].place, wrong[i].value);
        expect_refused(&file, WHITTLE_ERROR_IMAGE);
        image_free(&file);
    }
}

static void files_without_an_image_are_refused(void **state) {
    (void)state;
    const file_part erratum = {0x10FFFF00, 0, code, 256};
    image file = uf2_file(ABSOLUTE, &erratum, 1);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
    file = uf2_file(0, parts, 1);
    for (size_t block = 0; block < 3; block++) {
        set_word(&file, block, 16, 0);
    }
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

static void cut_and_damaged_files_do_no_harm(void **state) {
    (void)state;
    image file = uf2_file(RP2040, parts, COUNT_OF(parts));
    survive_cuts(&file, file.size);
    survive_flips(&file, 32, 2000);
    image_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_go_to_their_addresses),
        cmocka_unit_test(files_may_come_without_a_family),
        cmocka_unit_test(files_of_one_family_may_be_joined),
        cmocka_unit_test(a_family_must_be_chosen_where_there_are_several),
        cmocka_unit_test(blocks_for_any_device_are_passed_over),
        cmocka_unit_test(blocks_that_go_elsewhere_are_passed_over),
        cmocka_unit_test(what_has_no_block_is_raw),
        cmocka_unit_test(wrong_blocks_are_refused),
        cmocka_unit_test(files_without_an_image_are_refused),
        cmocka_unit_test(cut_and_damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
