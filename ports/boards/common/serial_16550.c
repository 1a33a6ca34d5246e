/* The serial line: a 16550 UART, polled. Both boards have one, at an address and with a distance
 * between its registers that hardware.h gives. Its interrupt does nothing but wake the processor.
 */
#include "board.h"

enum {
    DATA = 0,
    INTERRUPT_ENABLE = 1,
    FIFO_CONTROL = 2,
    LINE_CONTROL = 3,
    LINE_STATUS = 5,
};

enum {
    FIFO_ENABLE = 0xC1, /* with the highest level: an interrupt for 14 bytes, or after a pause */
    INTERRUPT_RECEIVED = 0x01,
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

void serial_wait(void) {
    /* The interrupt lasts until the data is read, so that none is missed in between. */
    *at(INTERRUPT_ENABLE) = INTERRUPT_RECEIVED;
    if (!(*at(LINE_STATUS) & DATA_READY))
        board_idle();
    *at(INTERRUPT_ENABLE) = 0;
}
