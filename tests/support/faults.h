/* Runs a command of the tools again and again, and lets the first, the second, ... call of a kind
 * fail in it, until it has been through all of them (tests/faults/failing_calls.c does it).
 *
 * Whatever fails, the command ends in one of two ways. It says on one line what went wrong, and has
 * changed nothing; or the failure is none to it, and all is as without it. */
#ifndef TESTS_SUPPORT_FAULTS_H
#define TESTS_SUPPORT_FAULTS_H

#include <stdbool.h>

#include "../faults/fault_plan.h"
#include "support/run_tool.h"

typedef struct fault {
    const char *name;
    fault_kind kind;
    int error;         /* the errno that is set */
    bool lasting;      /* from then on, all calls of that kind fail */
    const char *words; /* what the message then says; NULL: the command must go on as if nothing
                          had happened */
} fault;

typedef struct job {
    call what;
    const char *outputs[3]; /* the files that it makes or replaces; those that do not yet exist must
                               not be there after a failure */
    bool outputs_differ;    /* from one time to the next, as keys do */
    bool outputs_are_apart; /* each appears on its own, so that after a failure some may be there */
    bool many_messages;     /* one line for each of its tasks that failed */
    const char *in_place;   /* a file that it changes, even in vain; NULL: none */
    void (*finish)(void);   /* goes on without faults, however it ended, and asserts that all is
                               well then; NULL: there is nothing to go on with */
} job;

/* Tries every call of that kind, or as many, evenly spread, as fit into usual times: all of them
 * where the environment has WHITTLE_EVERY_FAULT. False if any has another outcome than those two,
 * or if the command makes no such call. Prints what was tried and what was wrong. */
bool try_faults(const job *tried, const fault *injected);

/* True where faults of that kind reach the tools as they are built and run here. */
bool faults_reach(fault_kind kind);

#endif
