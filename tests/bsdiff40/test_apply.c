/* Applying: what the segments say is done, and nothing that a patch says is believed. A hostile
 * patch is refused with its own error, and takes no time that its target's size does not justify.
 * What memory it takes is a matter of test_memory.c. */
#include <stdlib.h>
#include <string.h>

#include "bsdiff40/format.h"
#include "support/decoding.h"
#include "support/forge_bsdiff40.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const uint8_t source[] = "0123456789";
enum { SOURCE_SIZE = sizeof source - 1 };

/* Applies the patch to that source, and frees it. */
static int apply(image patch, uint8_t **target, size_t *size) {
    int error = whittle_bsdiff40_apply(source, SOURCE_SIZE, patch.data, patch.size, target, size);
    image_free(&patch);
    return error;
}

static void expect_target(const forgery *wanted, const char *expected) {
    uint8_t *target;
    size_t size;
    assert_int_equal(apply(forge_patch(wanted), &target, &size), WHITTLE_OK);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(target, expected, size);
    free(target);
}

static void expect_error(image patch, int expected) {
    uint8_t *target = NULL;
    size_t size = 99;
    assert_int_equal(apply(patch, &target, &size), expected);
    assert_null(target);
    assert_int_equal(size, 99);
}

enum { STREAM_MAX = 12, APART = 7 /* are the cases that are tried where all is slower */ };

/* What a stream must hold to satisfy the segments, as far as that is possible. */
static size_t asked_for(int64_t sum) {
    return sum < 0 ? 0 : sum > STREAM_MAX ? STREAM_MAX : (size_t)sum;
}

/* A patch with these segments, and with just what they ask for in the other streams: nothing is
 * wrong but the segments. */
static forgery with_segments(const forged_segment *segments, size_t count, int64_t target_size) {
    uint64_t copied = 0;
    uint64_t inserted = 0;
    for (size_t i = 0; i < count; i++) {
        copied += (uint64_t)segments[i].copied;
        inserted += (uint64_t)segments[i].inserted;
    }
    return (forgery){.segments = segments,
                     .segment_count = count,
                     .difference = (const uint8_t *)"\0\0\0\0\0\0\0\0\0\0\0\0",
                     .difference_size = asked_for((int64_t)copied),
                     .extra = (const uint8_t *)"abcdefghijkl",
                     .extra_size = asked_for((int64_t)inserted),
                     .target_size = target_size};
}

/* ---- What a patch says ---- */

static void copies_add_the_difference_and_insertions_follow(void **state) {
    (void)state;
    const forged_segment segments[] = {{3, 2, 4}, {2, 0, 0}};
    const forgery wanted = {segments, 2, BYTES("\0\1\377\0\5"), BYTES("xy"), 7};
    expect_target(&wanted, "021xy7="); /* 1 + 1, 2 - 1; then 7, 8 + 5 */
}

static void the_place_in_the_source_moves_both_ways(void **state) {
    (void)state;
    const forged_segment segments[] = {{0, 0, 8}, {2, 0, -10}, {2, 0, 3}, {1, 1, 99}};
    const forgery wanted = {segments, 4, BYTES("\0\0\0\0\0"), BYTES("x"), 6};
    expect_target(&wanted, "89015x");
}

static void bytes_outside_of_the_source_count_as_zero(void **state) {
    (void)state;
    const forged_segment segments[] = {{0, 0, -2}, {4, 0, 7}, {3, 0, 0}};
    const forgery wanted = {segments, 3, BYTES("ab\0\0\0cd"), BYTES(""), 7};
    expect_target(&wanted, "ab019cd");
}

