/* Costs: what the parse before showed to be frequent is cheap, in its context; sizes follow
 * bzip2's.
 */
#include "bsdiff40/costs.h"

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

enum { SIZE = 4000 };

static image source;
static image target;

/* Half a copy in which every fourth byte differs by 8, half an insertion of "abab...". */
static int make_images(void **state) {
    (void)state;
    generator random = generator_start(70);
    source = image_of_bytes(&random, SIZE);
    target = image_copy(&source);
    for (size_t at = 0; at < SIZE / 2; at += 4) {
        target.data[at] = (uint8_t)(target.data[at] + 8);
    }
    for (size_t at = SIZE / 2; at < SIZE; at++) {
        target.data[at] = at % 2 ? 'b' : 'a';
    }
    return 0;
}

static int free_images(void **state) {
    (void)state;
    image_free(&source);
    image_free(&target);
    return 0;
}

static bsdiff40_costs *learn(const bsdiff40_segments *segments, size_t control_size,
                             size_t extra_size) {
    const bsdiff40_images images = {source.data, SIZE, target.data, SIZE};
    const bsdiff40_patch patch = {.control_size = control_size, .extra_size = extra_size};
    bsdiff40_costs *costs;
    assert_int_equal(costs_learn(&images, segments, &patch, &costs), WHITTLE_OK);
    return costs;
}

static bsdiff40_costs *learn_halves(size_t control_size, size_t extra_size) {
    bsdiff40_segments segments = {0};
    assert_int_equal(segments_add(&segments, 0, SIZE / 2, SIZE / 2), WHITTLE_OK);
    bsdiff40_costs *costs = learn(&segments, control_size, extra_size);
    segments_free(&segments);
    return costs;
}

static void a_right_byte_among_right_ones_is_nearly_free(void **state) {
    (void)state;
    bsdiff40_segments all = {0};
    assert_int_equal(segments_add(&all, SIZE / 2, SIZE / 2, 0), WHITTLE_OK);
    bsdiff40_images same = {source.data, SIZE, source.data + SIZE / 2, SIZE / 2};
    const bsdiff40_patch patch = {.control_size = 50};
    bsdiff40_costs *costs;
    assert_int_equal(costs_learn(&same, &all, &patch, &costs), WHITTLE_OK);
    assert_in_range(costs_of_difference(costs, 0, 0), 0, COST_BIT / 50);
    assert_in_range(costs_of_difference(costs, 0, 1), 8 * COST_BIT, 24 * COST_BIT);
    costs_free(costs);
    segments_free(&all);
}

/* 8 comes after three right bytes, and only there. */
static void a_regular_difference_is_cheap_where_it_belongs(void **state) {
    (void)state;
    bsdiff40_costs *costs = learn_halves(50, 50);
    uint32_t expected = costs_of_difference(costs, 0x08000000, 8);
    assert_in_range(expected, 0, COST_BIT / 4);
    assert_in_range(costs_of_difference(costs, 0x08000000, 9), 8 * COST_BIT, 24 * COST_BIT);
    assert_in_range(costs_of_difference(costs, 0x00080000, 8), 2 * COST_BIT, 24 * COST_BIT);
    assert_in_range(costs_of_difference(costs, 0x00080000, 0), 0, COST_BIT / 4);
    costs_free(costs);
}

static void inserted_bytes_cost_what_follows_from_the_byte_before(void **state) {
    (void)state;
    bsdiff40_costs *costs = learn_halves(50, 50);
    assert_true(costs_of_insert(costs, 'a', 'b') < COST_BIT);
    assert_true(costs_of_insert(costs, 'a', 'z') > 4 * costs_of_insert(costs, 'a', 'b'));
    assert_true(costs_of_insert(costs, 'b', 'b') > 4 * costs_of_insert(costs, 'b', 'a'));
    costs_free(costs);
}

/* The more bzip2 needed for the extra stream, the more a byte of it costs, within bounds. */
static void inserted_bytes_are_scaled_by_the_real_size(void **state) {
    (void)state;
    bsdiff40_costs *small = learn_halves(50, 50);
    bsdiff40_costs *large = learn_halves(50, 400);
    bsdiff40_costs *absurd = learn_halves(50, 1000000);
    uint32_t cost = costs_of_insert(small, 'a', 'z');
    assert_in_range(costs_of_insert(large, 'a', 'z'), cost + 1, 4 * cost);
    assert_in_range(costs_of_insert(absurd, 'a', 'z'), cost + 1, 4 * cost);
    costs_free(small);
    costs_free(large);
    costs_free(absurd);
}

static void a_segment_costs_its_share_of_the_control_stream(void **state) {
    (void)state;
    bsdiff40_segments many = {0};
    for (size_t i = 0; i < SIZE / 4; i++) {
        assert_int_equal(segments_add(&many, 4 * i, 3, 1), WHITTLE_OK);
    }
    bsdiff40_costs *cheap = learn(&many, 2040, 1000);  /* 2 bytes a segment */
    bsdiff40_costs *costly = learn(&many, 6040, 1000); /* 6 bytes a segment */
    assert_in_range(costs_of_segment(cheap), 16 * COST_BIT, 24 * COST_BIT);
    assert_in_range(costs_of_segment(costly), 48 * COST_BIT, 72 * COST_BIT);
    costs_free(cheap);
    costs_free(costly);
    segments_free(&many);
}

static void nothing_to_learn_from_still_gives_costs(void **state) {
    (void)state;
    const bsdiff40_segments none = {0};
    bsdiff40_costs *costs = learn(&none, 14, 14);
    assert_in_range(costs_of_segment(costs), 8 * COST_BIT, 200 * COST_BIT);
    assert_in_range(costs_of_difference(costs, 0, 0), 7 * COST_BIT, 9 * COST_BIT);
    assert_in_range(costs_of_difference(costs, 1, 200), 7 * COST_BIT, 9 * COST_BIT);
    assert_in_range(costs_of_insert(costs, 0, 0), 7 * COST_BIT, 9 * COST_BIT);
    costs_free(costs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_byte_among_right_ones_is_nearly_free),
        cmocka_unit_test(a_regular_difference_is_cheap_where_it_belongs),
        cmocka_unit_test(inserted_bytes_cost_what_follows_from_the_byte_before),
        cmocka_unit_test(inserted_bytes_are_scaled_by_the_real_size),
        cmocka_unit_test(a_segment_costs_its_share_of_the_control_stream),
        cmocka_unit_test(nothing_to_learn_from_still_gives_costs),
    };
    return cmocka_run_group_tests(tests, make_images, free_images);
}
