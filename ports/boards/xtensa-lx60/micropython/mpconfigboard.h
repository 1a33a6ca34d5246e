/* MicroPython's configuration on the Xtensa board: that of its port "qemu", with the differences
 * below and those of the release. */
#include "mpconfigport.h"

#include "mpconfigfirmware.h"

/* The core has no floating point and Debian's compiler no software for it. */
#undef MICROPY_FLOAT_IMPL
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_NONE)

#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)

#undef MICROPY_PY_SYS_PLATFORM
#define MICROPY_PY_SYS_PLATFORM "xtensa-lx60"

#define MICROPY_HW_MCU_NAME   "lx106"
#define MICROPY_GCREGS_SETJMP (1)

/* Ctrl-C stops a running program. Nothing interrupts the processor here, so the virtual machine
 * looks at the serial line now and then. */
#define MICROPY_KBD_EXCEPTION  (1)
#define MICROPY_VM_HOOK_LOOP   port_poll();
#define MICROPY_VM_HOOK_RETURN port_poll();
void port_poll(void);
