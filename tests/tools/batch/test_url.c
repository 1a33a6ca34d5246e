/* The URLs of a manifest: they lead to the file that is meant, and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "../../../tools/batch/url.h"
#include "support/unit_test.h"

static void assert_url(const char *name, const char *expected) {
    char *url = batch_url(name, ".patch");
    assert_non_null(url);
    assert_string_equal(url, expected);
    free(url);
}

static void assert_name(const char *url, const char *expected) {
    char *name = batch_url_name(url);
    assert_non_null(name);
    assert_string_equal(name, expected);
    free(name);
}

static void test_all_but_unreserved_characters_are_escaped(void **state) {
    (void)state;
    assert_url("Az09-._~", "Az09-._~.patch");
    assert_url("a b%c?d#e:\xFF\n", "a%20b%25c%3Fd%23e%3A%FF%0A.patch");
    assert_url("", ".patch");
}

static void test_every_name_comes_back(void **state) {
    (void)state;
    for (int character = 1; character < 256; character++) {
        const char name[] = {'a', (char)character, '2', '\0'};
        char *url = batch_url(name, "");
        assert_non_null(url);
        if (character != '/') {
            assert_name(url, name);
        }
        free(url);
    }
}

static void test_digits_may_be_small(void **state) {
    (void)state;
    assert_name("%7e%7E", "~~");
}

static void test_a_percent_sign_without_digits_is_one(void **state) {
    (void)state;
    assert_name("a%4", "a%4");
    assert_name("a%", "a%");
    assert_name("%4gh", "%4gh");
}

static void test_what_leads_elsewhere_has_no_name(void **state) {
    (void)state;
    static const char *const elsewhere[] = {
        "",           ".",         "..",   "%2e",      "%2E.", "/a",   "a/b",     "a%2Fb",
        "a%00",       "a%00/../b", "%00",  "a?b",      "a#b",  "a\\b", "https:a", "//host",
        "mailto:a@b", "a b",       "a\nb", "\xC3\xA4", "a;b",  "a&b",  "..%2Fa",  "%2F",
    };
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        assert_null(batch_url_name(elsewhere[i]));
    }
    assert_null(batch_url_name(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_but_unreserved_characters_are_escaped),
        cmocka_unit_test(test_every_name_comes_back),
        cmocka_unit_test(test_digits_may_be_small),
        cmocka_unit_test(test_a_percent_sign_without_digits_is_one),
        cmocka_unit_test(test_what_leads_elsewhere_has_no_name),
    };
    return cmocka_run_group_tests_name("tools/batch_url", tests, NULL, NULL);
}
