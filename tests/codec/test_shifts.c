/* The learned shifts against a plain list, searched from end to end. */
#include "codec/shifts.h"

#include "support/generate.h"
#include "support/unit_test.h"

enum { ENTRY_MAX = 64 };

static uint32_t find(const whittle_shifts *shifts, uint32_t address, uint32_t *shift) {
    return whittle_shifts_find(shifts, address, UINT32_MAX, shift);
}

static uint32_t distance_of(uint32_t left, uint32_t right) {
    return left < right ? right - left : left - right;
}

/* The nearest entry; of two as near, the one below. */
static uint32_t plain_nearest(const whittle_shift *entries, uint32_t count, uint32_t address) {
    uint32_t found = 0;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t best = distance_of(entries[found].address, address);
        uint32_t distance = distance_of(entries[i].address, address);
        if (distance < best || (distance == best && entries[i].address < address)) {
            found = i;
        }
    }
    return found;
}

static void plain_learn(whittle_shift *entries, uint32_t *count, uint32_t capacity,
                        whittle_shift learned) {
    uint32_t place = *count ? plain_nearest(entries, *count, learned.address) : 0;
    bool known = *count && entries[place].address == learned.address;
    if (!known && *count < capacity) {
        place = (*count)++;
    }
    entries[place] = learned;
}

static void expect_same(const whittle_shifts *shifts, const whittle_shift *plain, uint32_t count,
                        uint32_t address) {
    uint32_t shift = 0;
    uint32_t distance = find(shifts, address, &shift);
    const whittle_shift *nearest = &plain[plain_nearest(plain, count, address)];
    assert_int_equal(distance, distance_of(nearest->address, address));
    assert_int_equal(shift, nearest->shift);
}

static void nothing_is_known_at_first(void **state) {
    (void)state;
    whittle_shift memory[1];
    const whittle_shifts shifts = {memory, 0, 1};
    uint32_t shift = 5;
    assert_int_equal(find(&shifts, 100, &shift), UINT32_MAX);
    assert_int_equal(shift, 0);
}

static void without_room_nothing_is_learned(void **state) {
    (void)state;
    whittle_shifts shifts = {NULL, 0, 0};
    uint32_t shift = 5;
    whittle_shifts_learn(&shifts, 100, 8);
    assert_int_equal(shifts.count, 0);
    assert_int_equal(find(&shifts, 100, &shift), UINT32_MAX);
}

static void a_neighbour_tells_its_shift_and_its_distance(void **state) {
    (void)state;
    whittle_shift memory[4];
    whittle_shifts shifts = {memory, 0, 4};
    uint32_t shift;
    whittle_shifts_learn(&shifts, 1000, 8);
    whittle_shifts_learn(&shifts, 2000, 0u - 16);
    assert_int_equal(find(&shifts, 1000, &shift), 0);
    assert_int_equal(shift, 8);
    assert_int_equal(find(&shifts, 1499, &shift), 499);
    assert_int_equal(shift, 8);
    assert_int_equal(find(&shifts, 1500, &shift), 500); /* as near: the lower one */
    assert_int_equal(shift, 8);
    assert_int_equal(find(&shifts, 1501, &shift), 499);
    assert_int_equal(shift, 0u - 16);
    assert_int_equal(find(&shifts, 0, &shift), 1000);
    assert_int_equal(find(&shifts, UINT32_MAX, &shift), UINT32_MAX - 2000);
}

static void nothing_is_found_beyond_the_reach(void **state) {
    (void)state;
    whittle_shift memory[2];
    whittle_shifts shifts = {memory, 0, 2};
    uint32_t shift;
    whittle_shifts_learn(&shifts, 1000, 8);
    whittle_shifts_learn(&shifts, 3000, 8);
    static const uint32_t at_the_edge[] = {900, 1100, 2900, 3100}; /* 100 away */
    for (size_t i = 0; i < COUNT_OF(at_the_edge); i++) {
        assert_int_equal(whittle_shifts_find(&shifts, at_the_edge[i], 100, &shift), 100);
        assert_int_equal(shift, 8);
        assert_int_equal(whittle_shifts_find(&shifts, at_the_edge[i], 99, &shift), UINT32_MAX);
        assert_int_equal(shift, 0);
    }
    assert_int_equal(whittle_shifts_find(&shifts, 1000, 0, &shift), 0);
    assert_int_equal(whittle_shifts_find(&shifts, 3000, 0, &shift), 0);
}

static void a_single_entry_gives_way(void **state) {
    (void)state;
    whittle_shift memory[1];
    whittle_shifts shifts = {memory, 0, 1};
    uint32_t shift;
    whittle_shifts_learn(&shifts, 1000, 8);
    whittle_shifts_learn(&shifts, 5000, 12);
    assert_int_equal(shifts.count, 1);
    assert_int_equal(find(&shifts, 5000, &shift), 0);
    assert_int_equal(shift, 12);
}

static void an_address_learned_again_changes_its_shift(void **state) {
    (void)state;
    whittle_shift memory[2];
    whittle_shifts shifts = {memory, 0, 2};
    uint32_t shift;
    whittle_shifts_learn(&shifts, 1000, 8);
    whittle_shifts_learn(&shifts, 1000, 12);
    assert_int_equal(shifts.count, 1);
    (void)find(&shifts, 1000, &shift);
    assert_int_equal(shift, 12);
}

static void the_nearest_gives_way_when_full(void **state) {
    (void)state;
    whittle_shift memory[2];
    whittle_shifts shifts = {memory, 0, 2};
    uint32_t shift;
    whittle_shifts_learn(&shifts, 1000, 1);
    whittle_shifts_learn(&shifts, 2000, 2);
    whittle_shifts_learn(&shifts, 1900, 3);
    assert_int_equal(find(&shifts, 1900, &shift), 0);
    assert_int_equal(shift, 3);
    assert_int_equal(find(&shifts, 2000, &shift), 100);
    assert_int_equal(find(&shifts, 1000, &shift), 0);
}

static void compare_over(generator *random, uint32_t capacity, uint32_t limit) {
    whittle_shift memory[ENTRY_MAX];
    whittle_shift plain[ENTRY_MAX];
    whittle_shifts shifts = {memory, 0, capacity};
    uint32_t count = 0;
    for (unsigned i = 0; i < 300; i++) {
        whittle_shift learned = {generate_below(random, limit), generate_word(random)};
        whittle_shifts_learn(&shifts, learned.address, learned.shift);
        plain_learn(plain, &count, capacity, learned);
        assert_int_equal(shifts.count, count);
        expect_same(&shifts, plain, count, learned.address);
        expect_same(&shifts, plain, count, generate_below(random, limit));
        expect_same(&shifts, plain, count, generate_word(random));
    }
    for (uint32_t i = 1; i < shifts.count; i++) {
        assert_true(memory[i - 1].address < memory[i].address);
    }
}

static void random_shifts_are_found_as_in_a_list(void **state) {
    (void)state;
    generator random = generator_start(10);
    for (unsigned round = 0; round < 60; round++) {
        uint32_t capacity = 1 + generate_below(&random, ENTRY_MAX);
        compare_over(&random, capacity, round % 2 ? UINT32_MAX : 100);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(without_room_nothing_is_learned),
        cmocka_unit_test(a_neighbour_tells_its_shift_and_its_distance),
        cmocka_unit_test(nothing_is_found_beyond_the_reach),
        cmocka_unit_test(a_single_entry_gives_way),
        cmocka_unit_test(an_address_learned_again_changes_its_shift),
        cmocka_unit_test(the_nearest_gives_way_when_full),
        cmocka_unit_test(random_shifts_are_found_as_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
