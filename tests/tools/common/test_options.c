/* Parsing of command lines: values exactly as strict as documented, and every wrong usage with its
 * own message and status 2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../tools/common/options.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

static void test_decimal_takes_digits_within_bounds_only(void **state) {
    (void)state;
    uint32_t value = 5;
    assert_true(parse_decimal("0", 0, 9, &value));
    assert_int_equal(value, 0);
    assert_true(parse_decimal("4294967295", 0, UINT32_MAX, &value));
    assert_int_equal(value, UINT32_MAX);
    assert_true(parse_decimal("007", 7, 7, &value));
    static const char *const wrong[] = {"",   " 7",  "7 ", "+7",         "-7",
                                        "7x", "0x7", "7K", "4294967296", "99999999999999999999"};
    value = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(parse_decimal(wrong[i], 0, UINT32_MAX, &value));
    }
    assert_false(parse_decimal("6", 7, 9, &value));
    assert_false(parse_decimal("10", 7, 9, &value));
    assert_int_equal(value, 5); /* untouched */
}

static void test_number_takes_hexadecimal_too(void **state) {
    (void)state;
    uint32_t value;
    assert_true(parse_number("0x08000000", 0, UINT32_MAX, &value));
    assert_int_equal(value, 0x08000000);
    assert_true(parse_number("0XfFfFfFfF", 0, UINT32_MAX, &value));
    assert_int_equal(value, UINT32_MAX);
    assert_true(parse_number("12", 0, UINT32_MAX, &value));
    assert_int_equal(value, 12);
    static const char *const wrong[] = {"0x", "0xg", "0x1 ", "x1", "1f", "0x100000000", "0x-1", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(parse_number(wrong[i], 0, UINT32_MAX, &value));
    }
}

static void test_size_takes_k_and_m(void **state) {
    (void)state;
    uint32_t value;
    assert_true(parse_size("4K", 4096, 1048576, &value));
    assert_int_equal(value, 4096);
    assert_true(parse_size("1M", 4096, 1048576, &value));
    assert_int_equal(value, 1048576);
    assert_true(parse_size("8k", 4096, 1048576, &value));
    assert_int_equal(value, 8192);
    assert_true(parse_size("1m", 4096, 1048576, &value));
    assert_true(parse_size("5000", 4096, 1048576, &value));
    assert_int_equal(value, 5000);
    static const char *const wrong[] = {"3K",  "2M",   "4095",     "1048577",  "4KB", "K",    "",
                                        "4 K", "4.5K", "4194304K", "4194305K", "-4K", "0x10K"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(parse_size(wrong[i], 4096, 1048576, &value));
    }
}

