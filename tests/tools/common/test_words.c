/* Numbers in words. */
#include <string.h>

#include "../../../tools/common/words.h"
#include "support/unit_test.h"
#include "whittle/patch.h"

static void test_sizes(void **state) {
    (void)state;
    char text[WORDS_MAX];
    assert_string_equal(bytes_in_words(0, text), "0 bytes");
    assert_string_equal(bytes_in_words(1, text), "1 byte");
    assert_string_equal(bytes_in_words(2048, text), "2048 bytes");
    assert_string_equal(size_in_words(0, text), "0 bytes");
    assert_string_equal(size_in_words(1, text), "1 byte");
    assert_string_equal(size_in_words(32768, text), "32 KiB");
    assert_string_equal(size_in_words(4992, text), "4992 bytes");
}

static void test_percentages(void **state) {
    (void)state;
    char text[WORDS_MAX];
    assert_string_equal(percentage(0, 10, text), "0.00 %");
    assert_string_equal(percentage(58, 10000, text), "0.58 %");
    assert_string_equal(percentage(72, 1000, text), "7.2 %");
    assert_string_equal(percentage(32, 1, text), "3200.0 %");
}

static void test_hexadecimal(void **state) {
    (void)state;
    char text[WORDS_MAX];
    uint8_t bytes[64] = {0x00, 0x9A, 0xFF};
    assert_string_equal(hexadecimal(bytes, 3, text), "009aff");
    assert_string_equal(hexadecimal(bytes, 0, text), "");
    assert_true(strlen(hexadecimal(bytes, sizeof bytes, text)) < WORDS_MAX);
}

static void test_every_isa_has_a_name_of_its_own(void **state) {
    (void)state;
    for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        assert_non_null(isa_name(isa));
        for (uint8_t other = 0; other < isa; other++) {
            assert_string_not_equal(isa_name(isa), isa_name(other));
        }
    }
    assert_string_equal(isa_name(WHITTLE_ISA_COUNT), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_percentages),
        cmocka_unit_test(test_hexadecimal),
        cmocka_unit_test(test_every_isa_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("tools/words", tests, NULL, NULL);
}
