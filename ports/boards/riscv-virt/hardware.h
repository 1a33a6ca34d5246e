/* Addresses of the RISC-V board: QEMU's machine virt, as RV32IMAC without firmware of its own. The
 * processor starts in the flash's first bank. */
#ifndef BOARD_HARDWARE_H
#define BOARD_HARDWARE_H

#include <stdint.h>

#define BOARD_NAME "riscv-virt"

/* Serial line */
#define SERIAL_ADDRESS   0x10000000u
#define SERIAL_STRIDE    1u
#define SERIAL_INTERRUPT 10
typedef uint8_t serial_register;

/* Flash: two devices of 16 bits side by side on a 32-bit bus. Commands go to both. */
#define FLASH_ADDRESS      0x20000000u
#define FLASH_SIZE         0x02000000u
#define FLASH_SECTOR       0x00040000u
#define FLASH_WRITE_BUFFER 256u /* bytes of one buffered program */
#define FLASH_COMMAND(x)   ((flash_word)((x)*0x00010001u))
typedef uint32_t flash_word;

/* Layout of the flash */
#define LAYOUT_RECORD_A  0x00040000u
#define LAYOUT_RECORD_B  0x00080000u
#define LAYOUT_SLOT_0    0x00400000u
#define LAYOUT_SLOT_1    0x00800000u
#define LAYOUT_SLOT_SIZE 0x00400000u

/* Where images run: the linker script application.ld says the same. */
#define IMAGE_ADDRESS 0x80010000u
#define IMAGE_MAGIC   0x35767257u /* "Wrv5" */

/* The machine timer: 10 MHz, 64 bits */
#define TIMER_ADDRESS            0x0200BFF8u
#define BOARD_TICKS_PER_SECOND   10000000u
#define BOARD_TICKS_WRAP_SECONDS 0xFFFFFFFFu

#define INTERRUPT_CONTROLLER_ADDRESS 0x0C000000u

/* The test device: a word written to it ends or restarts the emulation. */
#define TEST_DEVICE_ADDRESS   0x00100000u
#define TEST_DEVICE_RESET     0x7777u
#define TEST_DEVICE_POWER_OFF 0x5555u

#endif
