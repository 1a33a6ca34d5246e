/* Time, sleep, reset and the jump to an image, on the RISC-V board. */
#include "board.h"

uint64_t board_ticks(void) {
    const volatile uint32_t *timer = (const volatile uint32_t *)TIMER_ADDRESS;
    uint32_t low, high;

    do {
        high = timer[1];
        low = timer[0];
    } while (high != timer[1]);
    return (uint64_t)high << 32 | low;
}

static volatile uint32_t *controller(uint32_t offset) {
    return (volatile uint32_t *)(INTERRUPT_CONTROLLER_ADDRESS + offset);
}

void board_idle(void) {
    *controller(4 * SERIAL_INTERRUPT) = 1;                 /* priority */
    *controller(0x2000) = (uint32_t)1 << SERIAL_INTERRUPT; /* enabled for machine mode */
    /* Interrupts are not open in mstatus: wfi only ends. */
    __asm__ volatile("csrw mie, %0\n\twfi\n\tcsrw mie, zero" : : "r"(1u << 11) : "memory");
    uint32_t claimed = *controller(0x200004);
    if (claimed)
        *controller(0x200004) = claimed;
}

static _Noreturn void tell_test_device(uint32_t word) {
    *(volatile uint32_t *)TEST_DEVICE_ADDRESS = word;
    for (;;)
        ;
}

_Noreturn void board_reset(void) {
    tell_test_device(TEST_DEVICE_RESET);
}

_Noreturn void board_power_off(void) {
    tell_test_device(TEST_DEVICE_POWER_OFF);
}

_Noreturn void board_jump(uint32_t entry) {
    /* The image was written as data: fence.i makes the fetch see it. */
    __asm__ volatile("fence.i\n\tjr %0" : : "r"(entry) : "memory");
    __builtin_unreachable();
}
