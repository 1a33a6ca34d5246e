/* Encoding: whatever the images, the patch gives back the target, and the same call makes the same
 * bytes. */
#include <stdlib.h>

#include "bsdiff40/scan.h"
#include "bsdiff40/streams.h"
#include "support/decoding.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

enum { APART = 7 /* are the pairs that are tried where all is slower */ };

static image encode(const image *source, const image *target, int level) {
    image patch;
    assert_int_equal(whittle_bsdiff40_encode(source->data, source->size, target->data, target->size,
                                             level, &patch.data, &patch.size),
                     WHITTLE_OK);
    return patch;
}

/* The patch's size, once it has given back the target. */
static size_t round_trip(const image *source, const image *target) {
    image patch = encode(source, target, 9);
    image rebuilt;
    size_t size = patch.size;
    assert_int_equal(whittle_bsdiff40_apply(source->data, source->size, patch.data, patch.size,
                                            &rebuilt.data, &rebuilt.size),
                     WHITTLE_OK);
    assert_int_equal(rebuilt.size, target->size);
    assert_memory_equal(rebuilt.data, target->data, target->size);
    image_free(&rebuilt);
    image_free(&patch);
    return size;
}

static void both_ways(const image *one, const image *other) {
    round_trip(one, other);
    round_trip(other, one);
}

static void empty_and_tiny_images(void **state) {
    (void)state;
    generator random = generator_start(50);
    for (size_t size = 0; size < 12; size++) {
        for (size_t other_size = 0; other_size < 12; other_size++) {
            image one = image_of_bytes(&random, size);
            image other = image_of_bytes(&random, other_size);
            both_ways(&one, &other);
            image_free(&one);
            image_free(&other);
        }
    }
}

static void an_image_may_be_null_where_it_is_empty(void **state) {
    (void)state;
    const image nothing = {NULL, 0};
    image something = image_of_value('x', 100);
    both_ways(&nothing, &something);
    both_ways(&nothing, &nothing);
    image_free(&something);
}

static void identical_images_take_next_to_nothing(void **state) {
    (void)state;
    generator random = generator_start(51);
    image one = image_of_bytes(&random, 100000);
    assert_in_range(round_trip(&one, &one), 1, 200);
    image_free(&one);
}

static void unrelated_images_take_hardly_more_than_the_target(void **state) {
    (void)state;
    generator random = generator_start(52);
    image one = image_of_bytes(&random, 50000);
    image other = image_of_bytes(&random, 30000);
    assert_in_range(round_trip(&one, &other), 30000, 30600);
    image_free(&one);
    image_free(&other);
}

