/* Logarithms in whole numbers: right, rising, and exact for powers of two. */
#include "trace/logarithm.h"

#include <math.h>
#include <stdlib.h>

#include "support/generate.h"
#include "support/unit_test.h"

static void test_the_logarithm_is_right(void **state) {
    (void)state;
    generator from = generator_start(1);
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t value = generate_magnitude(&from) | 1;
        double wanted = log2(value) * (double)LOGARITHM_ONE;
        assert_true(fabs((double)logarithm(value) - wanted) <= 1.5);
    }
    assert_int_equal(logarithm(1), 0);
}

static void test_it_never_falls(void **state) {
    (void)state;
    generator from = generator_start(2);
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t value = generate_magnitude(&from) & 0x7FFFFFFF;
        assert_true(logarithm(value + 2) >= logarithm(value + 1));
    }
}

static void test_twice_the_value_is_one_more(void **state) {
    (void)state;
    generator from = generator_start(3);
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t value = (generate_magnitude(&from) & 0xFFFFFF) | 1;
        assert_int_equal(logarithm(value << 8), logarithm(value) + 8 * LOGARITHM_ONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_logarithm_is_right),
        cmocka_unit_test(test_it_never_falls),
        cmocka_unit_test(test_twice_the_value_is_one_more),
    };
    return cmocka_run_group_tests_name("trace/logarithm", tests, NULL, NULL);
}
