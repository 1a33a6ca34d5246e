/* The bar: only on a terminal and after a second, unless asked for; in colour unless refused; and
 * wiped off in the end. */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/batch/progress.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

typedef struct scene {
    progress_mode mode;
    const char *terminal; /* TERM, or NULL */
    const char *no_color; /* NO_COLOR, or NULL */
    long milliseconds;    /* before the bar is drawn */
} scene;

static void set(const char *name, const char *value) {
    (void)(value ? setenv(name, value, 1) : unsetenv(name));
}

static void play(const scene *what) {
    bar shown;
    set("TERM", what->terminal);
    set("NO_COLOR", what->no_color);
    bar_start(&shown, what->mode, 4);
    const struct timespec time = {what->milliseconds / 1000, what->milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
    shown.done = 2;
    shown.failed = 1;
    bar_draw(&shown);
    bar_wipe(&shown);
    (void)fputs("done", stderr);
}

/* What is left on a terminal; freed with free(). */
static char *on_terminal(const scene *what) {
    int master;
    pid_t process = forkpty(&master, NULL, NULL, NULL);
    assert_true(process >= 0);
    if (process == 0) {
        play(what);
        _exit(0);
    }
    char *text = calloc(1, 4096);
    assert_non_null(text);
    size_t used = 0;
    ssize_t got;
    while (used < 4095 && (got = read(master, text + used, 4095 - used)) > 0) {
        used += (size_t)got;
    }
    (void)close(master);
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    return text;
}

static void assert_shows(const scene *what, const char *expected) {
    char *text = on_terminal(what);
    assert_memory_equal(text, expected, strlen(expected));
    assert_string_equal(text + strlen(text) - 5, "\rdone");
    free(text);
}

static void test_it_is_coloured_on_a_terminal_that_can(void **state) {
    (void)state;
    const scene what = {PROGRESS_ALWAYS, "xterm", NULL, 0};
    assert_shows(&what,
                 "[\033[32m############\033[0m............] 2 of 4, 1 failed; 0 s, about 0 s "
                 "to go\r   ");
    const scene empty = {PROGRESS_ALWAYS, "xterm", "", 0}; /* as no-color.org has it */
    assert_shows(&empty, "[\033[32m###");
}

static void test_no_color_and_plain_terminals_are_honoured(void **state) {
    (void)state;
    const scene refused = {PROGRESS_ALWAYS, "xterm", "1", 0};
    assert_shows(&refused, "[############............] 2 of 4");
    const scene dumb = {PROGRESS_ALWAYS, "dumb", NULL, 0};
    assert_shows(&dumb, "[############............] 2 of 4");
    const scene unknown = {PROGRESS_ALWAYS, NULL, NULL, 0};
    assert_shows(&unknown, "[############............] 2 of 4");
}

static void test_it_appears_after_a_second(void **state) {
    (void)state;
    const scene early = {PROGRESS_AUTOMATIC, "dumb", NULL, 100};
    char *text = on_terminal(&early);
    assert_string_equal(text, "done");
    free(text);
    const scene late = {PROGRESS_AUTOMATIC, "dumb", NULL, 1200};
    assert_shows(&late, "[############............] 2 of 4, 1 failed; 1 s, about 1 s to go\r");
}

static void test_never_is_never(void **state) {
    (void)state;
    const scene what = {PROGRESS_NEVER, "xterm", NULL, 1200};
    char *text = on_terminal(&what);
    assert_string_equal(text, "done");
    free(text);
}

static void test_without_a_terminal_it_is_lines_and_only_on_demand(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("batch", "--match=old", ".", "new", "out", NULL);
    result of = whittle("batch", "--progress", "--match=old", ".", "new", "out", NULL);
    assert_int_equal(of.status, 0);
    assert_string_equal((char *)of.err.data, "making patches: 1 of 1; 0 s\n");
    result_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_coloured_on_a_terminal_that_can),
        cmocka_unit_test(test_no_color_and_plain_terminals_are_honoured),
        cmocka_unit_test(test_it_appears_after_a_second),
        cmocka_unit_test(test_never_is_never),
        IN_FOLDER(test_without_a_terminal_it_is_lines_and_only_on_demand),
    };
    return cmocka_run_group_tests_name("tools/batch_progress", tests, NULL, NULL);
}
