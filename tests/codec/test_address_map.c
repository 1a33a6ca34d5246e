/* The address map against a plain list of what was added. */
#include "codec/address_map.h"

#include "support/generate.h"
#include "support/unit_test.h"

enum { ENTRY_MAX = 700 };

typedef struct plain_map {
    uint32_t sources[ENTRY_MAX];
    uint32_t targets[ENTRY_MAX];
    uint32_t count;
} plain_map;

/* The entry with the greatest source up to that one, of equal ones the last added; or, before all
 * of them, the one with the least source, of equal ones the first added. */
static uint32_t plain_find(const plain_map *plain, uint32_t source) {
    uint32_t least = 0;
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < plain->count; i++) {
        if (plain->sources[i] < plain->sources[least]) {
            least = i;
        }
        if (plain->sources[i] <= source &&
            (found == UINT32_MAX || plain->sources[i] >= plain->sources[found])) {
            found = i;
        }
    }
    found = found == UINT32_MAX ? least : found;
    return source - plain->sources[found] + plain->targets[found];
}

static void expect_same(const whittle_map *map, const plain_map *plain, generator *random,
                        uint32_t limit) {
    assert_int_equal(map->count, plain->count);
    for (uint32_t i = 0; i < plain->count; i++) {
        uint32_t source;
        uint32_t target;
        whittle_map_get(map, i, &source, &target);
        assert_int_equal(source, plain->sources[i]);
        assert_int_equal(target, plain->targets[i]);
        assert_true(whittle_map_find(map, source, &target));
        assert_int_equal(target, plain_find(plain, source));
    }
    for (unsigned i = 0; i < 50; i++) {
        uint32_t target;
        uint32_t source = generate_below(random, limit);
        assert_true(whittle_map_find(map, source, &target));
        assert_int_equal(target, plain_find(plain, source));
    }
}

/* Adds random entries with sources below limit. */
static void compare_over(generator *random, uint32_t entries, uint32_t limit, uint32_t step) {
    static whittle_map_entry memory[ENTRY_MAX];
    static plain_map plain;
    whittle_map map = {memory, 0};
    uint32_t target = 0;
    plain.count = 0;
    while (plain.count < entries) {
        uint32_t source = generate_below(random, limit);
        target += generate_below(random, step);
        whittle_map_add(&map, source, target);
        plain.sources[plain.count] = source;
        plain.targets[plain.count++] = target;
        if (plain.count < 20 || plain.count == entries) {
            expect_same(&map, &plain, random, limit);
        }
    }
}

static void an_empty_map_finds_nothing(void **state) {
    (void)state;
    const whittle_map map = {0};
    uint32_t target;
    assert_false(whittle_map_find(&map, 0, &target));
}

static void one_entry_speaks_for_everything(void **state) {
    (void)state;
    whittle_map_entry memory[1];
    whittle_map map = {memory, 0};
    uint32_t target;
    whittle_map_add(&map, 1000, 5000);
    assert_true(whittle_map_find(&map, 0, &target));
    assert_int_equal(target, 4000);
    assert_true(whittle_map_find(&map, 1000, &target));
    assert_int_equal(target, 5000);
    assert_true(whittle_map_find(&map, 0xFFFFFF, &target));
    assert_int_equal(target, 0xFFFFFF + 4000);
}

static void random_entries_are_found_in_both_orders(void **state) {
    (void)state;
    generator random = generator_start(7);
    for (unsigned round = 0; round < 30; round++) {
        compare_over(&random, 1 + generate_below(&random, 200), WHITTLE_MAP_OFFSET_MAX + 1, 0x8000);
    }
}

/* More entries than the low byte of a link can number, to and fro. */
static void many_entries_are_linked(void **state) {
    (void)state;
    generator random = generator_start(8);
    compare_over(&random, ENTRY_MAX, WHITTLE_MAP_OFFSET_MAX + 1, 0x5000);
}

static void equal_sources_and_targets_are_kept_apart(void **state) {
    (void)state;
    generator random = generator_start(9);
    for (unsigned round = 0; round < 30; round++) {
        compare_over(&random, 100, 8, 2);
    }
}

static void entries_in_descending_order_are_found(void **state) {
    (void)state;
    static whittle_map_entry memory[ENTRY_MAX];
    whittle_map map = {memory, 0};
    for (uint32_t i = 0; i < ENTRY_MAX; i++) {
        whittle_map_add(&map, 10 * (ENTRY_MAX - i), 10 * i);
    }
    for (uint32_t i = 0; i < ENTRY_MAX; i++) {
        uint32_t source;
        uint32_t target;
        whittle_map_get(&map, i, &source, &target);
        assert_int_equal(source, 10 * (ENTRY_MAX - i));
        assert_int_equal(target, 10 * i);
        assert_true(whittle_map_find(&map, source + 9, &target));
        assert_int_equal(target, 10 * i + 9);
    }
}

static void offsets_reach_to_24_bits(void **state) {
    (void)state;
    whittle_map_entry memory[300];
    whittle_map map = {memory, 0};
    uint32_t source;
    uint32_t target;
    for (uint32_t i = 0; i < 300; i++) { /* links above 255 use the high bytes */
        whittle_map_add(&map, WHITTLE_MAP_OFFSET_MAX, WHITTLE_MAP_OFFSET_MAX);
    }
    for (uint32_t i = 0; i < 300; i++) {
        whittle_map_get(&map, i, &source, &target);
        assert_int_equal(source, WHITTLE_MAP_OFFSET_MAX);
        assert_int_equal(target, WHITTLE_MAP_OFFSET_MAX);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_finds_nothing),
        cmocka_unit_test(one_entry_speaks_for_everything),
        cmocka_unit_test(random_entries_are_found_in_both_orders),
        cmocka_unit_test(many_entries_are_linked),
        cmocka_unit_test(equal_sources_and_targets_are_kept_apart),
        cmocka_unit_test(entries_in_descending_order_are_found),
        cmocka_unit_test(offsets_reach_to_24_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
