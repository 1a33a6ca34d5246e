/* Linked into what `make coverage` runs: processes that leave by _exit, as the workers of a batch
 * do, write their counts before, which gcc's library would do only at exit. For the linker's
 * --wrap=_exit. */
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
