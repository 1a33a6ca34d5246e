/* Time, sleep, reset and the jump to an image, on the Xtensa board. */
#include "board.h"

uint64_t board_ticks(void) {
    static uint64_t ticks;
    uint32_t now;

    __asm__ volatile("rsr %0, ccount" : "=r"(now));
    ticks += (uint32_t)(now - (uint32_t)ticks);
    return ticks;
}

_Noreturn void board_reset(void) {
    *(volatile uint32_t *)RESET_REGISTER = RESET_KEY;
    for (;;)
        ;
}

void board_idle(void) {
    /* waiti opens interrupts; start.S disables the one that ends it. */
    __asm__ volatile("wsr %0, intenable\n\t"
                     "waiti 0\n\t"
                     "rsil a15, 15\n\t"
                     "rsync"
                     :
                     : "r"(1u << SERIAL_INTERRUPT)
                     : "a15", "memory");
}

_Noreturn void board_power_off(void) {
    register uint32_t operation __asm__("a2") = SIMULATOR_EXIT;
    register uint32_t status __asm__("a3") = 0;

    __asm__ volatile("simcall" : : "r"(operation), "r"(status));
    for (;;)
        ;
}

_Noreturn void board_jump(uint32_t entry) {
    /* The image was written as data: isync makes the fetch see it. */
    __asm__ volatile("isync\n\tjx %0" : : "r"(entry) : "memory");
    __builtin_unreachable();
}
