/* Release 1.1.0: numbers its notes, and tells the time. */
#include "release.h"

#include "board.h"
#include "console.h"

static void print_note(uint32_t number, const char *text) {
    console_decimal(number);
    console_text(". ");
    console_text(text);
    console_text("\n");
}

void print_release_notes(void) {
    print_note(1, "The first release.");
    print_note(2, "Notes are numbered, and the time is told.");
    console_text("Running for ");
    console_decimal((uint32_t)(board_ticks() / BOARD_TICKS_PER_SECOND));
    console_text(" seconds.\n");
}
