/* A library for LD_PRELOAD: it stands between a program and the C library, and lets the calls fail
 * that a fault_plan names. The program is the one that users get, down to the last byte, and calls
 * that other libraries make count as its own.
 *
 * Invariant: without a plan, and before main, everything is passed on as it came. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault_plan.h"

static fault_plan *plan;

/* The function of that name that this library hides. ISO C has no cast from what dlsym returns. */
#define FIND_NEXT(next, name)                                                                      \
    do {                                                                                           \
        if (!(next)) {                                                                             \
            void *found = dlsym(RTLD_NEXT, name);                                                  \
            memcpy(&(next), &found, sizeof found);                                                 \
        }                                                                                          \
    } while (0)

__attribute__((constructor)) static void find_plan(void) {
    const char *descriptor = getenv(FAULT_PLAN_VARIABLE);
    if (descriptor) {
        void *shared =
            mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(descriptor), 0);
        plan = shared == MAP_FAILED ? NULL : shared;
    }
}

void fault_plan_forget(void) {
    plan = NULL;
}

/* True if this call is to fail; errno is set then. */
static bool fails(fault_kind kind) {
    if (!plan || plan->kind != kind) {
        return false;
    }
    unsigned number = atomic_fetch_add(&plan->calls, 1) + 1;
    if (number == 1) {
        (void)atexit(fault_plan_forget);
    }
    bool due = plan->first > 0 && (plan->lasting ? number >= plan->first : number == plan->first);
    if (due) {
        (void)atomic_fetch_add(&plan->failed, 1);
        errno = plan->error;
    }
    return due;
}

/* ---- Memory ---- */

void *malloc(size_t size) {
    static void *(*next)(size_t);
    FIND_NEXT(next, "malloc");
    return fails(FAULT_MEMORY) ? NULL : next(size);
}

void *calloc(size_t count, size_t size) {
    static void *(*next)(size_t, size_t);
    FIND_NEXT(next, "calloc");
    return fails(FAULT_MEMORY) ? NULL : next(count, size);
}

void *realloc(void *old, size_t size) {
    static void *(*next)(void *, size_t);
    FIND_NEXT(next, "realloc");
    return fails(FAULT_MEMORY) ? NULL : next(old, size);
}

void *reallocarray(void *old, size_t count, size_t size) {
    static void *(*next)(void *, size_t, size_t);
    FIND_NEXT(next, "reallocarray");
    return fails(FAULT_MEMORY) ? NULL : next(old, count, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    static void *(*next)(size_t, size_t);
    FIND_NEXT(next, "aligned_alloc");
    return fails(FAULT_MEMORY) ? NULL : next(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    static int (*next)(void **, size_t, size_t);
    FIND_NEXT(next, "posix_memalign");
    return fails(FAULT_MEMORY) ? ENOMEM : next(place, alignment, size);
}

/* ---- Files ---- */

int open(const char *path, int flags, ...) {
    static int (*next)(const char *, int, ...);
    FIND_NEXT(next, "open");
    mode_t mode = 0;
    if (flags & (O_CREAT | __O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return fails(FAULT_OPEN) ? -1 : next(path, flags, mode);
}

int fstat(int descriptor, struct stat *status) {
    static int (*next)(int, struct stat *);
    FIND_NEXT(next, "fstat");
    return fails(FAULT_STATUS) ? -1 : next(descriptor, status);
}

int fchmod(int descriptor, mode_t mode) {
    static int (*next)(int, mode_t);
    FIND_NEXT(next, "fchmod");
    return fails(FAULT_STATUS) ? -1 : next(descriptor, mode);
}

static size_t cut(size_t size, fault_kind kind) {
    return size > 1 && fails(kind) ? 1 : size;
}

ssize_t read(int descriptor, void *data, size_t size) {
    static ssize_t (*next)(int, void *, size_t);
    FIND_NEXT(next, "read");
    return fails(FAULT_READ) ? -1 : next(descriptor, data, cut(size, FAULT_CUT_READ));
}

ssize_t pread(int descriptor, void *data, size_t size, off_t offset) {
    static ssize_t (*next)(int, void *, size_t, off_t);
    FIND_NEXT(next, "pread");
    return fails(FAULT_READ) ? -1 : next(descriptor, data, cut(size, FAULT_CUT_READ), offset);
}

ssize_t write(int descriptor, const void *data, size_t size) {
    static ssize_t (*next)(int, const void *, size_t);
    FIND_NEXT(next, "write");
    return fails(FAULT_WRITE) ? -1 : next(descriptor, data, cut(size, FAULT_CUT_WRITE));
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
    static ssize_t (*next)(int, const void *, size_t, off_t);
    FIND_NEXT(next, "pwrite");
    return fails(FAULT_WRITE) ? -1 : next(descriptor, data, cut(size, FAULT_CUT_WRITE), offset);
}

int fsync(int descriptor) {
    static int (*next)(int);
    FIND_NEXT(next, "fsync");
    return fails(FAULT_SYNC) ? -1 : next(descriptor);
}

int rename(const char *old, const char *new) {
    static int (*next)(const char *, const char *);
    FIND_NEXT(next, "rename");
    return fails(FAULT_RENAME) ? -1 : next(old, new);
}

int close(int descriptor) {
    static int (*next)(int);
    FIND_NEXT(next, "close");
    int result = next(descriptor);
    return fails(FAULT_CLOSE) ? -1 : result;
}

pid_t fork(void) {
    static pid_t (*next)(void);
    FIND_NEXT(next, "fork");
    return fails(FAULT_PROCESS) ? -1 : next();
}

FILE *tmpfile(void) {
    static FILE *(*next)(void);
    FIND_NEXT(next, "tmpfile");
    return fails(FAULT_PROCESS) ? NULL : next();
}

ssize_t getrandom(void *data, size_t size, unsigned flags) {
    static ssize_t (*next)(void *, size_t, unsigned);
    FIND_NEXT(next, "getrandom");
    return fails(FAULT_RANDOM) ? -1 : next(data, size, flags);
}
