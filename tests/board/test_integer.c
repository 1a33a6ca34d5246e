/* The integer helpers of the Xtensa board, compiled for the host under other names and compared
 * with the host's own arithmetic. */
#define __udivsi3   tested_udivsi3
#define __umodsi3   tested_umodsi3
#define __divsi3    tested_divsi3
#define __modsi3    tested_modsi3
#define __umulsidi3 tested_umulsidi3
#define __muldi3    tested_muldi3
#define __udivdi3   tested_udivdi3
#define __umoddi3   tested_umoddi3

#include "boards/xtensa-lx60/integer.c"
#include "support/unit_test.h"

#define ROUNDS 100000

static const uint64_t special[] = {
    0,
    1,
    2,
    3,
    10,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    0x100000000,
    0x100000001,
    0x7FFFFFFFFFFFFFFF,
    0x8000000000000000,
    0xFFFFFFFFFFFFFFFF,
};
#define SPECIAL_COUNT (sizeof special / sizeof *special)

static uint64_t random_state = 88172645463325252u;

/* Numbers of all magnitudes. */
static uint64_t random_number(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state >> (random_state % 61);
}

static void compare_32(uint32_t a, uint32_t b) {
    assert_true(tested_umulsidi3(a, b) == (uint64_t)a * b);
    if (b == 0)
        return;
    assert_int_equal(tested_udivsi3(a, b), a / b);
    assert_int_equal(tested_umodsi3(a, b), a % b);
    if (a == 0x80000000u && b == 0xFFFFFFFFu) /* overflows in C */
        return;
    assert_int_equal(tested_divsi3((int32_t)a, (int32_t)b), (int32_t)a / (int32_t)b);
    assert_int_equal(tested_modsi3((int32_t)a, (int32_t)b), (int32_t)a % (int32_t)b);
}

static void compare_64(uint64_t a, uint64_t b) {
    assert_true(tested_muldi3(a, b) == a * b);
    if (b) {
        assert_true(tested_udivdi3(a, b) == a / b);
        assert_true(tested_umoddi3(a, b) == a % b);
    }
}

static void helpers_agree_with_the_host_on_special_numbers(void **state) {
    (void)state;
    for (size_t i = 0; i < SPECIAL_COUNT; i++) {
        for (size_t j = 0; j < SPECIAL_COUNT; j++) {
            compare_32((uint32_t)special[i], (uint32_t)special[j]);
            compare_64(special[i], special[j]);
        }
    }
}

static void helpers_agree_with_the_host_on_random_numbers(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = random_number(), b = random_number();
        compare_32((uint32_t)a, (uint32_t)b);
        compare_64(a, b);
    }
}

static void division_by_zero_ends(void **state) {
    (void)state;
    assert_int_equal(tested_udivsi3(5, 0), 7); /* ones in the dividend's places */
    assert_int_equal(tested_udivsi3(0, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(helpers_agree_with_the_host_on_special_numbers),
        cmocka_unit_test(helpers_agree_with_the_host_on_random_numbers),
        cmocka_unit_test(division_by_zero_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
