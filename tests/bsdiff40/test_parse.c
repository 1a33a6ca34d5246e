/* Parsing, by the scan and by the shortest path: the segments cover the target, copy within the
 * source, and are those that anyone would choose where the choice is clear. */
#include <stdlib.h>
#include <string.h>

#include "bsdiff40/candidates.h"
#include "bsdiff40/costs.h"
#include "bsdiff40/path.h"
#include "bsdiff40/scan.h"
#include "bsdiff40/streams.h"
#include "support/decoding.h"
#include "support/unit_test.h"
#include "whittle/error.h"

typedef struct parse {
    bsdiff40_segments scanned;
    candidates diagonals;
    bsdiff40_patch patch;
    bsdiff40_segments refined;
} parse;

static bsdiff40_images images_of(const image *source, const image *target) {
    return (bsdiff40_images){source->data, source->size, target->data, target->size};
}

static void check_segments(const bsdiff40_images *images, const bsdiff40_segments *segments) {
    size_t covered = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const bsdiff40_segment *now = &segments->items[i];
        assert_true(now->source <= images->source_size);
        assert_true(now->copied <= images->source_size - now->source);
        assert_true(now->copied > 0 || i == 0);
        covered += now->copied + now->inserted;
    }
    assert_int_equal(covered, images->target_size);
}

static parse parse_images(const image *source, const image *target) {
    const bsdiff40_images images = images_of(source, target);
    parse result = {.scanned = {0}};
    match_index index;
    bsdiff40_costs *costs;
    assert_int_equal(match_index_build(&index, source->data, source->size), WHITTLE_OK);
    assert_int_equal(bsdiff40_scan(&images, &index, &result.scanned, &result.diagonals),
                     WHITTLE_OK);
    match_index_free(&index);
    candidates_sort(&result.diagonals);
    assert_int_equal(bsdiff40_write(&images, &result.scanned, 9, &result.patch), WHITTLE_OK);
    assert_int_equal(costs_learn(&images, &result.scanned, &result.patch, &costs), WHITTLE_OK);
    assert_int_equal(bsdiff40_find_path(&images, &result.diagonals, costs, &result.refined),
                     WHITTLE_OK);
    costs_free(costs);
    check_segments(&images, &result.scanned);
    check_segments(&images, &result.refined);
    return result;
}

static void parse_free(parse *gone) {
    segments_free(&gone->scanned);
    segments_free(&gone->refined);
    candidates_free(&gone->diagonals);
    free(gone->patch.data);
}

static void assert_segment(const bsdiff40_segments *list, size_t at, size_t source, size_t copied,
                           size_t inserted) {
    assert_true(at < list->count);
    assert_int_equal(list->items[at].source, source);
    assert_int_equal(list->items[at].copied, copied);
    assert_int_equal(list->items[at].inserted, inserted);
}

/* Both parses consist of that one segment. */
static void expect_one(const image *source, const image *target, size_t from, size_t copied,
                       size_t inserted) {
    parse both = parse_images(source, target);
    assert_int_equal(both.scanned.count, 1);
    assert_segment(&both.scanned, 0, from, copied, inserted);
    assert_int_equal(both.refined.count, 1);
    assert_segment(&both.refined, 0, from, copied, inserted);
    parse_free(&both);
}

static void the_same_image_is_one_copy(void **state) {
    (void)state;
    generator random = generator_start(61);
    image source = image_of_bytes(&random, 5000);
    expect_one(&source, &source, 0, 5000, 0);
    image_free(&source);
}

static void an_unrelated_image_is_one_insertion(void **state) {
    (void)state;
    image source = image_of_value('a', 3000);
    image target = image_of_value('b', 2000);
    expect_one(&source, &target, 0, 0, 2000);
    image_free(&source);
    image_free(&target);
}