static void test_wrong_values_are_named_with_what_is_wanted(void **state) {
    (void)state;
    static const char *const lines[][3] = {
        {"--format", "zip", "whittle or bsdiff40"},
        {"--format", "", "whittle or bsdiff40"},
        {"--ram", "2K", "a size from 4K to 1M"},
        {"--ram", "2M", "a size from 4K to 1M"},
        {"--isa", "arm", "auto, none, thumb, xtensa, riscv, aarch64, avr or mips"},
        {"--base", "0x", "an address of 32 bits, as 0x08000000, or auto"},
        {"--security-counter", "-1", "a number from 0 to 4294967295"},
        {"--security-counter", "0x1", "a number from 0 to 4294967295"},
        {"--hardware", "esp", "a number of 32 bits, as 7 or 0x0701"},
        {"--fw-version", "", "1 to 32 printable ASCII characters"},
        {"--fw-version", "123456789012345678901234567890123", "1 to 32 printable ASCII characters"},
        {"--fw-version", "1.0\xC3\xA9", "1 to 32 printable ASCII characters"},
        {"--bzip2-level", "0", "a level from 1 to 9"},
        {"--bzip2-level", "10", "a level from 1 to 9"},
        {"--decode-budget", "0", "a number from 1 to 4294967295"},
        {"--jobs", "0", "a number from 1 to 1024"},
        {"--jobs", "1025", "a number from 1 to 1024"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char message[256];
        (void)snprintf(message, sizeof message,
                       "whittle: %s: '%s' is not %s (see whittle diff --help)", lines[i][0],
                       lines[i][1], lines[i][2]);
        assert_fails(whittle("diff", lines[i][0], lines[i][1], "old", "new", "patch", NULL), 2,
                     message);
        char joined[128];
        (void)snprintf(joined, sizeof joined, "%s=%s", lines[i][0], lines[i][1]);
        assert_fails(whittle("diff", joined, "old", "new", "patch", NULL), 2, message);
    }
}

static void test_wrong_options_are_named(void **state) {
    (void)state;
    assert_fails(whittle("diff", "--fast", "old", "new", "patch", NULL), 2,
                 "whittle: --fast: there is no such option (see whittle diff --help)");
    assert_fails(whittle("apply", "-x", "old", "patch", "new", NULL), 2,
                 "whittle: -x: there is no such option (see whittle apply --help)");
    assert_fails(whittle("info", "-json", "patch", NULL), 2,
                 "whittle: -json: there is no such option (see whittle info --help)");
    assert_fails(whittle("info", "--js", "patch", NULL), 2,
                 "whittle: --js: there is no such option (see whittle info --help)");
    assert_fails(whittle("diff", "--quiet=yes", "old", "new", "patch", NULL), 2,
                 "whittle: --quiet=yes: this option takes no value (see whittle diff --help)");
    assert_fails(whittle("diff", "old", "new", "patch", "--ram", NULL), 2,
                 "whittle: --ram: a value is missing after this option (see whittle diff --help)");
    assert_fails(diff_creator("--fast", "old", "new", "patch", NULL), 2,
                 "diff_creator: --fast: there is no such option (see diff_creator --help)");
}

static void test_operands_are_counted(void **state) {
    (void)state;
    assert_fails(whittle("diff", NULL), 2,
                 "whittle: operands are missing: OLD NEW PATCH (see whittle diff --help)");
    assert_fails(whittle("diff", "old", "new", NULL), 2,
                 "whittle: operands are missing: OLD NEW PATCH (see whittle diff --help)");
    assert_fails(diff_creator("old", "new", NULL), 2,
                 "diff_creator: operands are missing: OLD NEW PATCH (see diff_creator --help)");
    assert_fails(whittle("diff", "--full", "new", NULL), 2,
                 "whittle: operands are missing: OLD NEW PATCH (see whittle diff --help)");
    assert_fails(whittle("apply", "patch", NULL), 2,
                 "whittle: operands are missing: OLD PATCH NEW (see whittle apply --help)");
    assert_fails(whittle("info", NULL), 2,
                 "whittle: operands are missing: PATCH (see whittle info --help)");
    assert_fails(whittle("verify", NULL), 2,
                 "whittle: operands are missing: PATCH (see whittle verify --help)");
    assert_fails(whittle("diff", "a", "b", "c", "d", NULL), 2,
                 "whittle: d: one operand too many (see whittle diff --help)");
    assert_fails(whittle("info", "a", "b", NULL), 2,
                 "whittle: b: one operand too many (see whittle info --help)");
    assert_fails(whittle("info", "", NULL), 2,
                 "whittle: an operand is empty, where the name of a file is wanted (see whittle "
                 "info --help)");
}

static void test_options_of_the_other_format_are_refused(void **state) {
    (void)state;
    static const char *const bound[] = {
        "--ram=32K",        "--isa=thumb",         "--base=0",
        "--full",           "--sign=KEY",          "--hardware=1",
        "--fw-version=1.0", "--decode-budget=600", "--security-counter=1"};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        char message[256];
        (void)snprintf(message, sizeof message,
                       "whittle: %.*s: this option is only for --format whittle (see whittle diff "
                       "--help)",
                       (int)strcspn(bound[i], "="), bound[i]);
        assert_fails(whittle("diff", bound[i], "--format", "bsdiff40", "old", "new", "patch", NULL),
                     2, message);
    }
    assert_fails(whittle("diff", "--bzip2-level", "9", "old", "new", "patch", NULL), 2,
                 "whittle: --bzip2-level: this option is only for --format bsdiff40 (see whittle "
                 "diff --help)");
}

static void test_double_dash_ends_the_options(void **state) {
    (void)state;
    save_images();
    assert_int_equal(rename("old", "--old"), 0);
    whittle_succeeds("diff", "--quiet", "--", "--old", "new", "-p", NULL);
    whittle_succeeds("apply", "--quiet", "--", "--old", "-p", "--help", NULL);
    assert_same("--help", "new");
}

static void test_options_may_follow_operands_and_the_last_one_counts(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--ram", "8K", "old", "--quiet", "new", "patch", "--ram=16K", NULL);
    result info = whittle("info", "--json", "patch", NULL);
    assert_json((char *)info.out.data, "d[\"ram\"]", "16384");
    result_free(&info);
}

static void test_help_goes_to_stdout_and_names_every_option(void **state) {
    (void)state;
    static const char *const options[] = {"--format",        "--input",       "--ram",
                                          "--isa",           "--base",        "--full",
                                          "--sign",          "--hardware",    "--fw-version",
                                          "--decode-budget", "--bzip2-level", "--jobs",
                                          "--quiet",         "--progress",    "--json",
                                          "--help",          "--version",     "--security-counter"};
    result help = whittle("diff", "--fast", "--help", NULL);
    assert_succeeds(&help);
    const char *text = (const char *)help.out.data;
    assert_memory_equal(text, "Usage: whittle diff [options] OLD NEW PATCH\n", 44);
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++) {
        lines++;
    }
    assert_in_range(lines, 10, 24); /* a screen */
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        assert_non_null(strstr(text, options[i]));
    }
    result_free(&help);
    result drop_in = diff_creator("--help", NULL);
    assert_memory_equal(drop_in.out.data, "Usage: diff_creator [options] OLD NEW PATCH\n", 44);
    result_free(&drop_in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_takes_digits_within_bounds_only),
        cmocka_unit_test(test_number_takes_hexadecimal_too),
        cmocka_unit_test(test_size_takes_k_and_m),
        IN_FOLDER(test_wrong_values_are_named_with_what_is_wanted),
        IN_FOLDER(test_wrong_options_are_named),
        IN_FOLDER(test_operands_are_counted),
        IN_FOLDER(test_options_of_the_other_format_are_refused),
        IN_FOLDER(test_double_dash_ends_the_options),
        IN_FOLDER(test_options_may_follow_operands_and_the_last_one_counts),
        IN_FOLDER(test_help_goes_to_stdout_and_names_every_option),
    };
    return cmocka_run_group_tests_name("tools/options", tests, NULL, NULL);
}
