/* The serial line: a 16550 UART, polled. Both boards have one, at an address and with a distance
 * between its registers that hardware.h gives. */
#include "board.h"

enum {
    DATA = 0,
    FIFO_CONTROL = 2,
    LINE_CONTROL = 3,
    LINE_STATUS = 5,
};

enum {
    FIFO_ENABLE = 0x01,
    EIGHT_BITS = 0x03,
    DATA_READY = 0x01,
    TRANSMITTER_EMPTY = 0x20,
};

static volatile serial_register *at(int number) {
    return (volatile serial_register *)(SERIAL_ADDRESS + (unsigned)number * SERIAL_STRIDE);
}

void serial_open(void) {
    *at(LINE_CONTROL) = EIGHT_BITS;
    *at(FIFO_CONTROL) = FIFO_ENABLE;
}

void serial_put(uint8_t byte) {
    while (!(*at(LINE_STATUS) & TRANSMITTER_EMPTY))
        ;
    *at(DATA) = byte;
}

int serial_get(void) {
    return *at(LINE_STATUS) & DATA_READY ? (int)(*at(DATA) & 0xFF) : -1;
}
