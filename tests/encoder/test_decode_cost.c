/* What a patch costs its decoder: the estimates, and patches that keep to a budget. */
#include "encoder/decode_cost.h"

#include <string.h>

#include "codec/bytes.h"
#include "support/encoding.h"
#include "support/unit_test.h"

/* ---- Estimates ---- */

static void each_element_adds_to_the_cost(void **state) {
    (void)state;
    const coded_elements few = {.isa = WHITTLE_ISA_THUMB,
                                .contexts = 9,
                                .target_size = 100000,
                                .decisions = 1000,
                                .copied_bytes = 50000,
                                .copies = 10};
    coded_elements more = few;
    uint32_t cost = decode_cost(&few);
    assert_in_range(cost, 1, 1000);
    more.decisions *= 50;
    assert_true(decode_cost(&more) > cost);
    more = few;
    more.copied_bytes *= 2;
    assert_true(decode_cost(&more) > cost);
    more = few;
    more.copies = 40; /* of the same decisions, more are numbers, which are quick */
    assert_true(decode_cost(&more) < cost);
    more = few;
    more.isa = WHITTLE_ISA_NONE;
    assert_true(decode_cost(&more) < cost);
    more = few;
    more.contexts = 4;
    assert_true(decode_cost(&more) < cost);
}

static void extreme_counts_are_taken(void **state) {
    (void)state;
    const coded_elements nothing = {0};
    const coded_elements odd = {.target_size = 100, .copies = 1000};
    const coded_elements much = {.target_size = 1, .decisions = (uint64_t)1 << 50, .copies = 1};
    assert_int_equal(decode_cost(&nothing), 0);
    assert_int_equal(decode_cost(&odd), 0);
    assert_int_equal(decode_cost(&much), UINT32_MAX);
}

static void a_header_tells_about_the_cost(void **state) {
    (void)state;
    whittle_header header = {.flags = WHITTLE_FLAG_SOURCE, .target_size = 100000};
    uint32_t still = whittle_decode_cost(&header);
    header.isa = WHITTLE_ISA_RISCV;
    uint32_t walking = whittle_decode_cost(&header);
    header.payload_size = 5000;
    uint32_t busy = whittle_decode_cost(&header);
    assert_in_range(still, 1, walking - 1);
    assert_in_range(busy, walking + 1, 10000);
    header.contexts = WHITTLE_CONTEXT_MAX;
    assert_true(whittle_decode_cost(&header) > busy);
    header = (whittle_header){.target_size = 0, .payload_size = 10};
    assert_int_equal(whittle_decode_cost(&header), 0);
    header = (whittle_header){.target_size = 10, .payload_size = UINT32_MAX};
    assert_true(whittle_decode_cost(&header) > 1000000);
}

/* ---- Budgets ---- */

static whittle_encoder_options with_budget(uint32_t budget, uint32_t *cost) {
    whittle_encoder_options options = encoder_defaults();
    options.decode_budget = budget;
    options.decode_cost = cost;
    return options;
}

/* A release whose new parts are made of short pieces of the old image. */
static void make_patchwork(image *source, image *target) {
    enum { PIECES = 1500 };
    generator random = generator_start(300);
    *source = image_of_bytes(&random, 20000);
    *target = image_copy(source);
    for (unsigned i = 0; i < PIECES; i++) {
        uint32_t from = generate_below(&random, 20000 - 5);
        memcpy(target->data + 5 * (size_t)i, source->data + from, 5);
    }
}

/* Literals and flags take half the time with half the contexts; the patch grows little. */
static void contexts_are_given_up_for_speed(void **state) {
    (void)state;
    image source;
    image target;
    uint32_t cost = 0;
    make_patchwork(&source, &target);
    whittle_encoder_options options = with_budget(0, &cost);
    size_t size = encode_checked(&source, &target, &options);
    uint32_t fastest = cost;
    for (unsigned part = 80; part >= 50; part -= 10) {
        options = with_budget(cost * part / 100, &fastest);
        size_t faster_size = encode_checked(&source, &target, &options);
        assert_in_range(fastest, 1, cost * part / 100);
        assert_in_range(faster_size, size / 2, size + size / 4);
    }
    image_free(&source);
    image_free(&target);
}

