/* The tool runs with the library before all others; plan and counts are in memory that both map.
 * Complaints are collected, so that one run tells them all. */
#include "support/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/instrumentation.h"
#include "support/unit_test.h"

enum { OUTPUT_COUNT = COUNT_OF(((job *)0)->outputs), COMPLAINTS_SHOWN = 12 };

/* A folder and what a command made of it. */
typedef struct outcome {
    char names[FOLDER_NAMES_MAX];
    content outputs[OUTPUT_COUNT]; /* data is NULL where there is no such file */
    result of;
} outcome;

typedef struct trial {
    const job *tried;
    const fault *injected;
    fault_plan *plan;
    content in_place; /* that file, as it was */
    outcome before;   /* without a result */
    outcome undisturbed;
    unsigned calls; /* that many, when undisturbed; fewer at times, where random numbers decide */
    unsigned complaints;
} trial;

/* ---- The library ---- */

/* For prepare, which has no parameters. */
static int plan_descriptor;

static void load_library(void) {
    char number[16];
    char program[PATH_MAX];
    char library[PATH_MAX + 32];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size < 0) {
        _exit(STATUS_CANNOT_PREPARE);
    }
    program[size] = '\0';
    (void)snprintf(library, sizeof library, "%s/failing_calls.so", dirname(program));
    (void)snprintf(number, sizeof number, "%d", plan_descriptor);
    (void)setenv(FAULT_PLAN_VARIABLE, number, 1);
    (void)setenv("LD_PRELOAD", library, 1);
    (void)setenv("MALLOC_PERTURB_", "165", 1); /* what was freed must not be read */
}

static fault_plan *share_plan(void) {
    plan_descriptor = memfd_create("fault-plan", 0);
    assert_true(plan_descriptor >= 0);
    assert_int_equal(ftruncate(plan_descriptor, sizeof(fault_plan)), 0);
    fault_plan *plan =
        mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, plan_descriptor, 0);
    assert_true(plan != MAP_FAILED);
    return plan;
}

static void unshare_plan(fault_plan *plan) {
    (void)munmap(plan, sizeof *plan);
    (void)close(plan_descriptor);
}

/* The allocator of AddressSanitizer is part of the tools, and comes before every library. */
bool faults_reach(fault_kind kind) {
    return kind != FAULT_MEMORY || !address_sanitizer();
}

/* How far from this call the next one is that is tried. The first calls are those of the tool
 * itself, and each is tried; the same number is spread over all others, most of which are alike. */
static unsigned stride_after(unsigned number, unsigned calls) {
    unsigned first = address_sanitizer() ? 2 : 30;
    bool each = number < first || calls <= first || getenv("WHITTLE_EVERY_FAULT");
    return each ? 1 : (calls - 1) / first;
}

/* ---- The folder ---- */

static content load_if_there(const char *name) {
    return name && exists(name) ? load(name) : (content){.data = NULL};
}

static bool same_content(const content *one, const content *other) {
    return !one->data == !other->data && one->size == other->size &&
           (one->size == 0 || memcmp(one->data, other->data, one->size) == 0);
}

static void look(const job *tried, outcome *found) {
    folder_names(found->names);
    for (unsigned i = 0; i < OUTPUT_COUNT; i++) {
        found->outputs[i] = load_if_there(tried->outputs[i]);
    }
}

static void outcome_free(outcome *gone) {
    for (unsigned i = 0; i < OUTPUT_COUNT; i++) {
        free(gone->outputs[i].data);
    }
    result_free(&gone->of);
}

/* The folder as it was before the command. */
static void reset(const trial *of) {
    for (unsigned i = 0; i < OUTPUT_COUNT; i++) {
        const content *was = &of->before.outputs[i];
        if (was->data) {
            save(of->tried->outputs[i], was->data, was->size);
        } else if (of->tried->outputs[i]) {
            (void)remove(of->tried->outputs[i]);
        }
    }
    if (of->in_place.data) {
        save(of->tried->in_place, of->in_place.data, of->in_place.size);
    }
}

/* ---- What is wrong with an outcome ---- */

__attribute__((format(printf, 3, 4))) static void complain(trial *of, const outcome *found,
                                                           const char *format, ...) {
    char text[512];
    va_list rest;
    va_start(rest, format);
    (void)vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    if (of->complaints++ < COMPLAINTS_SHOWN) {
        print_error("%s %s %s, %s %u: %s\n    status %d, signal %d: %s", of->tried->what.tool,
                    of->tried->what.arguments[0], of->tried->what.arguments[1], of->injected->name,
                    of->plan->first, text, found->of.status, found->of.signal,
                    (const char *)found->of.err.data);
    }
}

