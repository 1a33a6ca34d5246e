/* Release 1.0.0. */
#include "release.h"

#include "console.h"

void print_release_notes(void) {
    console_text("The first release.\n");
}