static void a_wrong_byte_does_not_end_a_copy(void **state) {
    (void)state;
    generator random = generator_start(62);
    image source = image_of_bytes(&random, 5000);
    image target = image_copy(&source);
    for (size_t at = 100; at < target.size; at += 300) {
        target.data[at] ^= 1;
    }
    expect_one(&source, &target, 0, 5000, 0);
    image_free(&source);
    image_free(&target);
}

static void a_part_of_the_source_is_copied_from_there(void **state) {
    (void)state;
    generator random = generator_start(63);
    image source = image_of_bytes(&random, 5000);
    const image target = {source.data + 1234, 2000};
    expect_one(&source, &target, 1234, 2000, 0);
    image_free(&source);
}

/* 1000 new bytes after the first 2000: all that moves is moved, nothing else is inserted. */
static void an_insertion_parts_two_copies(void **state) {
    (void)state;
    generator random = generator_start(64);
    image source = image_of_bytes(&random, 5000);
    image target = image_of_value(0, 6000);
    memcpy(target.data, source.data, 2000);
    memcpy(target.data + 3000, source.data + 2000, 3000);
    parse both = parse_images(&source, &target);
    const bsdiff40_segments *lists[] = {&both.scanned, &both.refined};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        assert_int_equal(lists[i]->count, 2);
        assert_segment(lists[i], 0, 0, 2000, 1000);
        assert_segment(lists[i], 1, 2000, 3000, 0);
    }
    parse_free(&both);
    image_free(&source);
    image_free(&target);
}

/* A table of addresses that all moved by the same amount is copied, since bzip2 makes little of a
 * difference that repeats, though every fourth byte of it is wrong. */
static void a_regular_difference_is_copied(void **state) {
    (void)state;
    generator random = generator_start(65);
    image source = image_of_bytes(&random, 8000);
    image target = image_copy(&source);
    for (size_t at = 2000; at < 6000; at += 4) {
        target.data[at] = (uint8_t)(target.data[at] + 8);
    }
    expect_one(&source, &target, 0, 8000, 0);
    image_free(&source);
    image_free(&target);
}

static void every_parse_covers_the_target(void **state) {
    (void)state;
    generator random = generator_start(66);
    for (int round = 0; round < 200; round++) {
        image source = image_of_pattern(&random, 1 + generate_below(&random, 3000),
                                        generate_below(&random, 3000));
        image target = image_copy(&source);
        image_move(&random, &target, generate_below(&random, 500));
        image_insert(&random, &target, generate_below(&random, 100));
        image_delete(&random, &target, generate_below(&random, 500));
        image_flip(&random, &target, generate_below(&random, 100));
        parse both = parse_images(&source, &target); /* checks the segments */
        parse_free(&both);
        image_free(&source);
        image_free(&target);
    }
}

/* On code whose addresses changed, which is what all this is for. */
static void the_path_is_cheaper_than_the_scan(void **state) {
    (void)state;
    generator random = generator_start(67);
    image source;
    image target;
    firmware_release(&random, 400, 40, &source, &target);
    const bsdiff40_images images = images_of(&source, &target);
    parse both = parse_images(&source, &target);
    bsdiff40_patch refined;
    assert_int_equal(bsdiff40_write(&images, &both.refined, 9, &refined), WHITTLE_OK);
    assert_in_range(refined.size, 1, both.patch.size - 1);
    free(refined.data);
    parse_free(&both);
    image_free(&source);
    image_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_image_is_one_copy),
        cmocka_unit_test(an_unrelated_image_is_one_insertion),
        cmocka_unit_test(a_wrong_byte_does_not_end_a_copy),
        cmocka_unit_test(a_part_of_the_source_is_copied_from_there),
        cmocka_unit_test(an_insertion_parts_two_copies),
        cmocka_unit_test(a_regular_difference_is_copied),
        cmocka_unit_test(every_parse_covers_the_target),
        cmocka_unit_test(the_path_is_cheaper_than_the_scan),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
