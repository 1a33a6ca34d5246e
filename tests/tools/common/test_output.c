/* Outputs appear whole or not at all, and nothing is left behind: not by a failure at any point,
 * and not by a signal. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/common/message.h"
#include "../../../tools/common/output.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

static unsigned mode_of(const char *name) {
    struct stat status;
    assert_int_equal(stat(name, &status), 0);
    return status.st_mode & 07777;
}

/* ---- What is made ---- */

static void test_a_new_file_gets_the_permissions_of_the_umask(void **state) {
    (void)state;
    save_images();
    mode_t before = umask(027);
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    (void)umask(before);
    assert_int_equal(mode_of("patch"), 0640);
    assert_folder_holds("new old patch");
}

static void test_an_existing_file_is_replaced_and_keeps_its_permissions(void **state) {
    (void)state;
    save_images();
    save("patch", "before", 6);
    assert_int_equal(chmod("patch", 0604), 0);
    assert_int_equal(link("patch", "other"), 0);
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    whittle_succeeds("verify", "--old", "old", "patch", NULL);
    assert_int_equal(mode_of("patch"), 0604);
    assert_holds("other", "before", 6); /* a new file took the name; this one was not written to */
    assert_folder_holds("new old other patch");
}

static void test_a_link_stays_and_its_file_is_replaced(void **state) {
    (void)state;
    save_images();
    save("real", "before", 6);
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_int_equal(symlink("../real", "sub/link"), 0);
    whittle_succeeds("diff", "old", "new", "sub/link", NULL);
    whittle_succeeds("verify", "--old", "old", "real", NULL);
    struct stat status;
    assert_int_equal(lstat("sub/link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_folder_holds("new old real sub");
}

/* Standard output by one of its names gets the bytes, and standard error what is told of them. */
static void assert_is_stdout(const char *name, const char *told) {
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    result of = whittle("diff", "old", "new", name, NULL);
    assert_int_equal(of.status, 0);
    assert_holds("patch", of.out.data, of.out.size);
    assert_memory_equal(of.err.data, told, strlen(told));
    result_free(&of);
    of = whittle("apply", "--json", "old", "patch", name, NULL);
    assert_int_equal(of.status, 0);
    assert_holds("new", of.out.data, of.out.size);
    assert_json((char *)of.err.data, "d[\"target_size\"]", "20100");
    result_free(&of);
    assert_folder_holds("new old patch");
}

static void test_stdout_gets_the_patch_and_stderr_the_result(void **state) {
    (void)state;
    assert_is_stdout("/dev/stdout", "/dev/stdout: "); /* a file without a name here */
}

/* The same by the name that other tools have for it; a file of that name is "./-". */
static void test_a_dash_is_stdout(void **state) {
    (void)state;
    assert_is_stdout("-", "-: ");
    whittle_succeeds("apply", "old", "patch", "./-", NULL);
    assert_same("-", "new");
}

static void append_to_old(void) {
    if (!freopen("old", "a", stdout)) {
        _exit(STATUS_CANNOT_PREPARE);
    }
}

static void test_stdout_that_is_an_input_is_refused(void **state) {
    (void)state;
    save_images();
    const call what = {
        .tool = "whittle", .arguments = {"diff", "old", "new", "-"}, .prepare = append_to_old};
    assert_fails(run(&what), 1,
                 "whittle: old: it is read and written at once (choose another output)");
}

static void test_a_pipe_is_written_to(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    const call what = {.tool = "whittle", .arguments = {"apply", "old", "patch", "fifo"}};
    pid_t process = start(&what);
    content got = load("fifo");
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    assert_holds("new", got.data, got.size);
    free(got.data);
    assert_folder_holds("fifo new old patch");
}

static void test_a_temporary_file_of_a_killed_run_is_no_obstacle(void **state) {
    (void)state;
    char stale[64];
    (void)snprintf(stale, sizeof stale, ".whittle-%ld-0", (long)getpid());
    save(stale, "stale", 5);
    output out;
    assert_int_equal(output_prepare(&out, "file"), STATUS_DONE);
    assert_int_equal(output_save(&out, (const uint8_t *)"fresh", 5), STATUS_DONE);
    output_discard(&out);
    assert_holds("file", "fresh", 5);
    assert_holds(stale, "stale", 5);
}

/* ---- What fails ---- */

/* Both commands that write refuse the output; the folder is as it was before. */
static void assert_refused(const char *place, const char *message, void (*prepare)(void)) {
    char line[8192];
    (void)snprintf(line, sizeof line, "whittle: %s: %s", place, message);
    call what = {.tool = "whittle", .arguments = {"diff", "old", "new", place}, .prepare = prepare};
    result of = run(&what);
    if (of.status == STATUS_CANNOT_PREPARE) {
        result_free(&of);
        print_message("skipped: an ordinary user cannot run the tools where they are\n");
        skip();
    }
    assert_fails(of, 1, line);
    what = (call){
        .tool = "whittle", .arguments = {"apply", "old", "patch", place}, .prepare = prepare};
    assert_fails(run(&what), 1, line);
}

static void save_all(void) {
    save_images();
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
}

static void test_places_where_nothing_can_be_written(void **state) {
    (void)state;
    char long_name[300] = "";
    memset(long_name, 'x', sizeof long_name - 1);
    char long_path[PATH_MAX + 100] = "";
    memset(long_path, '/', sizeof long_path - 1);
    save_all();
    assert_int_equal(symlink("nothing", "link"), 0);
    assert_refused("none/out", "there is no such file or folder (check the name)", NULL);
    assert_refused("old/out", "a part of the path is not a folder (check the name)", NULL);
    assert_refused(".", "it is a folder (name a file)", NULL);
    assert_refused("link", "it is a link to nothing (remove it)", NULL);
    assert_refused(long_name, "the name is too long (choose a shorter one)", NULL);
    assert_refused(long_path, "the name is too long (choose a shorter one)", NULL);
    assert_folder_holds("link new old patch");
}

static void test_a_full_disk(void **state) {
    (void)state;
    save_all();
    assert_refused("/dev/full", "no space left (free some, or choose another folder)", NULL);
    assert_folder_holds("new old patch");
}

static void test_a_read_only_folder(void **state) {
    (void)state;
    save_all();
    assert_int_equal(chmod(".", 0555), 0);
    assert_refused("out", "permission denied (check its permissions and those of its folder)",
                   drop_privileges);
    assert_folder_holds("new old patch");
}

static void test_a_write_protected_file(void **state) {
    (void)state;
    save_all();
    save("out", "before", 6);
    assert_int_equal(chmod("out", 0444), 0);
    assert_int_equal(chmod(".", 0777), 0);
    assert_refused("out", "permission denied (check its permissions and those of its folder)",
                   drop_privileges);
    assert_holds("out", "before", 6);
}

static void limit_files(void) {
    const struct rlimit limit = {16, 16};
    (void)setrlimit(RLIMIT_FSIZE, &limit);
}

/* The temporary file has been created and written to in part. */
static void test_a_failing_write_leaves_nothing_behind(void **state) {
    (void)state;
    save_all();
    save("out", "before", 6);
    /* The output streams of the test are files too, so that the message may be cut. */
    const call what = {
        .tool = "whittle", .arguments = {"diff", "old", "new", "out"}, .prepare = limit_files};
    result of = run(&what);
    assert_int_equal(of.signal, 0);
    assert_int_equal(of.status, 1);
    assert_memory_equal(of.err.data, "whittle: out: ", 14);
    result_free(&of);
    assert_holds("out", "before", 6);
    assert_folder_holds("new old out patch");
}

static void test_a_reader_that_goes_away(void **state) {
    (void)state;
    int ends[2];
    char name[64];
    save_all();
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    output out;
    assert_int_equal(output_prepare(&out, name), STATUS_DONE);
    assert_int_equal(output_open(&out), STATUS_DONE);
    (void)close(ends[0]);
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(output_write(&out, (const uint8_t *)"x", 1), STATUS_FAILED);
    (void)signal(SIGPIPE, SIG_DFL);
    output_discard(&out);
    (void)close(ends[1]);
}

static void test_what_is_not_committed_is_gone(void **state) {
    (void)state;
    save("file", "before", 6);
    output out;
    assert_int_equal(output_prepare(&out, "file"), STATUS_DONE);
    assert_folder_holds("file");
    assert_int_equal(output_open(&out), STATUS_DONE);
    assert_int_equal(output_write(&out, (const uint8_t *)"half", 4), STATUS_DONE);
    assert_holds("file", "before", 6);
    output_discard(&out);
    assert_holds("file", "before", 6);
    assert_folder_holds("file");
}

/* ---- Signals ---- */

/* In a process of its own: writes half a file, then gets the signal. Returns how it ended. */
static int signal_while_writing(int number, bool ignored) {
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        output out;
        (void)signal(number, ignored ? SIG_IGN : SIG_DFL);
        if (output_prepare(&out, "file") != STATUS_DONE || output_open(&out) != STATUS_DONE ||
            output_write(&out, (const uint8_t *)"half", 4) != STATUS_DONE) {
            _exit(98);
        }
        (void)raise(number);
        _exit(output_commit(&out));
    }
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    return status;
}

static void test_a_signal_while_writing_leaves_nothing_behind(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    save("file", "before", 6);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int status = signal_while_writing(numbers[i], false);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
        assert_holds("file", "before", 6);
        assert_folder_holds("file");
    }
}

