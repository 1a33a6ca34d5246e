/* The texts of the errors: each has its own, with a remedy, in the form that the tools print. */
#include "whittle/error.h"

#include <ctype.h>
#include <string.h>

#include "support/unit_test.h"

enum { LAST = WHITTLE_ERROR_PASSPHRASE };

static void every_error_has_a_text_of_its_own(void **state) {
    (void)state;
    const char *unknown = whittle_error_text(LAST - 1);
    for (int error = WHITTLE_OK; error >= LAST; error--) {
        assert_string_not_equal(whittle_error_text(error), unknown);
        for (int other = error - 1; other >= LAST; other--) {
            assert_string_not_equal(whittle_error_text(error), whittle_error_text(other));
        }
    }
}

/* One clause on one line, without a capital that is no name and without a final full stop. */
static void texts_fit_behind_a_file_name(void **state) {
    (void)state;
    for (int error = WHITTLE_OK; error >= LAST; error--) {
        const char *text = whittle_error_text(error);
        size_t size = strlen(text);
        assert_in_range(size, 5, 100);
        assert_true(islower((unsigned char)text[0]));
        assert_int_not_equal(text[size - 1], '.');
        for (size_t i = 0; i < size; i++) {
            assert_true(isprint((unsigned char)text[i]));
        }
    }
}

/* "what happened (what to do)" */
static void every_error_names_a_remedy(void **state) {
    (void)state;
    for (int error = WHITTLE_OK - 1; error >= LAST; error--) {
        const char *text = whittle_error_text(error);
        assert_non_null(strstr(text, " ("));
        assert_int_equal(text[strlen(text) - 1], ')');
    }
}

static void numbers_that_are_no_errors_are_told(void **state) {
    (void)state;
    const int numbers[] = {1, LAST - 1, -1000, 1000};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        assert_non_null(strstr(whittle_error_text(numbers[i]), "does not know"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_text_of_its_own),
        cmocka_unit_test(texts_fit_behind_a_file_name),
        cmocka_unit_test(every_error_names_a_remedy),
        cmocka_unit_test(numbers_that_are_no_errors_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
