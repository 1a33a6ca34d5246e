/* The parse: copies are sound on any input, and on simple ones they are the obvious ones. */
#include "encoder/parse.h"

#include <stdlib.h>
#include <string.h>

#include "support/decoding.h"
#include "support/unit_test.h"

typedef struct parsed {
    whittle_copy *copies;
    size_t count;
} parsed;

/* Every copy lies in both images, is not empty, and follows the one before. */
static void expect_sound(const parsed *result, const image *source, const image *target) {
    size_t end = 0;
    for (size_t i = 0; i < result->count; i++) {
        const whittle_copy *copy = &result->copies[i];
        assert_true(copy->size > 0);
        assert_true(copy->target >= end);
        assert_true(copy->target <= target->size && copy->size <= target->size - copy->target);
        assert_true(copy->source <= source->size && copy->size <= source->size - copy->source);
        end = (size_t)copy->target + copy->size;
    }
}

static parsed parse_for(const image *source, const image *target, const parse_costs *costs,
                        const parse_explainer *explainer) {
    match_index index;
    parsed result;
    assert_int_equal(match_index_build(&index, source->data, source->size), WHITTLE_OK);
    assert_int_equal(parse_target(&index, target->data, target->size, costs, explainer,
                                  &result.copies, &result.count),
                     WHITTLE_OK);
    match_index_free(&index);
    expect_sound(&result, source, target);
    return result;
}

static parsed parse_with(const image *source, const image *target,
                         const parse_explainer *explainer) {
    return parse_for(source, target, &parse_costs_default, explainer);
}

static parsed parse(const image *source, const image *target) {
    return parse_with(source, target, NULL);
}

static size_t bytes_copied_rightly(const parsed *result, const image *source, const image *target) {
    size_t right = 0;
    for (size_t i = 0; i < result->count; i++) {
        const whittle_copy *copy = &result->copies[i];
        for (uint32_t k = 0; k < copy->size; k++) {
            right += source->data[copy->source + k] == target->data[copy->target + k];
        }
    }
    return right;
}

static void expect_copy(const whittle_copy *copy, uint32_t source, uint32_t target, uint32_t size) {
    assert_int_equal(copy->source, source);
    assert_int_equal(copy->target, target);
    assert_int_equal(copy->size, size);
}

static void identical_images_are_one_copy(void **state) {
    (void)state;
    generator random = generator_start(170);
    image source = image_of_bytes(&random, 5000);
    parsed result = parse(&source, &source);
    assert_int_equal(result.count, 1);
    expect_copy(&result.copies[0], 0, 0, 5000);
    free(result.copies);
    image_free(&source);
}

