/* JSON as it is written, and as python3 reads it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../tools/common/json.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

/* The document with one member, a text; freed with free(). */
static char *document_with(const char *text) {
    char *data;
    size_t size;
    FILE *stream = open_memstream(&data, &size);
    assert_non_null(stream);
    json out;
    json_start(&out, stream);
    json_text(&out, "t", text);
    json_finish(&out);
    assert_int_equal(fclose(stream), 0);
    return data;
}

static void assert_written(const char *text, const char *expected) {
    char line[128];
    char *document = document_with(text);
    (void)snprintf(line, sizeof line, "{\n  \"t\": %s\n}\n", expected);
    assert_string_equal(document, line);
    free(document);
}

static void test_texts_are_escaped(void **state) {
    (void)state;
    assert_written("plain", "\"plain\"");
    assert_written("", "\"\"");
    assert_written("a\"b\\c/", "\"a\\\"b\\\\c/\"");
    assert_written("\n\t\x01\x1F\x7F", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"");
    assert_written(NULL, "null");
}

/* A document that is read, as by batch --merge, and written again is the same. */
#define REPLACED "\xEF\xBF\xBD"

static void test_utf8_passes_and_other_bytes_are_replaced(void **state) {
    (void)state;
    assert_written("\xC3\xA9", "\"\xC3\xA9\"");
    assert_written("\xE2\x82\xAC", "\"\xE2\x82\xAC\"");
    assert_written("\xEF\xBF\xBF", "\"\xEF\xBF\xBF\"");
    assert_written("\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"");
    assert_written("\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\"");
    assert_written("\x80", "\"" REPLACED "\"");                           /* no first byte */
    assert_written("\xC3", "\"" REPLACED "\"");                           /* cut */
    assert_written("\xE2\x82z", "\"" REPLACED REPLACED "z\"");            /* cut */
    assert_written("\xC1\xBF", "\"" REPLACED REPLACED "\"");              /* overlong */
    assert_written("\xE0\x9F\xBF", "\"" REPLACED REPLACED REPLACED "\""); /* overlong */
    assert_written("\xF0\x8F\xBF\xBF", "\"" REPLACED REPLACED REPLACED REPLACED "\"");
    assert_written("\xED\xA0\x80", "\"" REPLACED REPLACED REPLACED "\""); /* a surrogate */
    assert_written("\xF4\x90\x80\x80",
                   "\"" REPLACED REPLACED REPLACED REPLACED "\""); /* beyond the last */
    assert_written("\xFF\xFE", "\"" REPLACED REPLACED "\"");
}

static void test_nesting_has_commas_where_they_belong(void **state) {
    (void)state;
    char *data;
    size_t size;
    FILE *stream = open_memstream(&data, &size);
    json out;
    json_start(&out, stream);
    json_object_start(&out, "empty");
    json_object_end(&out);
    json_array_start(&out, "list");
    json_number(&out, NULL, 18446744073709551615u);
    json_object_start(&out, NULL);
    json_bool(&out, "yes", true);
    json_bool(&out, "no", false);
    json_object_end(&out);
    json_array_end(&out);
    json_decimal(&out, "half", 0.5, 2);
    json_finish(&out);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(data, "{\n  \"empty\": {},\n  \"list\": [\n    18446744073709551615,\n"
                              "    {\n      \"yes\": true,\n      \"no\": false\n    }\n  ],\n"
                              "  \"half\": 0.50\n}\n");
    assert_json(data, "d[\"list\"][1][\"yes\"], d[\"empty\"], d[\"half\"]", "True {} 0.5");
    free(data);
}

static void test_python_reads_back_every_character(void **state) {
    (void)state;
    char text[128];
    for (int i = 0; i < 127; i++) {
        text[i] = (char)(i + 1);
    }
    text[127] = '\0';
    char *document = document_with(text);
    assert_json(document, "d[\"t\"] == bytes(range(1, 128)).decode()", "True");
    free(document);
}

static void test_file_names_of_any_bytes_make_valid_json(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--quiet", "old", "new", "p\"\\\n\xFF\xC3\xA9", NULL);
    result info = whittle("info", "--json", "p\"\\\n\xFF\xC3\xA9", NULL);
    assert_succeeds(&info);
    assert_json((char *)info.out.data, "ascii(d[\"file\"])", "'p\"\\\\\\n\\ufffd\\xe9'");
    result_free(&info);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_escaped),
        cmocka_unit_test(test_utf8_passes_and_other_bytes_are_replaced),
        IN_FOLDER(test_nesting_has_commas_where_they_belong),
        IN_FOLDER(test_python_reads_back_every_character),
        IN_FOLDER(test_file_names_of_any_bytes_make_valid_json),
    };
    return cmocka_run_group_tests_name("tools/json", tests, NULL, NULL);
}
