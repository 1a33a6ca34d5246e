/* How this test program was built and is run, and what of the machine it may therefore measure. */
#ifndef TESTS_SUPPORT_INSTRUMENTATION_H
#define TESTS_SUPPORT_INSTRUMENTATION_H

#include <stdbool.h>
#include <stddef.h>

/* True under AddressSanitizer or under a program such as valgrind (environment RUNNER): everything
 * is slower by far, and times and sizes of memory say nothing about the code. */
bool runs_instrumented(void);

/* True under AddressSanitizer, which needs all of the address space. */
bool address_sanitizer(void);

/* How far apart those of many like cases are that a loop tries: 1, or `apart` where everything is
 * slower. */
unsigned cases_apart(unsigned apart);

/* True where the address space may be limited with setrlimit(RLIMIT_AS), so that allocations fail.
 */
bool memory_can_be_limited(void);

/* Bytes of address space in use. */
size_t memory_in_use(void);

#endif
