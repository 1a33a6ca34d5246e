/* Which copies become entries of the address map. */
#include "encoder/mapping.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

static void choose(whittle_copy *copies, size_t count, size_t capacity) {
    assert_int_equal(mapping_choose(copies, count, capacity), WHITTLE_OK);
}

static void every_change_of_shift_is_mapped(void **state) {
    (void)state;
    whittle_copy copies[] = {
        {.source = 0, .target = 0, .size = 100},
        {.source = 200, .target = 100, .size = 100},
        {.source = 300, .target = 250, .size = 100},
    };
    choose(copies, 3, 10);
    assert_true(copies[0].mapped && copies[1].mapped && copies[2].mapped);
    assert_int_equal(mapping_count(copies, 3), 3);
}

/* The second one continues as the first: an entry of its own would say nothing new. */
static void an_unchanged_shift_is_not_mapped_again(void **state) {
    (void)state;
    whittle_copy copies[] = {
        {.source = 10, .target = 20, .size = 100},
        {.source = 150, .target = 160, .size = 100},
        {.source = 300, .target = 320, .size = 100},
    };
    choose(copies, 3, 10);
    assert_true(copies[0].mapped);
    assert_false(copies[1].mapped);
    assert_true(copies[2].mapped);
}

static void short_copies_tell_nothing(void **state) {
    (void)state;
    whittle_copy copies[] = {
        {.source = 0, .target = 0, .size = 7},
        {.source = 500, .target = 100, .size = 8},
    };
    choose(copies, 2, 10);
    assert_false(copies[0].mapped);
    assert_true(copies[1].mapped);
}

/* A short copy from the middle of a long one would speak for the long one's rest. */
static void a_copy_from_within_a_larger_one_is_not_mapped(void **state) {
    (void)state;
    whittle_copy copies[] = {
        {.source = 0, .target = 0, .size = 1000},
        {.source = 400, .target = 1000, .size = 50},
        {.source = 1000, .target = 1100, .size = 500},
    };
    choose(copies, 3, 10);
    assert_true(copies[0].mapped);
    assert_false(copies[1].mapped);
    assert_true(copies[2].mapped);
}

static void a_larger_copy_displaces_the_smaller_ones_that_it_covers(void **state) {
    (void)state;
    whittle_copy copies[] = {
        {.source = 390, .target = 0, .size = 20},
        {.source = 400, .target = 100, .size = 500},
    };
    choose(copies, 2, 10);
    assert_true(copies[1].mapped);
    whittle_copy covered[] = {
        {.source = 402, .target = 0, .size = 20},
        {.source = 400, .target = 100, .size = 500},
    };
    choose(covered, 2, 10);
    assert_false(covered[0].mapped);
    assert_true(covered[1].mapped);
}

static void with_little_room_the_largest_are_mapped(void **state) {
    (void)state;
    enum { COUNT = 40 };
    whittle_copy copies[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t size = i % 4 == 0 ? 400 : 20 + i;
        copies[i] = (whittle_copy){.source = 1000 * i, .target = 500 * i, .size = size};
    }
    choose(copies, COUNT, 10);
    assert_in_range(mapping_count(copies, COUNT), 5, 10);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(!copies[i].mapped || i % 4 == 0);
    }
    choose(copies, COUNT, COUNT); /* marks of the time before are forgotten */
    assert_int_equal(mapping_count(copies, COUNT), COUNT);
}

static void without_room_nothing_is_mapped(void **state) {
    (void)state;
    whittle_copy copies[] = {{.size = 100, .mapped = true}};
    choose(copies, 1, 0);
    assert_false(copies[0].mapped);
    choose(copies, 0, 10);
    choose(NULL, 0, 0);
    assert_int_equal(mapping_count(NULL, 0), 0);
}

static void the_capacity_is_kept_on_any_copies(void **state) {
    (void)state;
    enum { COUNT_MAX = 300 };
    generator random = generator_start(180);
    for (unsigned round = 0; round < 300; round++) {
        whittle_copy copies[COUNT_MAX];
        whittle_copy again[COUNT_MAX];
        size_t count = generate_below(&random, COUNT_MAX);
        size_t capacity = generate_magnitude(&random) % COUNT_MAX;
        uint32_t target = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t size = 1 + generate_magnitude(&random) % 5000;
            copies[i] = (whittle_copy){
                .source = generate_below(&random, 100000), .target = target, .size = size};
            target += size + generate_below(&random, 50);
        }
        memcpy(again, copies, sizeof copies);
        choose(copies, count, capacity);
        assert_true(mapping_count(copies, count) <= capacity);
        for (size_t i = 0; i < count; i++) {
            assert_true(!copies[i].mapped || copies[i].size >= 8);
        }
        choose(again, count, capacity); /* and always in the same way */
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(again[i].mapped, copies[i].mapped);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_shift_is_mapped),
        cmocka_unit_test(an_unchanged_shift_is_not_mapped_again),
        cmocka_unit_test(short_copies_tell_nothing),
        cmocka_unit_test(a_copy_from_within_a_larger_one_is_not_mapped),
        cmocka_unit_test(a_larger_copy_displaces_the_smaller_ones_that_it_covers),
        cmocka_unit_test(with_little_room_the_largest_are_mapped),
        cmocka_unit_test(without_room_nothing_is_mapped),
        cmocka_unit_test(the_capacity_is_kept_on_any_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
