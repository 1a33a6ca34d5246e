/* HTML: texts that cannot become markup, and templates. */
#include "../../../tools/report/html.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit_test.h"

static char *escaped(const char *text) {
    char *made = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&made, &size);
    assert_non_null(stream);
    html_text(stream, text);
    assert_int_equal(fclose(stream), 0);
    return made;
}

static void check_text(const char *text, const char *wanted) {
    char *made = escaped(text);
    assert_string_equal(made, wanted);
    free(made);
}

static void test_no_character_begins_markup(void **state) {
    (void)state;
    check_text("plain", "plain");
    check_text("<script>\"&'</script>", "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;");
    check_text("é → 𝄞", "é → 𝄞");
    check_text("", "");
}

static void test_bytes_that_are_no_text_are_replaced(void **state) {
    (void)state;
    check_text("a\nb\x7F", "a\xEF\xBF\xBD"
                           "b\xEF\xBF\xBD");
    check_text("\xFF<", "\xEF\xBF\xBD&lt;");
    check_text("\xC3<", "\xEF\xBF\xBD&lt;"); /* the beginning of a character only */
}

static void write_name(FILE *stream, const void *context) {
    (void)fputs(context, stream);
}

static void write_nothing(FILE *stream, const void *context) {
    (void)stream, (void)context;
}

static void test_slots_of_a_template_are_filled(void **state) {
    (void)state;
    static const html_slot slots[] = {{"name", write_name}, {"nothing", write_nothing}};
    static const char template[] = "<b>{{name}}</b>{{nothing}}{{name}} {a} {{";
    char *made = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&made, &size);
    assert_non_null(stream);
    html_fill(stream, template, sizeof template - 1, slots, 2, "x");
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(made, "<b>x</b>x {a} {{");
    free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_character_begins_markup),
        cmocka_unit_test(test_bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(test_slots_of_a_template_are_filled),
    };
    return cmocka_run_group_tests_name("tools/html", tests, NULL, NULL);
}