static void a_budget_is_kept_to(void **state) {
    (void)state;
    image source;
    image target;
    uint32_t cost = 0;
    uint32_t thrifty_cost = 0;
    make_patchwork(&source, &target);
    whittle_encoder_options options = with_budget(0, &cost);
    size_t size = encode_checked(&source, &target, &options);
    assert_in_range(cost, 100, 10000);
    options = with_budget(cost, &thrifty_cost);
    assert_int_equal(encode_checked(&source, &target, &options), size);
    assert_int_equal(thrifty_cost, cost);
    uint32_t budget = cost - cost / 10;
    options = with_budget(budget, &thrifty_cost);
    (void)encode_checked(&source, &target, &options);
    assert_in_range(thrifty_cost, 1, budget);
    image_free(&source);
    image_free(&target);
}

/* A few pointers here and there, and much that they point to, of which the second half moves by
 * some bytes. */
static void make_few_pointers(uint32_t base, image *source, image *target) {
    enum { POINTERS = 200, SPACING = 400, SIZE = 200000, ADDED = 12 };
    generator random = generator_start(301);
    *source = image_of_bytes(&random, SIZE);
    for (uint32_t i = 0; i < POINTERS; i++) {
        uint32_t at = SIZE / 2 + 4 * generate_below(&random, SIZE / 8 - 1);
        store_le32(source->data + SPACING * (size_t)i, base + at);
    }
    *target = image_of_bytes(&random, SIZE + ADDED);
    memcpy(target->data, source->data, SIZE / 2);
    memcpy(target->data + SIZE / 2 + ADDED, source->data + SIZE / 2, SIZE / 2);
    for (uint32_t i = 0; i < POINTERS; i++) {
        uint8_t *pointer = target->data + SPACING * (size_t)i;
        store_le32(pointer, load_le32(pointer) + ADDED);
    }
}

static void address_prediction_is_given_up_where_copying_is_too_slow(void **state) {
    (void)state;
    enum { BUDGET = 180 };
    image source;
    image target;
    uint32_t cost = 0;
    make_few_pointers(FIRMWARE_BASE, &source, &target);
    whittle_encoder_options options = with_budget(0, &cost);
    options.isa = WHITTLE_ISA_THUMB;
    options.base_given = true;
    options.base = FIRMWARE_BASE;
    (void)encode_checked(&source, &target, &options);
    assert_true(cost > BUDGET);
    options.decode_budget = BUDGET;
    (void)encode_checked(&source, &target, &options);
    assert_in_range(cost, 1, BUDGET);
    image_free(&source);
    image_free(&target);
}

static void a_budget_that_cannot_be_kept_is_an_error(void **state) {
    (void)state;
    image source;
    image target;
    uint32_t least = 0;
    image patch = {(uint8_t *)1, 99};
    make_patchwork(&source, &target);
    whittle_encoder_options options = with_budget(10, &least);
    assert_int_equal(whittle_encode(source.data, source.size, target.data, target.size, &options,
                                    &patch.data, &patch.size),
                     WHITTLE_ERROR_BUDGET);
    assert_ptr_equal(patch.data, (uint8_t *)1);
    assert_in_range(least, 11, 10000);
    options = with_budget(least, NULL); /* what was said to be possible is */
    (void)encode_checked(&source, &target, &options);
    options.full = true;
    options.decode_budget = 100;
    assert_int_equal(whittle_encode(source.data, source.size, target.data, target.size, &options,
                                    &patch.data, &patch.size),
                     WHITTLE_ERROR_BUDGET);
    image_free(&source);
    image_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_adds_to_the_cost),
        cmocka_unit_test(extreme_counts_are_taken),
        cmocka_unit_test(a_header_tells_about_the_cost),
        cmocka_unit_test(contexts_are_given_up_for_speed),
        cmocka_unit_test(a_budget_is_kept_to),
        cmocka_unit_test(address_prediction_is_given_up_where_copying_is_too_slow),
        cmocka_unit_test(a_budget_that_cannot_be_kept_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
