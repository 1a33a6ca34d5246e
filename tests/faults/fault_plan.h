/* Which calls of a tool fail, and how many it makes: memory that a test shares with the library
 * that is loaded into the tool (failing_calls.c). */
#ifndef TESTS_FAULTS_FAULT_PLAN_H
#define TESTS_FAULTS_FAULT_PLAN_H

#include <stdatomic.h>
#include <stdbool.h>

/* Names the descriptor of that memory to the tool. */
#define FAULT_PLAN_VARIABLE "WHITTLE_FAULT_PLAN"

typedef enum fault_kind {
    FAULT_MEMORY,    /* allocations, those inside libraries too */
    FAULT_OPEN,      /* open */
    FAULT_STATUS,    /* fstat and fchmod */
    FAULT_READ,      /* read and pread */
    FAULT_WRITE,     /* write and pwrite */
    FAULT_SYNC,      /* fsync */
    FAULT_RENAME,    /* rename */
    FAULT_CLOSE,     /* close; the descriptor is closed all the same */
    FAULT_RANDOM,    /* getrandom */
    FAULT_PROCESS,   /* fork, and tmpfile */
    FAULT_CUT_READ,  /* a read gives one byte, which is no failure */
    FAULT_CUT_WRITE, /* a write takes one byte, which is none either */
    FAULT_KIND_COUNT
} fault_kind;

typedef struct fault_plan {
    fault_kind kind;
    unsigned first;     /* the call of that kind, from 1, that fails; 0: none */
    bool lasting;       /* all later ones fail, too */
    int error;          /* the errno that the call sets */
    atomic_uint calls;  /* calls of that kind so far */
    atomic_uint failed; /* those that failed */
} fault_plan;

/* From here on all calls are passed on: what runs at the end of a program, as the measurement of
 * coverage does, is none of the tool's. Absent where that library is not loaded. */
__attribute__((weak)) void fault_plan_forget(void);

#endif