static void single_wrong_bytes_do_not_end_a_copy(void **state) {
    (void)state;
    generator random = generator_start(171);
    image source = image_of_bytes(&random, 5000);
    image target = image_copy(&source);
    for (size_t i = 100; i < 4900; i += 100) {
        target.data[i] ^= 0x55;
    }
    parsed result = parse(&source, &target);
    assert_int_equal(result.count, 1);
    expect_copy(&result.copies[0], 0, 0, 5000);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

/* A piece of random bytes put in: two copies, and the piece is no part of either. */
static void an_insertion_splits_the_copy(void **state) {
    (void)state;
    generator random = generator_start(172);
    image source = image_of_bytes(&random, 4000);
    image target = image_of_bytes(&random, 4300);
    memcpy(target.data, source.data, 1500);
    memcpy(target.data + 1800, source.data + 1500, 2500);
    parsed result = parse(&source, &target);
    assert_int_equal(result.count, 2);
    assert_in_range(result.copies[0].size, 1500, 1503); /* a byte may match by chance */
    assert_in_range(result.copies[1].target, 1797, 1800);
    assert_int_equal(bytes_copied_rightly(&result, &source, &target), 4000);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

static void a_deletion_and_a_move_are_found(void **state) {
    (void)state;
    generator random = generator_start(173);
    image source = image_of_bytes(&random, 6000);
    image target = image_of_value(0, 5000);
    memcpy(target.data, source.data + 3000, 3000);        /* the second half first */
    memcpy(target.data + 3000, source.data, 1000);        /* the first half, */
    memcpy(target.data + 4000, source.data + 2000, 1000); /* but for its middle */
    parsed result = parse(&source, &target);
    assert_int_equal(result.count, 3);
    expect_copy(&result.copies[0], 3000, 0, 3000);
    expect_copy(&result.copies[1], 0, 3000, 1000);
    expect_copy(&result.copies[2], 2000, 4000, 1000);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

static void unrelated_images_have_nothing_to_copy(void **state) {
    (void)state;
    generator random = generator_start(174);
    image source = image_of_bytes(&random, 20000);
    image target = image_of_bytes(&random, 20000);
    parsed result = parse(&source, &target);
    assert_int_equal(result.count, 0);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

static void empty_images_have_nothing_to_copy(void **state) {
    (void)state;
    const image none = {NULL, 0};
    image some = image_of_value(7, 100);
    parsed result = parse(&none, &some);
    assert_int_equal(result.count, 0);
    free(result.copies);
    result = parse(&some, &none);
    assert_int_equal(result.count, 0);
    free(result.copies);
    result = parse(&none, &none);
    assert_int_equal(result.count, 0);
    free(result.copies);
    image_free(&some);
}

/* Each byte is wrong, but for a match in the middle: the copy reaches as far as it is explained. */
static bool explains_first_half(void *context, uint32_t source, uint32_t target) {
    assert_int_equal(source, target);
    return target < *(const uint32_t *)context;
}

static void explained_bytes_are_as_good_as_right_ones(void **state) {
    (void)state;
    generator random = generator_start(175);
    uint32_t half = 80;
    image source = image_of_bytes(&random, 160);
    image target = image_of_bytes(&random, 160);
    memcpy(target.data + 40, source.data + 40, 40);
    parsed plain = parse(&source, &target);
    assert_int_equal(plain.count, 1);
    assert_in_range(plain.copies[0].target, 37, 40);
    const parse_explainer explainer = {explains_first_half, &half};
    parsed explained = parse_with(&source, &target, &explainer);
    assert_int_equal(explained.count, 1);
    assert_int_equal(explained.copies[0].target, 0);
    assert_in_range(explained.copies[0].size, 80, 83);
    free(plain.copies);
    free(explained.copies);
    image_free(&source);
    image_free(&target);
}

/* Costs under which paths go astray: past the ends of the source, through endless misses. */
static parse_costs strange_costs(generator *random) {
    return (parse_costs){
        .hit = generate_magnitude(random) % 1000,
        .miss = generate_magnitude(random) % 1000,
        .explained = generate_magnitude(random) % 1000,
        .insert = generate_magnitude(random) % 100000,
        .new_copy = generate_magnitude(random) % 1000,
        .start_insert = generate_magnitude(random) % 1000,
        .match_min = 1 + generate_below(random, 20),
        .lead = generate_magnitude(random) % 1000,
    };
}

static void copies_are_sound_on_any_input_at_any_costs(void **state) {
    (void)state;
    generator random = generator_start(176);
    for (unsigned round = 0; round < 150; round++) {
        uint32_t size = generate_magnitude(&random) % 6000;
        image source = round % 2 ? image_of_bytes(&random, size)
                                 : image_of_pattern(&random, 1 + round % 70, size);
        image target = image_copy(&source);
        for (unsigned edits = generate_below(&random, 12); edits > 0; edits--) {
            uint32_t amount = 1 + generate_below(&random, 1 + size / 4);
            image_flip(&random, &target, amount / 8);
            image_insert(&random, &target, amount / 2);
            image_delete(&random, &target, amount);
            image_move(&random, &target, amount);
        }
        const parse_costs strange = strange_costs(&random);
        parsed result = parse(&source, &target);
        free(result.copies);
        result = parse_for(&source, &target, &strange, NULL);
        free(result.copies);
        image_free(&source);
        image_free(&target);
    }
}

/* When inserting is dear, a copy goes on past both ends of the source; it is cut there. */
static void copies_end_where_the_source_ends(void **state) {
    (void)state;
    generator random = generator_start(178);
    const parse_costs costs = {.hit = 1,
                               .miss = 2,
                               .explained = 1,
                               .insert = 100000,
                               .new_copy = 3,
                               .start_insert = 3,
                               .match_min = 6,
                               .lead = 48};
    image source = image_of_bytes(&random, 100);
    image target = image_of_bytes(&random, 140);
    memcpy(target.data + 20, source.data, 100);
    parsed result = parse_for(&source, &target, &costs, NULL);
    assert_int_equal(result.count, 1);
    expect_copy(&result.copies[0], 0, 20, 100);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

/* Of a program and its next release nearly everything is copied. */
static void most_of_a_release_is_copied(void **state) {
    (void)state;
    generator random = generator_start(177);
    image source;
    image target;
    firmware_release(&random, 200, 10, &source, &target);
    parsed result = parse(&source, &target);
    assert_true(bytes_copied_rightly(&result, &source, &target) > target.size * 8 / 10);
    assert_true(result.count < 200);
    free(result.copies);
    image_free(&source);
    image_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identical_images_are_one_copy),
        cmocka_unit_test(single_wrong_bytes_do_not_end_a_copy),
        cmocka_unit_test(an_insertion_splits_the_copy),
        cmocka_unit_test(a_deletion_and_a_move_are_found),
        cmocka_unit_test(unrelated_images_have_nothing_to_copy),
        cmocka_unit_test(empty_images_have_nothing_to_copy),
        cmocka_unit_test(explained_bytes_are_as_good_as_right_ones),
        cmocka_unit_test(copies_are_sound_on_any_input_at_any_costs),
        cmocka_unit_test(copies_end_where_the_source_ends),
        cmocka_unit_test(most_of_a_release_is_copied),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