static void uniform_and_periodic_images(void **state) {
    (void)state;
    generator random = generator_start(53);
    image images[] = {image_of_value(0xFF, 70000), image_of_value(0, 65000),
                      image_of_pattern(&random, 3, 60000), image_of_pattern(&random, 257, 60001)};
    for (size_t i = 0; i < COUNT_OF(images); i++) {
        for (size_t j = 0; j < COUNT_OF(images); j++) {
            round_trip(&images[i], &images[j]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(images); i++) {
        image_free(&images[i]);
    }
}

static void edit(generator *random, image *edited) {
    switch (generate_below(random, 4)) {
    case 0:
        image_flip(random, edited, 1 + generate_below(random, 20));
        break;
    case 1:
        image_insert(random, edited, generate_below(random, 300));
        break;
    case 2:
        image_delete(random, edited, generate_below(random, 300));
        break;
    default:
        image_move(random, edited, generate_below(random, 2000));
        break;
    }
}

static void random_edits(void **state) {
    (void)state;
    generator random = generator_start(54);
    for (unsigned round = 0; round < 150; round += cases_apart(APART)) {
        image one = image_of_bytes(&random, generate_below(&random, 20000));
        image other = image_copy(&one);
        for (uint32_t edits = generate_below(&random, 12); edits > 0; edits--) {
            edit(&random, &other);
        }
        both_ways(&one, &other);
        image_free(&one);
        image_free(&other);
    }
}

/* What the scan alone would make of it. */
static size_t scanned_size(const image *source, const image *target) {
    const bsdiff40_images images = {source->data, source->size, target->data, target->size};
    bsdiff40_segments segments = {0};
    candidates diagonals = {0};
    bsdiff40_patch patch;
    match_index index;
    assert_int_equal(match_index_build(&index, source->data, source->size), WHITTLE_OK);
    assert_int_equal(bsdiff40_scan(&images, &index, &segments, &diagonals), WHITTLE_OK);
    assert_int_equal(bsdiff40_write(&images, &segments, 9, &patch), WHITTLE_OK);
    match_index_free(&index);
    segments_free(&segments);
    candidates_free(&diagonals);
    free(patch.data);
    return patch.size;
}

/* Costs learned from little may mislead: then the scan's patch is the one to keep. */
static void refining_never_harms_and_sometimes_helps(void **state) {
    (void)state;
    generator random = generator_start(58);
    size_t helped = 0;
    size_t kept = 0;
    for (unsigned round = 0; round < 60; round += cases_apart(APART)) {
        image one;
        image other;
        const unsigned functions = 1 + generate_below(&random, 60);
        const unsigned edits = 1 + generate_below(&random, 6);
        firmware_release(&random, functions, edits, &one, &other);
        size_t scanned = scanned_size(&one, &other);
        size_t refined = round_trip(&one, &other);
        assert_true(refined <= scanned);
        helped += refined < scanned;
        kept += refined == scanned;
        image_free(&one);
        image_free(&other);
    }
    assert_true(helped > 0);
    assert_true(kept > 0);
}

static void releases_of_firmware(void **state) {
    (void)state;
    generator random = generator_start(55);
    image one;
    image other;
    firmware_release(&random, 300, 20, &one, &other);
    assert_in_range(round_trip(&one, &other), 1, other.size / 4);
    round_trip(&other, &one);
    image_free(&one);
    image_free(&other);
}

static void the_same_call_makes_the_same_bytes(void **state) {
    (void)state;
    generator random = generator_start(56);
    image one = image_of_pattern(&random, 5000, 40000);
    image other = image_copy(&one);
    image_move(&random, &other, 3000);
    image_flip(&random, &other, 500);
    image first = encode(&one, &other, 5);
    image second = encode(&one, &other, 5);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    image_free(&one);
    image_free(&other);
    image_free(&first);
    image_free(&second);
}

/* The longest matches are hardly better than what the copy from the start has right anyway, until
 * its wrong byte is passed. Looked for at every byte before it, they would take hours: the group's
 * time limit ends that. */
static void sparse_padding_takes_no_quadratic_time(void **state) {
    (void)state;
    const size_t size = 4u << 20;
    image one = image_of_value(0, size);
    image other = image_of_value(0, size);
    one.data[size / 8] = 1;
    other.data[size / 8 * 7] = 1;
    both_ways(&one, &other);
    image_free(&one);
    image_free(&other);
}

static void the_level_is_that_of_all_streams(void **state) {
    (void)state;
    const image one = {(uint8_t *)(uintptr_t) "the old image", 13};
    const image other = {(uint8_t *)(uintptr_t) "the new image", 13};
    for (int level = 1; level <= 9; level++) {
        image patch = encode(&one, &other, level);
        whittle_bsdiff40_info info;
        assert_int_equal(whittle_bsdiff40_read_info(patch.data, patch.size, &info), WHITTLE_OK);
        assert_int_equal(info.level, level);
        assert_int_equal(info.target_size, 13);
        const uint64_t streams[] = {0, info.control_size, info.control_size + info.difference_size};
        for (size_t i = 0; i < COUNT_OF(streams); i++) {
            assert_int_equal(patch.data[32 + streams[i] + 3], '0' + level);
        }
        image_free(&patch);
    }
}

static void levels_that_there_are_not_are_refused(void **state) {
    (void)state;
    const int levels[] = {0, 10, -1};
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        uint8_t *patch = NULL;
        size_t size = 99;
        assert_int_equal(whittle_bsdiff40_encode(NULL, 0, NULL, 0, levels[i], &patch, &size),
                         WHITTLE_ERROR_ARGUMENT);
        assert_null(patch);
        assert_int_equal(size, 99);
    }
}

static void images_beyond_the_largest_are_refused(void **state) {
    (void)state;
    const uint8_t byte = 0;
    uint8_t *patch;
    size_t size;
    assert_int_equal(
        whittle_bsdiff40_encode(&byte, (size_t)WHITTLE_IMAGE_MAX + 1, &byte, 1, 9, &patch, &size),
        WHITTLE_ERROR_TOO_LARGE);
    assert_int_equal(
        whittle_bsdiff40_encode(&byte, 1, &byte, (size_t)WHITTLE_IMAGE_MAX + 1, 9, &patch, &size),
        WHITTLE_ERROR_TOO_LARGE);
}

/* As encode.c reckons: decompressors of three streams, and a patch as large as an image. */
static void the_default_level_is_the_highest_that_fits_4_mib(void **state) {
    (void)state;
    const size_t level = WHITTLE_BSDIFF40_LEVEL_DEFAULT;
    const size_t beside = 65536;
    const size_t largest_patch = 1700000;
    const size_t part = 4u << 20;
    assert_true(3 * (250000 * level + beside) + largest_patch <= part);
    assert_true(3 * (250000 * (level + 1) + beside) + largest_patch > part);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_and_tiny_images),
        cmocka_unit_test(an_image_may_be_null_where_it_is_empty),
        cmocka_unit_test(identical_images_take_next_to_nothing),
        cmocka_unit_test(unrelated_images_take_hardly_more_than_the_target),
        cmocka_unit_test(uniform_and_periodic_images),
        cmocka_unit_test(random_edits),
        cmocka_unit_test(refining_never_harms_and_sometimes_helps),
        cmocka_unit_test(releases_of_firmware),
        cmocka_unit_test(the_same_call_makes_the_same_bytes),
        cmocka_unit_test(sparse_padding_takes_no_quadratic_time),
        cmocka_unit_test(the_level_is_that_of_all_streams),
        cmocka_unit_test(levels_that_there_are_not_are_refused),
        cmocka_unit_test(images_beyond_the_largest_are_refused),
        cmocka_unit_test(the_default_level_is_the_highest_that_fits_4_mib),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
