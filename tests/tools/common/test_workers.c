/* The pool of processes: every task runs once, whatever becomes of the others. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/common/workers.h"
#include "support/unit_test.h"

enum { TASK_MAX = 16 };

/* What tasks do, by their number; and what came of them. */
typedef struct log {
    atomic_int runs[TASK_MAX]; /* shared memory: counted by the tasks */
    atomic_int running;
    atomic_int most; /* that ran at once */
    int status[TASK_MAX];
    int signal[TASK_MAX];
    int (*act)(unsigned task);
} log;

static log *start_log(int (*act)(unsigned task)) {
    log *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    shared->act = act;
    return shared;
}

static void rest(long milliseconds) {
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

static int work_on(void *context, unsigned task) {
    log *shared = context;
    int now = atomic_fetch_add(&shared->running, 1) + 1;
    int most = atomic_load(&shared->most);
    while (now > most && !atomic_compare_exchange_weak(&shared->most, &most, now)) {
    }
    (void)atomic_fetch_add(&shared->runs[task], 1);
    int status = shared->act(task);
    (void)atomic_fetch_sub(&shared->running, 1);
    return status;
}

static void note_end(void *context, unsigned task, int status, int number) {
    log *shared = context;
    shared->status[task] = status;
    shared->signal[task] = number;
}

static void note_nothing(void *context, bool messages_follow) {
    (void)context;
    (void)messages_follow;
}

static workers pool(log *shared, unsigned tasks, unsigned jobs) {
    return (workers){.task_count = tasks,
                     .jobs = jobs,
                     .context = shared,
                     .work = work_on,
                     .ended = note_end,
                     .waiting = note_nothing};
}

/* ---- Tasks ---- */

static int tell_number(unsigned task) {
    rest(20);
    return (int)task;
}

static void test_every_task_runs_once_and_no_more_at_a_time_than_told(void **state) {
    (void)state;
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        log *shared = start_log(tell_number);
        const workers all = pool(shared, TASK_MAX, jobs);
        assert_int_equal(workers_run(&all), 0);
        assert_true(atomic_load(&shared->most) <= (int)jobs);
        assert_true(jobs == 1 || atomic_load(&shared->most) > 1);
        for (int task = 0; task < TASK_MAX; task++) {
            assert_int_equal(atomic_load(&shared->runs[task]), 1);
            assert_int_equal(shared->status[task], task);
            assert_int_equal(shared->signal[task], 0);
        }
        (void)munmap(shared, sizeof *shared);
    }
}

static void test_no_tasks_are_done_at_once(void **state) {
    (void)state;
    log *shared = start_log(tell_number);
    const workers all = pool(shared, 0, 2);
    assert_int_equal(workers_run(&all), 0);
    (void)munmap(shared, sizeof *shared);
}

static int crash_now_and_then(unsigned task) {
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    return task % 3 == 0 ? raise(SIGKILL) : 0;
}

static void test_a_crash_ends_nothing_else(void **state) {
    (void)state;
    log *shared = start_log(crash_now_and_then);
    const workers all = pool(shared, TASK_MAX, 3);
    assert_int_equal(workers_run(&all), 0);
    for (int task = 0; task < TASK_MAX; task++) {
        assert_int_equal(atomic_load(&shared->runs[task]), 1);
        assert_int_equal(shared->signal[task], task % 3 == 0 ? SIGKILL : 0);
        assert_int_equal(shared->status[task], task % 3 == 0 ? -1 : 0);
    }
    (void)munmap(shared, sizeof *shared);
}

static void test_they_run_where_sigchld_was_ignored(void **state) {
    (void)state;
    log *shared = start_log(tell_number);
    const workers all = pool(shared, 3, 2);
    (void)signal(SIGCHLD, SIG_IGN);
    assert_int_equal(workers_run(&all), 0);
    assert_int_equal(shared->status[2], 2);
    (void)munmap(shared, sizeof *shared);
}

/* ---- Messages ---- */

static int speak(unsigned task) {
    (void)fprintf(stderr, "task %u begins;", task);
    rest(10);
    (void)fprintf(stderr, " task %u ends\n", task);
    return 0;
}

static void test_messages_come_out_whole(void **state) {
    (void)state;
    int before = dup(STDERR_FILENO);
    FILE *taken = tmpfile();
    log *shared = start_log(speak);
    const workers all = pool(shared, TASK_MAX, 4);
    char line[100];
    unsigned lines = 0;
    assert_non_null(taken);
    assert_true(dup2(fileno(taken), STDERR_FILENO) >= 0);
    int status = workers_run(&all);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    assert_int_equal(status, 0);
    rewind(taken);
    for (; fgets(line, sizeof line, taken); lines++) {
        char expected[100];
        unsigned task;
        assert_int_equal(sscanf(line, "task %u", &task), 1);
        (void)snprintf(expected, sizeof expected, "task %u begins; task %u ends\n", task, task);
        assert_string_equal(line, expected);
    }
    assert_int_equal(lines, TASK_MAX);
    (void)fclose(taken);
    (void)munmap(shared, sizeof *shared);
}

/* ---- Signals ---- */

static int sleep_long(unsigned task) {
    (void)task;
    rest(30000);
    return 0;
}

/* Starts a pool in a process of its own and sends it that signal; returns how it ended. */
static int end_pool(log *shared, int number, void (*prepare)(int number)) {
    const workers all = pool(shared, 3, 3);
    int status;
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        prepare(number);
        _exit(workers_run(&all));
    }
    while (atomic_load(&shared->running) < 3) {
        rest(5);
    }
    assert_int_equal(kill(process, number), 0);
    assert_int_equal(waitpid(process, &status, 0), process);
    return status;
}

static void prepare_nothing(int number) {
    (void)number;
}

static void test_a_signal_ends_the_workers_and_then_the_program(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        log *shared = start_log(sleep_long);
        time_t start = time(NULL);
        int status = end_pool(shared, numbers[i], prepare_nothing);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
        assert_true(time(NULL) - start < 20);
        (void)munmap(shared, sizeof *shared);
    }
}

static void ignore(int number) {
    (void)signal(number, SIG_IGN);
}

static int sleep_half_a_second(unsigned task) {
    (void)task;
    rest(500);
    return 0;
}

static void test_an_ignored_signal_stays_ignored(void **state) {
    (void)state;
    log *shared = start_log(sleep_half_a_second);
    int status = end_pool(shared, SIGHUP, ignore);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)munmap(shared, sizeof *shared);
}

static void test_there_is_at_least_one_processor(void **state) {
    (void)state;
    assert_in_range(workers_processors(), 1, 100000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_runs_once_and_no_more_at_a_time_than_told),
        cmocka_unit_test(test_no_tasks_are_done_at_once),
        cmocka_unit_test(test_a_crash_ends_nothing_else),
        cmocka_unit_test(test_they_run_where_sigchld_was_ignored),
        cmocka_unit_test(test_messages_come_out_whole),
        cmocka_unit_test(test_a_signal_ends_the_workers_and_then_the_program),
        cmocka_unit_test(test_an_ignored_signal_stays_ignored),
        cmocka_unit_test(test_there_is_at_least_one_processor),
    };
    return cmocka_run_group_tests_name("tools/workers", tests, NULL, NULL);
}
