/* Tasks in processes of their own, so many at a time: what ends one of them, be it a crash, does
 * not end the others. Knows nothing of what the tasks are.
 *
 * A task's messages are kept until it ends and come out in one piece, so that they mix neither with
 * those of others nor with the progress that is shown meanwhile. */
#ifndef TOOLS_COMMON_WORKERS_H
#define TOOLS_COMMON_WORKERS_H

#include <stdbool.h>

typedef struct workers {
    unsigned task_count;
    unsigned jobs; /* processes at a time, at least 1 */
    void *context; /* for the functions below */
    /* In the new process. Returns its exit status. What it is to give back, it puts into memory
     * that is shared between processes. */
    int (*work)(void *context, unsigned task);
    /* In the caller's process, when the task has ended. signal: what killed it, or 0. */
    void (*ended)(void *context, unsigned task, int status, int signal);
    /* Now and then meanwhile, about five times a second; and before messages come out, with
     * messages_follow. */
    void (*waiting)(void *context, bool messages_follow);
} workers;

/* Runs all tasks. SIGINT, SIGTERM and SIGHUP end them, and then the program. Returns an exit status
 * (message.h): STATUS_DONE where every task could be started, however it ended. */
int workers_run(const workers *all);

/* Processors that this process may use: what a scheduler or taskset has left it. */
unsigned workers_processors(void);

#endif
