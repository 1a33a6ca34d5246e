/* Intel HEX: addresses of all three kinds, line ends of all kinds, and files that are damaged. */
#include <stdlib.h>
#include <string.h>

#include "support/image_reading.h"
#include "support/unit_test.h"

static uint8_t code[700];

static int set_up(void **state) {
    (void)state;
    generator random = generator_start(2);
    generate_bytes(&random, code, sizeof code);
    return 0;
}

static image text(const char *lines) {
    image file = {(uint8_t *)strdup(lines), strlen(lines)};
    return file;
}

static void expect_text_refused(const char *lines) {
    image file = text(lines);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

#define END ":00000001FF\n"

static void parts_go_to_their_addresses(void **state) {
    (void)state;
    const file_part parts[] = {{0x0800FF80, 0, code, 500}, {0x08010300, 0, code + 500, 200}};
    image file = hex_file(parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, parts, COUNT_OF(parts));
    assert_int_equal(read.isa, WHITTLE_ISA_AUTO);
    assert_int_equal(read.region_count, 1);
    assert_int_equal(read.regions[0].offset, 0);
    assert_int_equal(read.regions[0].size, read.size);
    assert_int_equal(read.regions[0].address, 0x0800FF80);
    whittle_image_free(&read);
    image_free(&file);
}

static void records_come_in_any_order(void **state) {
    (void)state;
    const file_part parts[] = {{0x2000, 0, code + 300, 400}, {0x1000, 0, code, 300}};
    image file = hex_file(parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, parts, COUNT_OF(parts));
    whittle_image_free(&read);
    image_free(&file);
}

static void the_last_bytes_of_the_address_space_are_reached(void **state) {
    (void)state;
    const file_part part = {0xFFFFFFF0, 0, code, 16};
    image file = hex_file(&part, 1);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, &part, 1);
    whittle_image_free(&read);
    image_free(&file);
}

static void addresses_wrap_round_in_a_segment(void **state) {
    (void)state;
    const file_part parts[] = {{0x1FFFE, 0, code, 2}, {0x10000, 0, code + 2, 6}};
    image file = {0};
    hex_add(&file, 2, 0, "\x10\x00", 2);
    hex_add(&file, 0, 0xFFFE, code, 8);
    hex_add(&file, 3, 0, "\0\0\0", 4);
    hex_add(&file, 1, 0, NULL, 0);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, parts, COUNT_OF(parts));
    whittle_image_free(&read);
    image_free(&file);
}

static void lines_may_end_in_any_way(void **state) {
    (void)state;
    static const char *const files[] = {
        ":0400100001020304E2\n:00000001FF", ":0400100001020304E2\r:00000001FF\r",
        ":0400100001020304e2\r\n\r\n:00000001ff\r\n \n", ":0400100001020304E2:00000001FF"};
    const file_part part = {0x10, 0, (const uint8_t *)"\1\2\3\4", 4};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        image file = text(files[i]);
        whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, &part, 1);
        whittle_image_free(&read);
        image_free(&file);
    }
}

static void what_does_not_begin_with_a_record_is_raw(void **state) {
    (void)state;
    static const char *const files[] = {"",
                                        ":",
                                        ":0400100001020304E3\n",
                                        ":x",
                                        " :00000001FF",
                                        ":00000006FA\n",
                                        ":0400100001020304E"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        assert_int_equal(whittle_image_recognise((const uint8_t *)files[i], strlen(files[i])),
                         WHITTLE_IMAGE_RAW);
    }
}

static void damaged_files_are_refused(void **state) {
    (void)state;
    expect_text_refused(":0400100001020304E2\n");                          /* no end */
    expect_text_refused(":0400100001020304E2\n:0400140001020304DF\n" END); /* checksum */
    expect_text_refused(":0400100001020304E2\nx" END);                     /* something else */
    expect_text_refused(":0400100001020304E2\n" END "x");                  /* behind the end */
    expect_text_refused(":0400100001020304E2\n" END END);
    expect_text_refused(":0400100001020304E2\n:00000006FA\n" END);   /* no such type */
    expect_text_refused(":0400100001020304E2\n:0100000400FB\n" END); /* half an address */
    expect_text_refused(":0400100001020304E2\n:0100000100FE\n");     /* an end with data */
    expect_text_refused(":0400100001020304E2\n:0100000500FA\n" END); /* half a start */
    expect_text_refused(END);                                        /* nothing */
}

static void addresses_that_overflow_are_refused(void **state) {
    (void)state;
    image file = {0};
    hex_add(&file, 4, 0, "\xFF\xFF", 2);
    hex_add(&file, 0, 0xFFFF, code, 2);
    hex_add(&file, 1, 0, NULL, 0);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

static void bytes_given_twice_must_agree(void **state) {
    (void)state;
    const file_part same[] = {{0x1000, 0, code, 100}, {0x1010, 0, code + 16, 20}};
    const file_part other[] = {{0x1000, 0, code, 100}, {0x1010, 0, code + 17, 20}};
    image file = hex_file(same, 2);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_HEX, same, 2);
    whittle_image_free(&read);
    image_free(&file);
    file = hex_file(other, 2);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

static void cut_and_damaged_files_do_no_harm(void **state) {
    (void)state;
    const file_part parts[] = {{0x0800FF80, 0, code, 200}, {0x08010300, 0, code + 500, 30}};
    image file = hex_file(parts, COUNT_OF(parts));
    survive_cuts(&file, file.size - 2); /* the last line end */
    survive_flips(&file, file.size, 3000);
    image_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_go_to_their_addresses),
        cmocka_unit_test(records_come_in_any_order),
        cmocka_unit_test(the_last_bytes_of_the_address_space_are_reached),
        cmocka_unit_test(addresses_wrap_round_in_a_segment),
        cmocka_unit_test(lines_may_end_in_any_way),
        cmocka_unit_test(what_does_not_begin_with_a_record_is_raw),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(addresses_that_overflow_are_refused),
        cmocka_unit_test(bytes_given_twice_must_agree),
        cmocka_unit_test(cut_and_damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
