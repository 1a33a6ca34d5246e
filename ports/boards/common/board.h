/* What every emulated board offers to its boot loader and to its firmware.
 *
 * The names are the same on every board; startup code, addresses and linker scripts are in the
 * board's own folder. hardware.h there holds the addresses, and is known to the drivers alone.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "hardware.h"

/* ---- Serial line ---- */

/* Makes the line ready; once, before the functions below. */
void serial_open(void);

/* Waits until there is room, then sends one byte. */
void serial_put(uint8_t byte);

/* The next byte received, or -1 when there is none yet. Does not wait. */
int serial_get(void);

/* Lets the processor sleep until a byte has come; may return without one. */
void serial_wait(void);

/* ---- Time ---- */

/* Ticks since power on, BOARD_TICKS_PER_SECOND of them in a second. Counts on across the wrap of
 * the hardware's counter if called at least once in every BOARD_TICKS_WRAP_SECONDS. */
uint64_t board_ticks(void);

/* ---- Control ---- */

/* Restarts the board as its reset button would. */
_Noreturn void board_reset(void);

/* Lets the processor sleep until the serial line's interrupt. */
void board_idle(void);

/* Ends the emulation. */
_Noreturn void board_power_off(void);

/* Leaves the boot loader for an image that lies in RAM. */
_Noreturn void board_jump(uint32_t entry);

/* Called by the startup code: the program itself. */
_Noreturn void board_main(void);

/* Called by the startup code where the processor cannot go on: says so and restarts. */
_Noreturn void board_fault(uint32_t cause, uint32_t address, uint32_t operand);

#endif
