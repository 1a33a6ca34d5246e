/* Files that cannot be read, or not for this: each command refuses them with status 1 and one line,
 * and writes nothing. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/instrumentation.h"
#include "support/run_tool.h"
#include "support/unit_test.h"
#include "whittle/encoder.h"

/* "old", "new" and "patch"; every test ends with just these, and what it made itself. */
static void save_all(void) {
    save_images();
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
}

/* Every place of every command where a file is read. The message follows "whittle: FILE: ". */
static void assert_refused_everywhere(const char *file, const char *message) {
    char line[256];
    (void)snprintf(line, sizeof line, "whittle: %s: %s", file, message);
    assert_fails(whittle("diff", file, "new", "out", NULL), 1, line);
    assert_fails(whittle("diff", "old", file, "out", NULL), 1, line);
    assert_fails(whittle("diff", "--format=bsdiff40", file, "new", "out", NULL), 1, line);
    assert_fails(whittle("diff", "--full", file, "out", NULL), 1, line);
    assert_fails(whittle("apply", file, "patch", "out", NULL), 1, line);
    assert_fails(whittle("apply", "old", file, "out", NULL), 1, line);
    assert_fails(whittle("info", file, NULL), 1, line);
    assert_fails(whittle("verify", file, NULL), 1, line);
    assert_fails(whittle("verify", "--old", file, "patch", NULL), 1, line);
    (void)snprintf(line, sizeof line, "diff_creator: %s: %s", file, message);
    assert_fails(diff_creator(file, "new", "out", NULL), 1, line);
}

static void test_missing_file(void **state) {
    (void)state;
    save_all();
    assert_refused_everywhere("none", "there is no such file or folder (check the name)");
    assert_refused_everywhere("none/x", "there is no such file or folder (check the name)");
    assert_refused_everywhere("old/x", "a part of the path is not a folder (check the name)");
    assert_folder_holds("new old patch");
}

static void test_folder(void **state) {
    (void)state;
    save_all();
    assert_refused_everywhere(".", "it is a folder (name a file)");
    assert_folder_holds("new old patch");
}

static void test_too_large_a_file(void **state) {
    (void)state;
    save_all();
    save("huge", "", 0);
    assert_int_equal(truncate("huge", (off_t)WHITTLE_IMAGE_MAX + 1), 0);
    assert_refused_everywhere(
        "huge", "it is larger than 1 GiB, the largest image there can be (choose another)");
    assert_folder_holds("huge new old patch");
}

static void test_an_endless_device_is_too_large(void **state) {
    (void)state;
    save_all();
    assert_fails(whittle("info", "/dev/zero", NULL), 1,
                 "whittle: /dev/zero: it is larger than 1 GiB, the largest image there can be "
                 "(choose another)");
}

static void test_unreadable_file(void **state) {
    (void)state;
    save_all();
    assert_int_equal(chmod("old", 0), 0);
    call what = {.tool = "whittle", .arguments = {"info", "old"}, .prepare = drop_privileges};
    result of = run(&what);
    if (of.status == STATUS_CANNOT_PREPARE) {
        result_free(&of);
        print_message("skipped: an ordinary user cannot run the tools where they are\n");
        skip();
    }
    assert_fails(of, 1,
                 "whittle: old: permission denied (check its permissions and those of its folder)");
}

static void test_read_error(void **state) {
    (void)state;
    save_all();
    /* The memory of a process cannot be read at address 0. */
    assert_fails(whittle("info", "/proc/self/mem", NULL), 1,
                 "whittle: /proc/self/mem: Input/output error");
}

static void limit_memory(void) {
    const struct rlimit limit = {24u << 20, 24u << 20};
    (void)setrlimit(RLIMIT_AS, &limit);
}

static void test_out_of_memory(void **state) {
    (void)state;
    if (address_sanitizer()) {
        print_message("skipped: AddressSanitizer needs the address space that is limited here\n");
        skip();
    }
    save_large_images();
    call what = {
        .tool = "whittle", .arguments = {"diff", "old", "new", "patch"}, .prepare = limit_memory};
    assert_fails(run(&what), 1,
                 "whittle: new: out of memory (close other programs, or use a larger machine)");
    what.arguments[1] = "/dev/zero";
    assert_fails(run(&what), 1,
                 "whittle: /dev/zero: out of memory (close other programs, or use a larger "
                 "machine)");
    assert_folder_holds("new old");
}

/* ---- Pipes ---- */