/* True if all lines are such as tools print: "whittle: what is wrong". */
static bool holds_messages(const trial *of, const content *err, unsigned most) {
    const char *tool = of->tried->what.tool;
    const char *line = (const char *)err->data;
    unsigned count = 0;
    while (*line) {
        const char *end = strchr(line, '\n');
        if (!end || strncmp(line, tool, strlen(tool)) != 0 ||
            strncmp(line + strlen(tool), ": ", 2) != 0) {
            return false;
        }
        line = end + 1;
        count++;
    }
    return count > 0 && count <= most;
}

static bool is_as_wanted(const trial *of, const outcome *found, const outcome *wanted,
                         unsigned output) {
    const content *there = &found->outputs[output];
    if (wanted == &of->before) {
        return same_content(there, &wanted->outputs[output]) ||
               (of->tried->outputs_are_apart &&
                same_content(there, &of->undisturbed.outputs[output]));
    }
    return of->tried->outputs_differ ? !there->size == !wanted->outputs[output].size
                                     : same_content(there, &wanted->outputs[output]);
}

static void compare_folder(trial *of, const outcome *found, const outcome *wanted) {
    if (strcmp(found->names, wanted->names) != 0 && !of->tried->outputs_are_apart) {
        complain(of, found, "the folder holds %s", found->names);
    }
    for (unsigned i = 0; i < OUTPUT_COUNT; i++) {
        if (!is_as_wanted(of, found, wanted, i)) {
            complain(of, found, "%s is another file", of->tried->outputs[i]);
        }
    }
}

static void judge_failure(trial *of, const outcome *found) {
    const char *words = of->injected->words;
    if (!holds_messages(of, &found->of.err, of->tried->many_messages ? 10 : 1)) {
        complain(of, found, "no message on one line");
    }
    if (!words || !strstr((const char *)found->of.err.data, words)) {
        complain(of, found, "the message says something else");
    }
    if (!of->tried->in_place && found->of.out.size > 0) {
        complain(of, found, "results of a failure on stdout: %s", (char *)found->of.out.data);
    }
    compare_folder(of, found, &of->before);
}

static void judge_success(trial *of, const outcome *found) {
    const outcome *wanted = &of->undisturbed;
    if (!same_content(&found->of.out, &wanted->of.out) ||
        !same_content(&found->of.err, &wanted->of.err)) {
        complain(of, found, "it says something else: %s", (char *)found->of.out.data);
    }
    compare_folder(of, found, wanted);
}

/* Only the last calls may be missing once. */
static void judge(trial *of, const outcome *found) {
    if (atomic_load(&of->plan->failed) == 0 && of->plan->first <= of->calls - of->calls / 8) {
        complain(of, found, "there was no such call");
    }
    if (found->of.signal != 0 || (found->of.status != 0 && found->of.status != 1)) {
        complain(of, found, "it did not end as a tool does");
    } else if (found->of.status == 0) {
        judge_success(of, found);
    } else {
        judge_failure(of, found);
    }
}

/* ---- Trying ---- */

static void run_with(const trial *of, unsigned first, outcome *found) {
    call what = of->tried->what;
    what.prepare = load_library;
    of->plan->first = first;
    atomic_store(&of->plan->calls, 0);
    atomic_store(&of->plan->failed, 0);
    found->of = run(&what);
    look(of->tried, found);
}

static void try_one(trial *of, unsigned number) {
    outcome found;
    run_with(of, number, &found);
    judge(of, &found);
    if (of->tried->finish) {
        of->tried->finish();
    }
    reset(of);
    folder_names(found.names);
    if (strcmp(found.names, of->before.names) != 0) {
        complain(of, &found, "something is left behind: %s", found.names);
    }
    outcome_free(&found);
}

bool try_faults(const job *tried, const fault *injected) {
    trial of = {.tried = tried, .injected = injected, .plan = share_plan()};
    of.plan->kind = injected->kind;
    of.plan->error = injected->error;
    of.plan->lasting = injected->lasting;
    of.in_place = load_if_there(tried->in_place);
    look(tried, &of.before);
    run_with(&of, 0, &of.undisturbed);
    if (of.undisturbed.of.status != 0) {
        complain(&of, &of.undisturbed, "it fails undisturbed");
    }
    of.calls = atomic_load(&of.plan->calls);
    reset(&of);
    unsigned tries = 0;
    for (unsigned number = 1; number <= of.calls; number += stride_after(number, of.calls)) {
        try_one(&of, number);
        tries++;
    }
    print_message("%s %s: %u of %u calls failed: %s\n", tried->what.tool, tried->what.arguments[0],
                  tries, of.calls, injected->name);
    unshare_plan(of.plan);
    outcome_free(&of.before);
    outcome_free(&of.undisturbed);
    free(of.in_place.data);
    return of.calls > 0 && of.complaints == 0;
}
