/* Text on the serial line, for programs without a C library. */
#ifndef BOARD_CONSOLE_H
#define BOARD_CONSOLE_H

#include <stdint.h>

/* Sends a text; a line feed is sent as carriage return and line feed. */
void console_text(const char *text);

void console_decimal(uint32_t value);

/* Eight digits, with 0x before them. */
void console_hexadecimal(uint32_t value);

#endif
