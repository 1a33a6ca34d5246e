/* Between MicroPython's port "qemu" and the board: the serial line with Ctrl-C, time, and restart.
 *
 * What arrives while a program runs waits in a queue, so that Ctrl-C is seen at once. When the
 * queue is full the UART's own buffer fills, and then the sender must wait: nothing is lost.
 */
#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "device_description.h"
#include "image.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "pycom_port.h"
#include "shared/runtime/interrupt_char.h"
#include "uart.h"

#define QUEUE_SIZE 512u

/* Turns of the virtual machine's loop between two looks at the serial line. */
#define POLL_INTERVAL 64u

int main(int argument_count, char **arguments);
_Noreturn void exit(int status);

static struct {
    uint8_t bytes[QUEUE_SIZE];
    uint32_t put, taken; /* counts of bytes; their difference is what waits */
} queue;

static void receive(void) {
    while (queue.put - queue.taken < QUEUE_SIZE) {
        int byte = serial_get();
        if (byte < 0) {
            return;
        }
        if (byte == mp_interrupt_char) {
            queue.taken = queue.put;
            mp_sched_keyboard_interrupt();
        } else {
            queue.bytes[queue.put++ % QUEUE_SIZE] = (uint8_t)byte;
        }
    }
}

void port_poll(void) {
    static uint32_t turns;

    if (++turns % POLL_INTERVAL == 0) {
        receive();
    }
}

void uart_init(void) {
    serial_open();
}

/* This firmware works if it gets so far that it can take orders, and so the next update. */
static void confirm(void) {
    static bool confirmed;
    whittle_device device;

    if (!confirmed) {
        board_describe_device(&device, &board_flash);
        confirmed = whittle_device_confirm(&device) == WHITTLE_OK;
    }
}

int uart_rx_chr(void) {
    confirm();
    receive();
    if (queue.put == queue.taken) {
        serial_wait(); /* the caller asks again */
        return UART_RX_NO_CHAR;
    }
    return queue.bytes[queue.taken++ % QUEUE_SIZE];
}

void uart_tx_strn(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        serial_put((uint8_t)text[i]);
    }
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)board_ticks();
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)(board_ticks() / (BOARD_TICKS_PER_SECOND / 1000000));
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(board_ticks() / (BOARD_TICKS_PER_SECOND / 1000));
}

void mp_hal_delay_us(mp_uint_t microseconds) {
    uint64_t end = board_ticks() + (uint64_t)microseconds * (BOARD_TICKS_PER_SECOND / 1000000);

    while (board_ticks() < end) {
        receive();
        mp_handle_pending(true);
    }
}

void mp_hal_delay_ms(mp_uint_t milliseconds) {
    while (milliseconds-- > 0) {
        mp_hal_delay_us(1000);
    }
}

uint64_t mp_hal_time_ns(void) {
    return board_ticks() * (1000000000 / BOARD_TICKS_PER_SECOND);
}

/* MicroPython's machine.reset(), and the end of a program that cannot go on. */
_Noreturn void exit(int status) {
    (void)status;
    board_reset();
}

/* ---- What the module pycom asks of the board ---- */

void pycom_port_describe_device(whittle_device *device) {
    board_describe_device(device, &board_flash);
}

const char *pycom_port_firmware_version(void) {
    return firmware_image.version;
}

void pycom_port_reset(void) {
    board_reset();
}

/* ---- The start ---- */

_Noreturn void board_main(void) {
    uart_init();
    main(0, NULL);
    board_reset();
}
