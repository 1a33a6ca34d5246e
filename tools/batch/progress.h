/* A bar for work that consists of pieces, on stderr: how many are done, and how long the rest will
 * take.
 *
 * It is shown where progress.h says that progress is; in colour, unless NO_COLOR is set (see
 * no-color.org) or the terminal has none. */
#ifndef TOOLS_BATCH_PROGRESS_H
#define TOOLS_BATCH_PROGRESS_H

#include <stdbool.h>

#include "../common/progress.h"

typedef struct bar {
    unsigned total; /* pieces; at least 1 */
    unsigned done;
    unsigned failed; /* of those that are done */

    bool shown;
    bool on_terminal;
    bool coloured;
    bool drawn;      /* something is on the line now */
    long patience;   /* milliseconds before anything is shown */
    unsigned tenths; /* told so far, without a terminal */
    double start;    /* as seconds_now() tells it */
} bar;

void bar_start(bar *shown, progress_mode mode, unsigned total);
void bar_draw(bar *shown);

/* Leaves the line empty, for a message, or at the end. */
void bar_wipe(bar *shown);

#endif
