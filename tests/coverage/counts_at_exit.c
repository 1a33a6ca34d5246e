/* Linked into what `make coverage` runs, with the linker's --wrap=_exit: gcc's library writes
 * counts at exit only, and so would lose those of a process that leaves by _exit. */
#include <gcov.h>

#include "../faults/fault_plan.h"

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

void __wrap__exit(int status) {
    if (fault_plan_forget) {
        fault_plan_forget();
    }
    __gcov_dump();
    __real__exit(status);
}
