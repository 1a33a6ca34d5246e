/* Time, reset and the jump to an image, on the Xtensa board. */
#include "board.h"
#include "console.h"

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

_Noreturn void board_jump(uint32_t entry) {
    /* The image was written as data: isync makes the fetch see it. */
    __asm__ volatile("isync\n\tjx %0" : : "r"(entry) : "memory");
    __builtin_unreachable();
}

_Noreturn void board_fault(uint32_t cause, uint32_t address, uint32_t operand) {
    console_text("\nFault: cause ");
    console_decimal(cause);
    console_text(" at ");
    console_hexadecimal(address);
    console_text(", address ");
    console_hexadecimal(operand);
    console_text(". Restarting.\n");
    board_reset();
}
