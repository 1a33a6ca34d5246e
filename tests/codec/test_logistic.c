/* The tables of the logistic domain, recomputed in floating point. */
#include "codec/logistic.h"

#include <math.h>
#include <stdlib.h>

#include "support/unit_test.h"

enum { LOGIT_ONE = 256 }; /* 1.0 in the units of logits */

/* stretch of a probability given in 1/4096. */
static int exact_stretch(double probability) {
    return (int)lround(LOGIT_ONE * log(probability / (4096 - probability)));
}

static double exact_squash(int32_t logit) {
    return 65536 / (1 + exp(-(double)logit / LOGIT_ONE));
}

static void the_fine_table_is_the_logit_of_each_middle(void **state) {
    (void)state;
    for (int i = 0; i < 64; i++) {
        assert_int_equal(whittle_stretch_fine[i], exact_stretch(i + 0.5));
    }
}

static void the_coarse_table_is_the_logit_of_the_middle_of_each_32(void **state) {
    (void)state;
    for (int i = 0; i < 62; i++) {
        assert_int_equal(whittle_stretch_coarse[i], exact_stretch(64 + 32 * i + 16));
    }
}

static void stretch_is_antisymmetric_and_rises(void **state) {
    (void)state;
    for (uint32_t probability = 0; probability < 4096; probability++) {
        int32_t logit = whittle_stretch(probability);
        assert_int_equal(whittle_stretch(4095 - probability), -logit);
        assert_true(probability == 0 || whittle_stretch(probability - 1) <= logit);
        assert_true(abs(logit - exact_stretch(probability + 0.5)) <= 57); /* half of a 32 */
    }
}

static void squash_is_near_the_logistic_function(void **state) {
    (void)state;
    for (int32_t logit = -WHITTLE_LOGIT_MAX; logit <= WHITTLE_LOGIT_MAX; logit++) {
        assert_true(fabs(whittle_squash(logit) - exact_squash(logit)) < 51);
    }
}

/* At the nodes of the table nothing is interpolated. */
static void squash_is_exact_every_quarter(void **state) {
    (void)state;
    for (int32_t logit = 0; logit <= WHITTLE_LOGIT_MAX; logit += 64) {
        long exact = lround(exact_squash(logit));
        assert_int_equal(whittle_squash(logit), exact < 65536 ? exact : 65535);
    }
}

static void squash_rises_and_its_sides_add_up(void **state) {
    (void)state;
    for (int32_t logit = 0; logit <= 2 * WHITTLE_LOGIT_MAX; logit++) {
        uint32_t probability = whittle_squash(logit);
        assert_int_equal(whittle_squash(-logit) + probability, 65536);
        assert_true(logit == 0 || whittle_squash(logit - 1) <= probability);
    }
}

/* A coder can code neither 0 nor 65536. */
static void squash_never_reaches_certainty(void **state) {
    (void)state;
    const int32_t logits[] = {WHITTLE_LOGIT_MAX, WHITTLE_LOGIT_MAX + 1, 1 << 20, INT32_MAX};
    for (size_t i = 0; i < COUNT_OF(logits); i++) {
        assert_int_equal(whittle_squash(logits[i]), 65535);
        assert_int_equal(whittle_squash(-logits[i]), 1);
    }
}

static void squash_undoes_stretch(void **state) {
    (void)state;
    for (uint32_t probability = 0; probability < 4096; probability++) {
        int32_t there_and_back = (int32_t)whittle_squash(whittle_stretch(probability));
        int32_t middle = (int32_t)probability * 16 + 8;
        assert_true(abs(there_and_back - middle) < 320);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fine_table_is_the_logit_of_each_middle),
        cmocka_unit_test(the_coarse_table_is_the_logit_of_the_middle_of_each_32),
        cmocka_unit_test(stretch_is_antisymmetric_and_rises),
        cmocka_unit_test(squash_is_near_the_logistic_function),
        cmocka_unit_test(squash_is_exact_every_quarter),
        cmocka_unit_test(squash_rises_and_its_sides_add_up),
        cmocka_unit_test(squash_never_reaches_certainty),
        cmocka_unit_test(squash_undoes_stretch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