static void test_an_ignored_signal_stays_ignored(void **state) {
    (void)state;
    int status = signal_while_writing(SIGHUP, true);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), STATUS_DONE);
    assert_holds("file", "half", 4);
    assert_folder_holds("file");
}

static void interrupt_after(long milliseconds, int number) {
    const call what = {.tool = "whittle", .arguments = {"diff", "old", "new", "patch"}};
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    pid_t process = start(&what);
    (void)nanosleep(&time, NULL);
    assert_int_equal(kill(process, number), 0);
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    assert_holds("patch", "before", 6);
    assert_folder_holds("new old patch");
}

static void test_an_interrupted_diff_leaves_nothing_behind(void **state) {
    (void)state;
    save_large_images();
    save("patch", "before", 6);
    interrupt_after(20, SIGINT);
    interrupt_after(200, SIGTERM);
    interrupt_after(400, SIGINT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_new_file_gets_the_permissions_of_the_umask),
        IN_FOLDER(test_an_existing_file_is_replaced_and_keeps_its_permissions),
        IN_FOLDER(test_a_link_stays_and_its_file_is_replaced),
        IN_FOLDER(test_stdout_gets_the_patch_and_stderr_the_result),
        IN_FOLDER(test_a_dash_is_stdout),
        IN_FOLDER(test_stdout_that_is_an_input_is_refused),
        IN_FOLDER(test_a_pipe_is_written_to),
        IN_FOLDER(test_a_temporary_file_of_a_killed_run_is_no_obstacle),
        IN_FOLDER(test_places_where_nothing_can_be_written),
        IN_FOLDER(test_a_full_disk),
        IN_FOLDER(test_a_read_only_folder),
        IN_FOLDER(test_a_write_protected_file),
        IN_FOLDER(test_a_failing_write_leaves_nothing_behind),
        IN_FOLDER(test_a_reader_that_goes_away),
        IN_FOLDER(test_what_is_not_committed_is_gone),
        IN_FOLDER(test_a_signal_while_writing_leaves_nothing_behind),
        IN_FOLDER(test_an_ignored_signal_stays_ignored),
        IN_FOLDER(test_an_interrupted_diff_leaves_nothing_behind),
    };
    return cmocka_run_group_tests_name("tools/output", tests, NULL, NULL);
}
