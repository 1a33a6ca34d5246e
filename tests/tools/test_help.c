/* Help: of every command, on one screen of 80 columns and 24 lines, with a line for the prompt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

enum { COLUMNS = 80, LINES = 23, NAME_MAX_SIZE = 32 };

/* Checks the help that a command printed, and frees it. */
static void assert_fits(result help, const char *name) {
    assert_succeeds(&help);
    unsigned lines = 0;
    for (const char *line = (const char *)help.out.data; *line; lines++) {
        size_t width = strcspn(line, "\n");
        if (width > COLUMNS) {
            fail_msg("%s --help: %zu columns: %.*s", name, width, (int)width, line);
        }
        line += width + 1;
    }
    if (lines > LINES) {
        fail_msg("%s --help: %u lines", name, lines);
    }
    result_free(&help);
}

/* Calls what for each command that a list in a help text names, in lines that begin with two
 * blanks; returns their count. */
static unsigned each_command(const char *text, void (*what)(const char *name)) {
    unsigned count = 0;
    for (const char *line = text; (line = strstr(line, "\n  ")); line += 3) {
        char name[NAME_MAX_SIZE];
        if (line[3] >= 'a' && line[3] <= 'z' && sscanf(line + 3, "%31s", name) == 1) {
            what(name);
            count++;
        }
    }
    return count;
}

static void check_device_command(const char *name) {
    assert_fits(whittle("device", name, "--help", NULL), name);
}

static void check_command(const char *name) {
    assert_fits(whittle(name, "--help", NULL), name);
}

static void test_help_of_every_command_fits_a_screen(void **state) {
    (void)state;
    result help = whittle("--help", NULL);
    assert_true(each_command((const char *)help.out.data, check_command) >= 9);
    assert_fits(help, "whittle");
    help = whittle("device", "--help", NULL);
    assert_int_equal(each_command((const char *)help.out.data, check_device_command), 5);
    result_free(&help);
    assert_fits(diff_creator("--help", NULL), "diff_creator");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_help_of_every_command_fits_a_screen),
    };
    return cmocka_run_group_tests_name("tools/help", tests, NULL, NULL);
}
