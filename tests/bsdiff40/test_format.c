/* The numbers of BSDIFF40: absolute value in little-endian order, sign in the top bit. */
#include "bsdiff40/format.h"
#include "support/unit_test.h"

typedef struct example {
    int64_t value;
    uint8_t stored[NUMBER_SIZE];
} example;

static const example examples[] = {
    {0, {0}},
    {1, {1}},
    {-1, {1, 0, 0, 0, 0, 0, 0, 0x80}},
    {255, {255}},
    {256, {0, 1}},
    {-0x123456789A, {0x9A, 0x78, 0x56, 0x34, 0x12, 0, 0, 0x80}},
    {INT64_MAX, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}},
    {-INT64_MAX, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
};

static void numbers_are_stored_with_a_sign_bit(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        uint8_t stored[NUMBER_SIZE];
        store_number(stored, examples[i].value);
        assert_memory_equal(stored, examples[i].stored, NUMBER_SIZE);
    }
}

static void numbers_are_loaded_as_they_were_stored(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        assert_true(load_number(examples[i].stored) == examples[i].value);
    }
}

static void negative_zero_is_zero(void **state) {
    (void)state;
    const uint8_t stored[NUMBER_SIZE] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    assert_true(load_number(stored) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_stored_with_a_sign_bit),
        cmocka_unit_test(numbers_are_loaded_as_they_were_stored),
        cmocka_unit_test(negative_zero_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
