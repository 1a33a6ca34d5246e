/* The two programs as such: commands, help, version, and standard streams that do not work. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/version.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

static void assert_prints(result of, const char *text) {
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, text);
    result_free(&of);
}

static void test_a_command_is_needed(void **state) {
    (void)state;
    assert_fails(whittle(NULL), 2, "whittle: a command is missing (see whittle --help)");
    assert_fails(whittle("patch", NULL), 2,
                 "whittle: patch: there is no such command (see whittle --help)");
    assert_fails(whittle("-h", NULL), 2,
                 "whittle: -h: there is no such option (see whittle --help)");
    assert_fails(whittle("", NULL), 2, "whittle: : there is no such command (see whittle --help)");
}

static void test_help_lists_the_commands(void **state) {
    (void)state;
    static const char *const commands[] = {"diff", "apply", "info", "verify", "device"};
    result help = whittle("--help", NULL);
    assert_succeeds(&help);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[32];
        (void)snprintf(line, sizeof line, "\n  %-10s", commands[i]);
        assert_non_null(strstr((char *)help.out.data, line));
        result own = whittle(commands[i], "--help", NULL);
        assert_succeeds(&own);
        (void)snprintf(line, sizeof line, "Usage: whittle %s ", commands[i]);
        assert_memory_equal(own.out.data, line, strlen(line));
        assert_prints(whittle("help", commands[i], NULL), (char *)own.out.data);
        result_free(&own);
    }
    assert_prints(whittle("help", NULL), (char *)help.out.data);
    result_free(&help);
    assert_fails(whittle("help", "patch", NULL), 2,
                 "whittle: patch: there is no such command (see whittle --help)");
}

static void test_version(void **state) {
    (void)state;
    assert_prints(whittle("--version", NULL), "whittle " WHITTLE_VERSION "\n");
    assert_prints(whittle("diff", "--version", NULL), "whittle " WHITTLE_VERSION "\n");
    assert_prints(diff_creator("--version", NULL), "diff_creator " WHITTLE_VERSION "\n");
}

static void test_the_drop_in_makes_the_same_patch(void **state) {
    (void)state;
    save_images();
    result of = diff_creator("old", "new", "patch1", NULL);
    assert_succeeds(&of);
    assert_memory_equal(of.out.data, "patch1: ", 8);
    result_free(&of);
    whittle_succeeds("diff", "old", "new", "patch2", NULL);
    assert_same("patch1", "patch2");
    assert_fails(diff_creator("none", "new", "patch", NULL), 1,
                 "diff_creator: none: there is no such file or folder (check the name)");
}

static void test_messages_are_one_printable_line(void **state) {
    (void)state;
    assert_fails(whittle("info", "a\nb\033[1mc\x7F", NULL), 1,
                 "whittle: a?b?[1mc?: there is no such file or folder (check the name)");
    assert_fails(whittle("info", "--a\nb", "p", NULL), 2,
                 "whittle: --a?b: there is no such option (see whittle info --help)");
}

/* ---- Standard streams ---- */

static void close_stdout(void) {
    (void)close(STDOUT_FILENO);
}

static void fill_stdout(void) {
    (void)dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

/* A pipe that nobody reads any more. */
static void break_stdout(void) {
    int ends[2];
    if (pipe(ends) == 0) {
        (void)close(ends[0]);
        (void)dup2(ends[1], STDOUT_FILENO);
    }
}

static void close_all(void) {
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
}

static void test_results_that_cannot_be_written_are_a_failure(void **state) {
    (void)state;
    call what = {.tool = "whittle", .arguments = {"--help"}, .prepare = close_stdout};
    assert_fails(run(&what), 1, "whittle: standard output: Bad file descriptor");
    what.prepare = fill_stdout;
    assert_fails(run(&what), 1,
                 "whittle: standard output: no space left (free some, or choose another folder)");
    what.prepare = break_stdout;
    assert_fails(run(&what), 1,
                 "whittle: standard output: its reader went away before everything was written");
}

static void test_closed_streams_do_not_get_into_files(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "right", NULL);
    call what = {.tool = "whittle",
                 .arguments = {"diff", "--progress", "old", "new", "patch"},
                 .prepare = close_all};
    result of = run(&what);
    assert_int_equal(of.status, 1); /* the result line is lost */
    result_free(&of);
    assert_same("patch", "right");
    what.arguments[1] = "--quiet";
    of = run(&what);
    assert_int_equal(of.status, 0);
    result_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_command_is_needed),
        IN_FOLDER(test_help_lists_the_commands),
        IN_FOLDER(test_version),
        IN_FOLDER(test_the_drop_in_makes_the_same_patch),
        IN_FOLDER(test_messages_are_one_printable_line),
        IN_FOLDER(test_results_that_cannot_be_written_are_a_failure),
        IN_FOLDER(test_closed_streams_do_not_get_into_files),
    };
    return cmocka_run_group_tests_name("tools/whittle", tests, NULL, NULL);
}
