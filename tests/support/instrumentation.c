/* gcc defines __SANITIZE_ADDRESS__, clang answers __has_feature. */
#include "support/instrumentation.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/unit_test.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER true
#endif
#endif
#ifndef ADDRESS_SANITIZER
#define ADDRESS_SANITIZER false
#endif

bool address_sanitizer(void) {
    return ADDRESS_SANITIZER;
}

bool runs_instrumented(void) {
    const char *runner = getenv("RUNNER");
    return ADDRESS_SANITIZER || (runner && *runner);
}

unsigned cases_apart(unsigned apart) {
    return runs_instrumented() ? apart : 1;
}

bool memory_can_be_limited(void) {
    return !runs_instrumented();
}

size_t memory_in_use(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}