static void test_pipes_are_read(void **state) {
    (void)state;
    save_all();
    content old = load("old");
    content new = load("new");
    content patch = load("patch");
    call what = {.tool = "whittle",
                 .arguments = {"diff", "/dev/stdin", "new", "p"},
                 .input = old.data,
                 .input_size = old.size};
    result of = run(&what);
    assert_succeeds(&of);
    assert_same("p", "patch");
    result_free(&of);
    what = (call){.tool = "whittle",
                  .arguments = {"diff", "old", "/dev/stdin", "q"},
                  .input = new.data,
                  .input_size = new.size};
    of = run(&what);
    assert_succeeds(&of);
    assert_same("q", "patch");
    result_free(&of);
    what = (call){.tool = "whittle",
                  .arguments = {"apply", "old", "/dev/stdin", "n"},
                  .input = patch.data,
                  .input_size = patch.size};
    of = run(&what);
    assert_succeeds(&of);
    assert_same("n", "new");
    result_free(&of);
    free(old.data);
    free(new.data);
    free(patch.data);
}

static void test_a_pipe_is_not_read_twice(void **state) {
    (void)state;
    call what = {.tool = "whittle",
                 .arguments = {"diff", "/dev/stdin", "/dev/stdin", "p"},
                 .input = "x",
                 .input_size = 1};
    assert_fails(run(&what), 1, "whittle: /dev/stdin: a pipe can be read only once (use a file)");
    assert_int_equal(mkfifo("fifo", 0600), 0); /* would wait for ever */
    assert_fails(whittle("apply", "fifo", "fifo", "new", NULL), 1,
                 "whittle: fifo: a pipe can be read only once (use a file)");
    assert_fails(whittle("verify", "--old", "fifo", "fifo", NULL), 1,
                 "whittle: fifo: a pipe can be read only once (use a file)");
}

static void test_dev_null_is_an_empty_image_and_no_patch(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "/dev/null", "/dev/null", "patch", NULL);
    whittle_succeeds("apply", "/dev/null", "patch", "/dev/null", NULL);
    assert_fails(whittle("info", "/dev/null", NULL), 1,
                 "whittle: /dev/null: this is not a patch (whittle diff makes one)");
}

/* ---- Input and output are one ---- */

static void assert_refused_as_output(const char *input, result of) {
    char line[256];
    (void)snprintf(line, sizeof line,
                   "whittle: %s: it is read and written at once (choose another output)", input);
    assert_fails(of, 1, line);
}

static void test_an_input_is_not_overwritten(void **state) {
    (void)state;
    save_all();
    content old = load("old");
    content patch = load("patch");
    assert_int_equal(symlink("old", "link"), 0);
    assert_int_equal(link("old", "name"), 0);
    assert_refused_as_output("old", whittle("diff", "old", "new", "old", NULL));
    assert_refused_as_output("new", whittle("diff", "old", "new", "./new", NULL));
    assert_refused_as_output("old", whittle("diff", "old", "new", "link", NULL));
    assert_refused_as_output("old", whittle("diff", "old", "new", "name", NULL));
    assert_refused_as_output("old", whittle("diff", "--full", "old", "new", "old", NULL));
    assert_refused_as_output("old", whittle("apply", "old", "patch", "old", NULL));
    assert_refused_as_output("patch", whittle("apply", "old", "patch", "patch", NULL));
    assert_refused_as_output("link", whittle("apply", "link", "patch", "name", NULL));
    assert_holds("old", old.data, old.size);
    assert_holds("patch", patch.data, patch.size);
    assert_folder_holds("link name new old patch");
    free(old.data);
    free(patch.data);
}

static void test_the_same_image_twice_is_fine(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "old", "patch", NULL);
    whittle_succeeds("apply", "old", "patch", "new", NULL);
    assert_same("new", "old");
    content patch = load("patch");
    assert_in_range(patch.size, 1, 128);
    free(patch.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_missing_file),
        IN_FOLDER(test_folder),
        IN_FOLDER(test_too_large_a_file),
        IN_FOLDER(test_an_endless_device_is_too_large),
        IN_FOLDER(test_unreadable_file),
        IN_FOLDER(test_read_error),
        IN_FOLDER(test_out_of_memory),
        IN_FOLDER(test_pipes_are_read),
        IN_FOLDER(test_a_pipe_is_not_read_twice),
        IN_FOLDER(test_dev_null_is_an_empty_image_and_no_patch),
        IN_FOLDER(test_an_input_is_not_overwritten),
        IN_FOLDER(test_the_same_image_twice_is_fine),
    };
    return cmocka_run_group_tests_name("tools/files", tests, NULL, NULL);
}
