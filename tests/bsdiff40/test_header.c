/* The header: recognised, taken apart, and told in words; no size in it is believed unchecked. */
#include "bsdiff40/header.h"

#include <string.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "support/forge_bsdiff40.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

static image patch; /* copies three bytes and inserts two */

static int make_patch_by_hand(void **state) {
    (void)state;
    const forged_segment segment = {3, 2, 0};
    const forgery wanted = {.segments = &segment,
                            .segment_count = 1,
                            .difference = (const uint8_t *)"\0\0\1",
                            .difference_size = 3,
                            .extra = (const uint8_t *)"de",
                            .extra_size = 2,
                            .target_size = 5};
    patch = forge_patch(&wanted);
    return 0;
}

static int free_patch(void **state) {
    (void)state;
    image_free(&patch);
    return 0;
}

static int take_apart(const image *from) {
    bsdiff40_parts parts;
    return bsdiff40_take_apart(from->data, from->size, &parts);
}

static int with_number(int number, int64_t value) {
    image changed = image_copy(&patch);
    forge_number(&changed, number, value);
    int error = take_apart(&changed);
    image_free(&changed);
    return error;
}

static void recognises_its_magic_only(void **state) {
    (void)state;
    assert_true(whittle_bsdiff40_recognise(patch.data, patch.size));
    assert_true(whittle_bsdiff40_recognise(patch.data, MAGIC_SIZE));
    assert_false(whittle_bsdiff40_recognise(patch.data, MAGIC_SIZE - 1));
    assert_false(whittle_bsdiff40_recognise(NULL, 0));
    assert_false(whittle_bsdiff40_recognise((const uint8_t *)"BSDIFF41", MAGIC_SIZE));
}

static void the_streams_lie_behind_each_other(void **state) {
    (void)state;
    bsdiff40_parts parts;
    assert_int_equal(bsdiff40_take_apart(patch.data, patch.size, &parts), WHITTLE_OK);
    assert_ptr_equal(parts.control.data, patch.data + HEADER_SIZE);
    assert_ptr_equal(parts.difference.data, parts.control.data + parts.control.size);
    assert_ptr_equal(parts.extra.data, parts.difference.data + parts.difference.size);
    assert_ptr_equal(parts.extra.data + parts.extra.size, patch.data + patch.size);
    assert_int_equal(parts.target_size, 5);
}

static void info_tells_sizes_and_level(void **state) {
    (void)state;
    whittle_bsdiff40_info info;
    assert_int_equal(whittle_bsdiff40_read_info(patch.data, patch.size, &info), WHITTLE_OK);
    assert_int_equal(info.level, 9);
    assert_int_equal(info.target_size, 5);
    assert_int_equal(HEADER_SIZE + info.control_size + info.difference_size + info.extra_size,
                     patch.size);
}

/* The level of each stream in turn is higher than that of the others. */
static void info_tells_the_largest_level(void **state) {
    (void)state;
    bsdiff40_parts parts;
    image changed = image_copy(&patch);
    assert_int_equal(bsdiff40_take_apart(changed.data, changed.size, &parts), WHITTLE_OK);
    const size_t levels[] = {(size_t)(parts.control.data - changed.data) + 3,
                             (size_t)(parts.difference.data - changed.data) + 3,
                             (size_t)(parts.extra.data - changed.data) + 3};
    for (size_t highest = 0; highest < COUNT_OF(levels); highest++) {
        whittle_bsdiff40_info info;
        for (size_t i = 0; i < COUNT_OF(levels); i++) {
            changed.data[levels[i]] = i == highest ? '7' : '2';
        }
        assert_int_equal(whittle_bsdiff40_read_info(changed.data, changed.size, &info), WHITTLE_OK);
        assert_int_equal(info.level, 7);
        changed.data[levels[highest]] = 'x';
        assert_int_equal(whittle_bsdiff40_read_info(changed.data, changed.size, &info),
                         WHITTLE_ERROR_CORRUPT);
    }
    image_free(&changed);
}

static void other_data_is_no_patch(void **state) {
    (void)state;
    const image strangers[] = {
        {NULL, 0},
        {(uint8_t *)(uintptr_t) "X", 1},
        {(uint8_t *)(uintptr_t) "BSDIFF4X", 8},
        {(uint8_t *)(uintptr_t) "BSDIFF41 and more than a whole header", 37}};
    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        assert_int_equal(take_apart(&strangers[i]), WHITTLE_ERROR_NOT_A_PATCH);
    }
}

static void a_cut_header_or_stream_is_incomplete(void **state) {
    (void)state;
    bsdiff40_parts parts;
    assert_int_equal(bsdiff40_take_apart(patch.data, patch.size, &parts), WHITTLE_OK);
    size_t needed = (size_t)(parts.extra.data - patch.data) + BZIP2_SIZE_MIN;
    for (size_t size = 1; size < needed; size++) {
        const image cut = {patch.data, size};
        whittle_bsdiff40_info info;
        assert_int_equal(take_apart(&cut), WHITTLE_ERROR_INCOMPLETE);
        assert_int_equal(whittle_bsdiff40_read_info(cut.data, size, &info),
                         WHITTLE_ERROR_INCOMPLETE);
    }
}

static void sizes_that_cannot_be_are_corrupt(void **state) {
    (void)state;
    const int64_t impossible[] = {-1, INT64_MIN + 1, 0, BZIP2_SIZE_MIN - 1};
    for (size_t i = 0; i < COUNT_OF(impossible); i++) {
        assert_int_equal(with_number(0, impossible[i]), WHITTLE_ERROR_CORRUPT);
        assert_int_equal(with_number(1, impossible[i]), WHITTLE_ERROR_CORRUPT);
    }
    assert_int_equal(with_number(2, -1), WHITTLE_ERROR_CORRUPT);
    assert_int_equal(with_number(2, INT64_MIN + 1), WHITTLE_ERROR_CORRUPT);
}

static void sizes_beyond_the_patch_are_incomplete(void **state) {
    (void)state;
    const int64_t huge[] = {(int64_t)patch.size, INT32_MAX, UINT32_MAX, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(huge); i++) {
        assert_int_equal(with_number(0, huge[i]), WHITTLE_ERROR_INCOMPLETE);
        assert_int_equal(with_number(1, huge[i]), WHITTLE_ERROR_INCOMPLETE);
    }
}

static void targets_beyond_the_largest_image_are_refused(void **state) {
    (void)state;
    assert_int_equal(with_number(2, WHITTLE_IMAGE_MAX), WHITTLE_OK);
    assert_int_equal(with_number(2, (int64_t)WHITTLE_IMAGE_MAX + 1), WHITTLE_ERROR_TOO_LARGE);
    assert_int_equal(with_number(2, INT64_MAX), WHITTLE_ERROR_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recognises_its_magic_only),
        cmocka_unit_test(the_streams_lie_behind_each_other),
        cmocka_unit_test(info_tells_sizes_and_level),
        cmocka_unit_test(info_tells_the_largest_level),
        cmocka_unit_test(other_data_is_no_patch),
        cmocka_unit_test(a_cut_header_or_stream_is_incomplete),
        cmocka_unit_test(sizes_that_cannot_be_are_corrupt),
        cmocka_unit_test(sizes_beyond_the_patch_are_incomplete),
        cmocka_unit_test(targets_beyond_the_largest_image_are_refused),
    };
    return cmocka_run_group_tests(tests, make_patch_by_hand, free_patch);
}