static void the_source_may_be_empty(void **state) {
    (void)state;
    const forged_segment segment = {2, 2, 0};
    const forgery wanted = {&segment, 1, BYTES("ab"), BYTES("cd"), 4};
    image patch = forge_patch(&wanted);
    uint8_t *target;
    size_t size;
    assert_int_equal(whittle_bsdiff40_apply(NULL, 0, patch.data, patch.size, &target, &size),
                     WHITTLE_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(target, "abcd", 4);
    free(target);
    image_free(&patch);
}

static void the_target_may_be_empty(void **state) {
    (void)state;
    const forgery wanted = {.difference = source, .extra = source};
    expect_target(&wanted, "");
}

/* ---- Segments that lie ---- */

static void segments_outside_of_the_target_are_corrupt(void **state) {
    (void)state;
    const forged_segment wrong[] = {
        {-1, 0, 0},        {0, -1, 0},        {11, 0, 0},
        {0, 11, 0},        {5, 6, 0},         {INT64_MAX, 0, 0},
        {0, INT64_MAX, 0}, {1, INT64_MAX, 0}, {INT64_MAX, INT64_MAX, 0},
        {12, -2, 0},       {-2, 12, 0},       {INT64_MIN + 1, INT64_MAX, 0},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const forgery wanted = with_segments(&wrong[i], 1, 10);
        expect_error(forge_patch(&wanted), WHITTLE_ERROR_CORRUPT);
    }
    const forged_segment second[] = {{4, 4, 0}, {1, 2, 0}};
    const forgery wanted = with_segments(second, 2, 10);
    expect_error(forge_patch(&wanted), WHITTLE_ERROR_CORRUPT);
}

static void a_place_that_overflows_is_corrupt(void **state) {
    (void)state;
    const int64_t seeks[] = {INT64_MAX, -INT64_MAX, ((int64_t)1 << 62) + 1,
                             -((int64_t)1 << 62) - 1};
    for (size_t i = 0; i < COUNT_OF(seeks); i++) {
        const forged_segment segments[] = {{0, 0, seeks[i]}, {0, 0, seeks[i]}, {2, 0, 0}};
        const forgery wanted = with_segments(segments, 3, 2);
        expect_error(forge_patch(&wanted), WHITTLE_ERROR_CORRUPT);
    }
    const forged_segment steps[] = {
        {0, 0, (int64_t)1 << 61}, {0, 0, (int64_t)1 << 61}, {0, 0, (int64_t)1 << 61}, {3, 0, 0}};
    const forgery too_far = with_segments(steps, 4, 3);
    expect_error(forge_patch(&too_far), WHITTLE_ERROR_CORRUPT);
    const forgery far = {steps + 2, 2, BYTES("abc"), BYTES(""), 3};
    expect_target(&far, "abc");
}

static void segments_that_never_write_are_corrupt(void **state) {
    (void)state;
    const size_t count = 100000;
    forged_segment *idle = calloc(count + 1, sizeof *idle);
    assert_non_null(idle);
    idle[count] = (forged_segment){0, 1, 0};
    const forgery endless = {idle, count + 1, BYTES(""), BYTES("x"), 1};
    expect_error(forge_patch(&endless), WHITTLE_ERROR_CORRUPT);
    const forgery few = {idle + count - 1, 2, BYTES(""), BYTES("x"), 1};
    expect_target(&few, "x");
    free(idle);
}

static void a_stream_with_too_little_is_corrupt(void **state) {
    (void)state;
    const forged_segment segments[] = {{3, 2, 0}, {1, 1, 0}};
    const forgery control = {segments, 1, BYTES("\0\0\0\0"), BYTES("abc"), 7};
    const forgery difference = {segments, 2, BYTES("\0\0\0"), BYTES("abc"), 7};
    const forgery extra = {segments, 2, BYTES("\0\0\0\0"), BYTES("ab"), 7};
    expect_error(forge_patch(&control), WHITTLE_ERROR_CORRUPT);
    expect_error(forge_patch(&difference), WHITTLE_ERROR_CORRUPT);
    expect_error(forge_patch(&extra), WHITTLE_ERROR_CORRUPT);
}

static void a_stream_with_too_much_is_corrupt(void **state) {
    (void)state;
    const forged_segment segments[] = {{3, 2, 0}, {1, 1, 0}};
    const forgery control = {segments, 2, BYTES("\0\0\0"), BYTES("ab"), 5};
    const forgery difference = {segments, 1, BYTES("\0\0\0\0"), BYTES("ab"), 5};
    const forgery extra = {segments, 1, BYTES("\0\0\0"), BYTES("abc"), 5};
    expect_error(forge_patch(&control), WHITTLE_ERROR_CORRUPT);
    expect_error(forge_patch(&difference), WHITTLE_ERROR_CORRUPT);
    expect_error(forge_patch(&extra), WHITTLE_ERROR_CORRUPT);
}

/* ---- Time ---- */

/* A few hundred bytes of patch decompress to 40 MB of segments; the target is small. */
static void a_bomb_of_segments_is_not_followed(void **state) {
    (void)state;
    const size_t count = 40000000 / CONTROL_SIZE;
    forged_segment *idle = calloc(count, sizeof *idle);
    assert_non_null(idle);
    const forgery wanted = {idle, count, BYTES(""), BYTES("x"), 100};
    image patch = forge_patch(&wanted);
    assert_in_range(patch.size, 0, 500);
    expect_error(patch, WHITTLE_ERROR_CORRUPT);
    free(idle);
}

/* ---- A real patch, damaged ---- */

static image old_image;
static image new_image;
static image real_patch;

static int make_real_patch(void **state) {
    generator random = generator_start(41);
    firmware_release(&random, 30, 4, &old_image, &new_image);
    assert_int_equal(whittle_bsdiff40_encode(old_image.data, old_image.size, new_image.data,
                                             new_image.size, 9, &real_patch.data, &real_patch.size),
                     WHITTLE_OK);
    return limit_time(state);
}

static int free_real_patch(void **state) {
    (void)state;
    image_free(&old_image);
    image_free(&new_image);
    image_free(&real_patch);
    return 0;
}

static int apply_real(const uint8_t *patch, size_t size) {
    uint8_t *target;
    size_t target_size;
    int error =
        whittle_bsdiff40_apply(old_image.data, old_image.size, patch, size, &target, &target_size);
    if (!error) {
        assert_int_equal(target_size, new_image.size);
        assert_memory_equal(target, new_image.data, target_size);
        free(target);
    }
    return error;
}

static void the_real_patch_gives_the_target(void **state) {
    (void)state;
    assert_int_equal(apply_real(real_patch.data, real_patch.size), WHITTLE_OK);
}

static void every_cut_is_incomplete(void **state) {
    (void)state;
    assert_int_equal(apply_real(real_patch.data, 0), WHITTLE_ERROR_NOT_A_PATCH);
    for (size_t size = 1; size < real_patch.size; size += cases_apart(APART)) {
        assert_int_equal(apply_real(real_patch.data, size), WHITTLE_ERROR_INCOMPLETE);
    }
}

/* apply_real compares: a flip is refused, or it did not matter, as few do. */
static void no_flipped_byte_gives_another_target(void **state) {
    (void)state;
    size_t tried = 0;
    size_t refused = 0;
    for (size_t at = 0; at < real_patch.size; at += cases_apart(APART)) {
        uint8_t flipped = (uint8_t)(1u << at % 8);
        real_patch.data[at] ^= flipped;
        refused += apply_real(real_patch.data, real_patch.size) != WHITTLE_OK;
        real_patch.data[at] ^= flipped;
        tried++;
    }
    assert_in_range(tried - refused, 0, 1 + real_patch.size / 100);
}

static void bytes_after_the_patch_are_told(void **state) {
    (void)state;
    image longer = image_of_value(0xFF, real_patch.size + 1);
    memcpy(longer.data, real_patch.data, real_patch.size);
    assert_int_equal(apply_real(longer.data, longer.size), WHITTLE_ERROR_TRAILING);
    image_free(&longer);
}

static void bytes_between_the_streams_are_corrupt(void **state) {
    (void)state;
    for (int number = 0; number < 2; number++) {
        size_t at = HEADER_SIZE;
        for (int i = 0; i <= number; i++) {
            at += (size_t)load_number(real_patch.data + MAGIC_SIZE + i * NUMBER_SIZE);
        }
        image longer = image_of_value(0, real_patch.size + 1);
        memcpy(longer.data, real_patch.data, at);
        memcpy(longer.data + at + 1, real_patch.data + at, real_patch.size - at);
        int64_t size = load_number(longer.data + MAGIC_SIZE + number * NUMBER_SIZE);
        forge_number(&longer, number, size + 1);
        assert_int_equal(apply_real(longer.data, longer.size), WHITTLE_ERROR_CORRUPT);
        image_free(&longer);
    }
}

/* Any outcome but a crash, a hang or a leak will do: the target's size is all that is promised. */
static void random_segments_do_no_harm(void **state) {
    (void)state;
    generator random = generator_start(42);
    for (unsigned round = 0; round < 3000; round += cases_apart(APART)) {
        forged_segment segments[8];
        uint32_t count = 1 + generate_below(&random, COUNT_OF(segments));
        for (uint32_t i = 0; i < count; i++) {
            segments[i] = (forged_segment){generate_below(&random, 5), generate_below(&random, 5),
                                           (int64_t)generate_below(&random, 40) - 20};
            if (generate_below(&random, 8) == 0) {
                segments[i].seek = (int64_t)generate_magnitude(&random) << 31;
                segments[i].copied = -(int64_t)generate_below(&random, 3);
            }
        }
        int64_t target_size = generate_below(&random, 20);
        const forgery wanted = with_segments(segments, count, target_size);
        uint8_t *target;
        size_t size;
        if (apply(forge_patch(&wanted), &target, &size) == WHITTLE_OK) {
            assert_int_equal(size, target_size);
            free(target);
        }
    }
}

static void random_bytes_behind_a_header_are_refused(void **state) {
    (void)state;
    generator random = generator_start(43);
    for (unsigned round = 0; round < 2000; round += cases_apart(APART)) {
        image noise = image_of_bytes(&random, HEADER_SIZE + 3 * 14 + generate_below(&random, 99));
        memcpy(noise.data, BSDIFF40_MAGIC, MAGIC_SIZE);
        forge_number(&noise, 0, 14 + generate_below(&random, 20));
        forge_number(&noise, 1, 14 + generate_below(&random, 20));
        forge_number(&noise, 2, generate_magnitude(&random));
        memcpy(noise.data + HEADER_SIZE, "BZh9", 4); /* gets further than the magic */
        uint8_t *target;
        size_t size;
        assert_int_not_equal(apply(noise, &target, &size), WHITTLE_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_add_the_difference_and_insertions_follow),
        cmocka_unit_test(the_place_in_the_source_moves_both_ways),
        cmocka_unit_test(bytes_outside_of_the_source_count_as_zero),
        cmocka_unit_test(the_source_may_be_empty),
        cmocka_unit_test(the_target_may_be_empty),
        cmocka_unit_test(segments_outside_of_the_target_are_corrupt),
        cmocka_unit_test(a_place_that_overflows_is_corrupt),
        cmocka_unit_test(segments_that_never_write_are_corrupt),
        cmocka_unit_test(a_stream_with_too_little_is_corrupt),
        cmocka_unit_test(a_stream_with_too_much_is_corrupt),
        cmocka_unit_test(a_bomb_of_segments_is_not_followed),
        cmocka_unit_test(the_real_patch_gives_the_target),
        cmocka_unit_test(every_cut_is_incomplete),
        cmocka_unit_test(no_flipped_byte_gives_another_target),
        cmocka_unit_test(bytes_after_the_patch_are_told),
        cmocka_unit_test(bytes_between_the_streams_are_corrupt),
        cmocka_unit_test(random_segments_do_no_harm),
        cmocka_unit_test(random_bytes_behind_a_header_are_refused),
    };
    return cmocka_run_group_tests(tests, make_real_patch, free_real_patch);
}
