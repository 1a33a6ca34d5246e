/* Text on the serial line, see console.h. */
#include "console.h"

#include "board.h"

void console_text(const char *text) {
    for (; *text; text++) {
        if (*text == '\n')
            serial_put('\r');
        serial_put((uint8_t)*text);
    }
}

void console_decimal(uint32_t value) {
    char digits[11];
    char *first = digits + sizeof digits - 1;

    *first = '\0';
    do {
        *--first = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    console_text(first);
}

void console_hexadecimal(uint32_t value) {
    console_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        serial_put((uint8_t) "0123456789abcdef"[value >> shift & 15]);
}
