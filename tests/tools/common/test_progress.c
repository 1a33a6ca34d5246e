/* Progress: only on a terminal and after a second, unless asked for; and wiped off in the end. */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/common/progress.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

/* ---- The tools, without a terminal ---- */

static void test_without_a_terminal_there_is_none(void **state) {
    (void)state;
    save_large_images(); /* takes more than a second */
    whittle_succeeds("diff", "old", "new", "patch", NULL);
}

static void test_asked_for_it_is_a_line_for_each_tenth(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--progress", "old", "new", "patch", NULL);
    assert_int_equal(of.status, 0);
    const char *line = (const char *)of.err.data;
    unsigned before = 0;
    for (; *line; line = strchr(line, '\n') + 1) {
        unsigned part;
        unsigned seconds;
        int end = 0;
        assert_int_equal(sscanf(line, "making the patch: %u %%, %u s%n", &part, &seconds, &end), 2);
        assert_int_equal(line[end], '\n');
        assert_true(part > before && part % 10 == 0);
        before = part;
    }
    assert_int_equal(before, 100);
    result_free(&of);
    of = whittle("apply", "--progress", "old", "patch", "rebuilt", NULL);
    assert_non_null(strstr((const char *)of.err.data, "rebuilding the image: 100 %, "));
    result_free(&of);
    of = whittle("verify", "--progress", "--old", "old", "patch", NULL);
    assert_non_null(strstr((const char *)of.err.data, "decoding the patch: 100 %, "));
    result_free(&of);
}

static void test_quiet_wins(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--progress", "--quiet", "old", "new", "patch", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "");
    result_free(&of);
}

/* ---- A terminal ---- */

/* Work of some milliseconds, with progress, in a process whose stderr is a terminal. */
static void work(progress_mode mode, long milliseconds) {
    progress *shown = progress_start(mode, "working");
    progress_report(shown, 427);
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
    progress_stop(shown);
    (void)fputs("done", stderr);
}

/* Everything that comes from a terminal until its last user ends; freed with free(). */
static char *read_terminal(int terminal) {
    char *text = calloc(1, 65536);
    assert_non_null(text);
    size_t used = 0;
    ssize_t got;
    while (used < 65535 && (got = read(terminal, text + used, 65535 - used)) > 0) {
        used += (size_t)got;
    }
    (void)close(terminal);
    return text;
}

/* What such a process leaves on the terminal; freed with free(). */
static char *terminal_output(progress_mode mode, long milliseconds) {
    int master;
    pid_t process = forkpty(&master, NULL, NULL, NULL);
    assert_true(process >= 0);
    if (process == 0) {
        work(mode, milliseconds);
        _exit(0);
    }
    char *text = read_terminal(master);
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    return text;
}

/* It shows the part that is done, and ends with blanks over all that was drawn. */
static void assert_shown_and_wiped(const char *text) {
    assert_non_null(strstr(text, "\rworking: 42 %, "));
    size_t width = 0;
    size_t blanks = 0;
    for (const char *line = text; (line = strchr(line, '\r'));) {
        size_t length = strcspn(++line, "\r");
        blanks = strspn(line, " ");
        if (strcmp(line + blanks, "\rdone") == 0) {
            break;
        }
        width = length > width ? length : width;
    }
    assert_int_equal(blanks, width);
    assert_true(width > 0);
}

static void test_on_a_terminal_it_appears_after_a_second(void **state) {
    (void)state;
    char *text = terminal_output(PROGRESS_AUTOMATIC, 1500);
    assert_shown_and_wiped(text);
    free(text);
}

static void test_short_work_shows_nothing(void **state) {
    (void)state;
    char *text = terminal_output(PROGRESS_AUTOMATIC, 300);
    assert_string_equal(text, "done");
    free(text);
}

static void test_never_is_never(void **state) {
    (void)state;
    char *text = terminal_output(PROGRESS_NEVER, 1300);
    assert_string_equal(text, "done");
    free(text);
}

static void test_asked_for_it_appears_at_once(void **state) {
    (void)state;
    char *text = terminal_output(PROGRESS_ALWAYS, 300);
    assert_shown_and_wiped(text);
    free(text);
}

static int terminal_of_tool;

static void use_terminal(void) {
    (void)dup2(terminal_of_tool, STDERR_FILENO);
}

static void test_the_tool_shows_it_on_a_terminal(void **state) {
    (void)state;
    int master;
    save_large_images();
    assert_int_equal(openpty(&master, &terminal_of_tool, NULL, NULL, NULL), 0);
    assert_true(fcntl(master, F_SETFD, FD_CLOEXEC) == 0);
    assert_true(fcntl(terminal_of_tool, F_SETFD, FD_CLOEXEC) == 0);
    const call what = {
        .tool = "whittle", .arguments = {"diff", "old", "new", "patch"}, .prepare = use_terminal};
    pid_t process = start(&what);
    (void)close(terminal_of_tool);
    char *text = read_terminal(master);
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    assert_memory_equal(text, "\rmaking the patch: ", 19);
    assert_int_equal(text[strlen(text) - 1], '\r');
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_without_a_terminal_there_is_none),
        IN_FOLDER(test_asked_for_it_is_a_line_for_each_tenth),
        IN_FOLDER(test_quiet_wins),
        cmocka_unit_test(test_on_a_terminal_it_appears_after_a_second),
        cmocka_unit_test(test_short_work_shows_nothing),
        cmocka_unit_test(test_never_is_never),
        cmocka_unit_test(test_asked_for_it_appears_at_once),
        IN_FOLDER(test_the_tool_shows_it_on_a_terminal),
    };
    return cmocka_run_group_tests_name("tools/progress", tests, NULL, NULL);
}
