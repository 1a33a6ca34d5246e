/* Names of C++ and Rust as people write them, and names that were made to do harm. */
#include "../../../tools/report/symbol_name.h"

#include <string.h>

#include "support/unit_test.h"

static void assert_decodes(const char *name, const char *wanted) {
    char text[SYMBOL_NAME_MAX];
    const char *decoded = symbol_name_decoded(name, text);
    assert_non_null(decoded);
    assert_string_equal(decoded, wanted);
    assert_string_equal(symbol_name(name, text), wanted);
}

static void names_of_cpp_are_decoded(void **state) {
    (void)state;
    assert_decodes("_ZN5Motor5speedEiPKc", "Motor::speed(int, char const*)");
    assert_decodes("_ZTV6Sensor", "vtable for Sensor");
    assert_decodes("_ZNSt6vectorIhSaIhEE9push_backERKh",
                   "std::vector<unsigned char, std::allocator<unsigned char> >::push_back(unsigned "
                   "char const&)");
    /* What gcc makes of a function besides the function itself. */
    assert_decodes("_ZN5Motor4stopEv.constprop.0", "Motor::stop() [clone .constprop.0]");
}

static void names_of_rust_are_decoded(void **state) {
    (void)state;
    assert_decodes("_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function");
    assert_decodes("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar");
    /* The older scheme: the hash behind the name says nothing to people. */
    assert_decodes("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
}

static void other_names_stay(void **state) {
    (void)state;
    static const char *const names[] = {
        "main", "", "_Z", "_ZN", "_R", ".text", "_Zeit", "Reset_Handler", "_ZN3foo"};
    char text[SYMBOL_NAME_MAX];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_null(symbol_name_decoded(names[i], text));
        assert_ptr_equal(symbol_name(names[i], text), names[i]);
    }
}

static void assert_is_cut(const char *name) {
    char text[SYMBOL_NAME_MAX];
    const char *decoded = symbol_name_decoded(name, text);
    assert_non_null(decoded);
    assert_in_range(strlen(decoded), SYMBOL_NAME_MAX - 10, SYMBOL_NAME_MAX - 1);
    assert_string_equal(decoded + strlen(decoded) - strlen("…"), "…");
}

/* Each argument stands for two of the one before: 2 to the power of 30 in the last. */
static void a_name_that_doubles_itself_is_cut(void **state) {
    (void)state;
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[1024] = "_Z1f4pairIiiE";
    for (unsigned i = 0; i < 30; i++) {
        /* S_ is pair, S0_ pair<int, int>, S1_ a pair of two of these, and so on. */
        const char piece[] = {'S', '_', 'I', 'S', digits[i], '_', 'S', digits[i], '_', 'E', '\0'};
        (void)strcat(name, piece);
    }
    assert_is_cut(name);
}

/* An identifier of 600 bytes, all of them halves of characters. */
static void no_character_is_cut_in_two(void **state) {
    (void)state;
    for (unsigned before = 1; before <= 2; before++) {
        char name[700] = "_ZN601";
        name[5] = (char)('0' + before);
        for (unsigned i = 0; i < before; i++) {
            (void)strcat(name, "x");
        }
        for (unsigned i = 0; i < 300; i++) {
            (void)strcat(name, "ä");
        }
        (void)strcat(name, "Ev");
        char text[SYMBOL_NAME_MAX];
        const char *decoded = symbol_name_decoded(name, text);
        assert_non_null(decoded);
        size_t kept = strlen(decoded) - strlen("…");
        assert_memory_equal(decoded + kept - 2, "ä…", strlen("ä…"));
    }
    assert_int_equal(symbol_name_cut("aä", 3), 3);
    assert_int_equal(symbol_name_cut("aä", 2), 1);
    assert_int_equal(symbol_name_cut("aäb", 3), 3);
    assert_int_equal(symbol_name_cut("", 3), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_cpp_are_decoded),
        cmocka_unit_test(names_of_rust_are_decoded),
        cmocka_unit_test(other_names_stay),
        cmocka_unit_test(a_name_that_doubles_itself_is_cut),
        cmocka_unit_test(no_character_is_cut_in_two),
    };
    return cmocka_run_group_tests_name("tools/symbol_name", tests, NULL, NULL);
}
