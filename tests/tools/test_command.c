/* What both mains do around a command. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../tools/command.h"
#include "../../tools/common/message.h"
#include "support/unit_test.h"

/* In a process of its own, without standard streams; the first file that is opened after the start
 * has this number. */
static int first_descriptor_without_streams(void) {
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        for (int stream = 0; stream < 16; stream++) {
            (void)close(stream);
        }
        command_start("whittle");
        _exit(open("/dev/null", O_RDONLY));
    }
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_no_file_takes_the_place_of_a_closed_stream(void **state) {
    (void)state;
    assert_int_equal(first_descriptor_without_streams(), STDERR_FILENO + 1);
}

static void test_quiet_is_stronger_than_progress(void **state) {
    (void)state;
    const reporting none = {.json = true};
    const reporting wanted = {.progress = true};
    const reporting both = {.quiet = true, .progress = true};
    assert_int_equal(reporting_progress(&none), PROGRESS_AUTOMATIC);
    assert_int_equal(reporting_progress(&wanted), PROGRESS_ALWAYS);
    assert_int_equal(reporting_progress(&both), PROGRESS_NEVER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_file_takes_the_place_of_a_closed_stream),
        cmocka_unit_test(test_quiet_is_stronger_than_progress),
    };
    return cmocka_run_group_tests_name("tools/command", tests, NULL, NULL);
}
