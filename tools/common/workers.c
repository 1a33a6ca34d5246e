/* A pool of processes. The parent waits for signals, and nothing runs in a handler: SIGCHLD tells
 * that a worker has ended, and the signals that would end the program are passed on first. */
#include "workers.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

enum { TICK_MILLISECONDS = 200 };

typedef struct worker {
    pid_t process; /* 0: none */
    unsigned task;
    FILE *messages;
} worker;

typedef struct pool {
    const workers *all;
    worker *seats; /* all->jobs of them */
    unsigned running;
    unsigned next_task;
    sigset_t awaited;
    sigset_t before; /* the signals that were blocked */
} pool;

/* ---- Signals ---- */

/* One that is ignored, as nohup does with SIGHUP, stays ignored. */
static void await_ending_signal(pool *state, int number) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        (void)sigaddset(&state->awaited, number);
    }
}

/* Whoever started the program may have ignored SIGCHLD: then nobody could wait for workers. */
static void block_signals(pool *state) {
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&state->awaited);
    (void)sigaddset(&state->awaited, SIGCHLD);
    await_ending_signal(state, SIGINT);
    await_ending_signal(state, SIGTERM);
    await_ending_signal(state, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &state->awaited, &state->before);
}

/* Workers remove what they have not finished writing. */
static void end_by_signal(pool *state, int number) {
    for (unsigned i = 0; i < state->all->jobs; i++) {
        if (state->seats[i].process) {
            (void)kill(state->seats[i].process, number);
        }
    }
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
    (void)sigprocmask(SIG_SETMASK, &state->before, NULL); /* here it ends */
}

/* ---- One worker ---- */

static void become_worker(const pool *state, unsigned task, FILE *messages) {
    (void)sigprocmask(SIG_SETMASK, &state->before, NULL);
    (void)dup2(fileno(messages), STDERR_FILENO);
    int status = state->all->work(state->all->context, task);
    _exit(status); /* leaves alone what the parent has not yet printed */
}

/* Starts a task in a free seat. False: the system allows no further process, or file. */
static bool start_task(pool *state, worker *seat) {
    FILE *messages = tmpfile();
    pid_t process = messages ? fork() : -1;
    if (process == 0) {
        become_worker(state, state->next_task, messages);
    }
    if (process < 0) {
        int number = errno;
        if (messages) {
            (void)fclose(messages);
        }
        errno = number;
        return false;
    }
    *seat = (worker){.process = process, .task = state->next_task, .messages = messages};
    state->next_task++;
    state->running++;
    return true;
}

static void pass_messages(const pool *state, FILE *messages) {
    int character;
    rewind(messages);
    character = getc(messages);
    if (character != EOF) {
        state->all->waiting(state->all->context, true);
    }
    for (; character != EOF; character = getc(messages)) {
        (void)putc(character, stderr);
    }
    (void)fclose(messages);
}

static void finish_task(pool *state, worker *seat, int status) {
    unsigned task = seat->task;
    pass_messages(state, seat->messages);
    *seat = (worker){.process = 0};
    state->running--;
    state->all->ended(state->all->context, task, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                      WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* ---- The pool ---- */

/* Fills the free seats. One worker at least has to run; a system that allows no more of them only
 * makes it slower. */
static int fill_seats(pool *state) {
    for (unsigned i = 0; i < state->all->jobs; i++) {
        bool wanted = !state->seats[i].process && state->next_task < state->all->task_count;
        if (wanted && !start_task(state, &state->seats[i])) {
            return state->running > 0 ? STATUS_DONE : message_system("a new process", errno);
        }
    }
    return STATUS_DONE;
}

static void collect_ended(pool *state) {
    for (unsigned i = 0; i < state->all->jobs; i++) {
        int status;
        worker *seat = &state->seats[i];
        if (seat->process && waitpid(seat->process, &status, WNOHANG) == seat->process) {
            finish_task(state, seat, status);
        }
    }
}

static void wait_for_event(pool *state) {
    const struct timespec tick = {0, TICK_MILLISECONDS * 1000000L};
    int number = sigtimedwait(&state->awaited, NULL, &tick);
    if (number > 0 && number != SIGCHLD) {
        state->all->waiting(state->all->context, true);
        end_by_signal(state, number);
    }
}

int workers_run(const workers *all) {
    pool state = {.all = all, .seats = calloc(all->jobs, sizeof *state.seats)};
    if (!state.seats) {
        return message_system("the workers", ENOMEM);
    }
    block_signals(&state);
    int status = fill_seats(&state);
    while (status == STATUS_DONE && state.running > 0) {
        all->waiting(all->context, false);
        wait_for_event(&state);
        collect_ended(&state);
        status = fill_seats(&state);
    }
    (void)sigprocmask(SIG_SETMASK, &state.before, NULL);
    free(state.seats);
    return status;
}

unsigned workers_processors(void) {
    cpu_set_t usable;
    long count = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable)
                                                                   : sysconf(_SC_NPROCESSORS_ONLN);
    return count > 1 ? (unsigned)count : 1;
}
