/* What a board does where its processor cannot go on. */
#include "board.h"
#include "console.h"

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
