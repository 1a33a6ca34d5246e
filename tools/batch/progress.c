/* The bar is drawn by its caller, who waits for workers in between anyway. */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/stopwatch.h"

enum { WIDTH = 24, LINE = 79, PATIENCE_MILLISECONDS = 1000 };

static const char green[] = "\033[32m";
static const char plain[] = "\033[0m";

static bool has_colours(void) {
    const char *refused = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return !(refused && *refused) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void bar_start(bar *shown, progress_mode mode, unsigned total) {
    *shown = (bar){.total = total > 0 ? total : 1, .on_terminal = isatty(STDERR_FILENO) != 0};
    shown->shown = mode == PROGRESS_ALWAYS || (mode == PROGRESS_AUTOMATIC && shown->on_terminal);
    shown->coloured = shown->on_terminal && has_colours();
    shown->patience = mode == PROGRESS_ALWAYS ? 0 : PATIENCE_MILLISECONDS;
    shown->start = seconds_now();
}

/* "; 3 failed; 40 s, about 65 s to go" */
static void draw_words(const bar *shown, long elapsed) {
    (void)fprintf(stderr, " %u of %u", shown->done, shown->total);
    if (shown->failed > 0) {
        (void)fprintf(stderr, ", %u failed", shown->failed);
    }
    (void)fprintf(stderr, "; %ld s", elapsed / 1000);
    if (shown->done > 0 && shown->done < shown->total) {
        long left = elapsed / (long)shown->done * (long)(shown->total - shown->done);
        (void)fprintf(stderr, ", about %ld s to go", left / 1000);
    }
}

static void draw_bar(bar *shown, long elapsed) {
    char filled[WIDTH + 1] = "";
    char empty[WIDTH + 1] = "";
    size_t count = (size_t)shown->done * WIDTH / shown->total;
    memset(filled, '#', count);
    memset(empty, '.', WIDTH - count);
    bar_wipe(shown);
    (void)fprintf(stderr, "[%s%s%s%s]", shown->coloured ? green : "", filled,
                  shown->coloured ? plain : "", empty);
    draw_words(shown, elapsed);
    (void)fflush(stderr);
    shown->drawn = true;
}

static void draw_line(bar *shown, long elapsed) {
    unsigned tenths = shown->done * 10 / shown->total;
    if (tenths > shown->tenths) {
        shown->tenths = tenths;
        (void)fputs("making patches:", stderr);
        draw_words(shown, elapsed);
        (void)fputc('\n', stderr);
    }
}

void bar_draw(bar *shown) {
    long elapsed = milliseconds_since(shown->start);
    if (!shown->shown || elapsed < shown->patience) {
        return;
    }
    if (shown->on_terminal) {
        draw_bar(shown, elapsed);
    } else {
        draw_line(shown, elapsed);
    }
}

void bar_wipe(bar *shown) {
    if (shown->drawn) {
        (void)fprintf(stderr, "\r%*s\r", LINE, ""); /* every terminal knows these */
        (void)fflush(stderr);
        shown->drawn = false;
    }
}
