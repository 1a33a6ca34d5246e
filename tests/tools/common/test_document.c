/* Texts in memory: whole, or known not to be. tests/faults lets the memory really run out. */
#include "../../../tools/common/document.h"

#include <errno.h>

#include "support/unit_test.h"

static void what_is_written_is_the_text(void **state) {
    (void)state;
    document made;
    assert_true(document_start(&made));
    assert_true(fputs("one ", made.stream) >= 0);
    assert_int_equal(fprintf(made.stream, "%d", 2), 1);
    assert_true(document_finish(&made));
    assert_string_equal(made.text, "one 2");
    assert_int_equal(made.size, 5);
    document_free(&made);
    assert_null(made.text);
}

static void a_writer_without_memory_spoils_the_text(void **state) {
    (void)state;
    document made;
    assert_true(document_start(&made));
    assert_true(fputs("one ", made.stream) >= 0);
    errno = ENOMEM;
    assert_false(document_finish(&made));
    document_free(&made);
}

static void errors_before_the_start_do_not_count(void **state) {
    (void)state;
    document made;
    errno = ENOMEM;
    assert_true(document_start(&made));
    assert_true(document_finish(&made));
    document_free(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_the_text),
        cmocka_unit_test(a_writer_without_memory_spoils_the_text),
        cmocka_unit_test(errors_before_the_start_do_not_count),
    };
    return cmocka_run_group_tests_name("tools/document", tests, NULL, NULL);
}
