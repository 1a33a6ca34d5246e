/* Addresses of the Xtensa board: QEMU's machine lx60-nommu with the core lx106, the instruction set
 * of the ESP8266. Peripherals and the flash's command interface are reached through the uncached
 * window at 0x90000000; the processor starts in the flash's execute window at 0x50000000. */
#ifndef BOARD_HARDWARE_H
#define BOARD_HARDWARE_H

#include <stdint.h>

#define BOARD_NAME "xtensa-lx60"

/* Serial line */
#define SERIAL_ADDRESS   0x9D050020u
#define SERIAL_STRIDE    4u
#define SERIAL_INTERRUPT 0
typedef uint32_t serial_register;

/* Flash: one device on a 16-bit bus */
#define FLASH_ADDRESS      0x98000000u
#define FLASH_SIZE         0x00400000u
#define FLASH_SECTOR       0x00010000u
#define FLASH_WRITE_BUFFER 256u /* bytes of one buffered program */
#define FLASH_COMMAND(x)   ((flash_word)(x))
typedef uint16_t flash_word;

/* Layout of the flash; see layout.c */
#define LAYOUT_RECORD_A  0x00010000u
#define LAYOUT_RECORD_B  0x00020000u
#define LAYOUT_SLOT_0    0x00100000u
#define LAYOUT_SLOT_1    0x00200000u
#define LAYOUT_SLOT_SIZE 0x00100000u

/* Where images run: the linker script application.ld says the same. */
#define IMAGE_ADDRESS 0x60010000u
#define IMAGE_MAGIC   0x36786C57u /* "Wlx6" */

/* The core clock's counter: 40 MHz, 32 bits */
#define BOARD_TICKS_PER_SECOND   40000000u
#define BOARD_TICKS_WRAP_SECONDS 107u

#define RESET_REGISTER 0x9D020010u
#define RESET_KEY      0xDEADu
#define SIMULATOR_EXIT 1u /* operation of the instruction simcall */

#endif
