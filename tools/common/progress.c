/* Progress by a thread of its own. Work reports where it comes to the end of a step, which may take
 * many seconds; the thread keeps the time moving meanwhile, so that nobody takes the tool for dead.
 */
#include "progress.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "stopwatch.h"

enum { INTERVAL_MILLISECONDS = 200, PATIENCE_MILLISECONDS = 1000 };

struct progress {
    const char *what;
    bool on_terminal;
    long patience; /* milliseconds before anything is shown */
    double start;  /* as seconds_now() tells it */
    pthread_t thread;
    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t changed;
    bool stopping;
    int width; /* columns drawn on so far */
    unsigned permille;
    unsigned tenths_told; /* without a terminal */
};

static void draw_on_terminal(progress *shown, long elapsed) {
    char part[16] = "";
    if (shown->permille > 0) {
        (void)snprintf(part, sizeof part, " %u %%,", shown->permille / 10);
    }
    int width = -1; /* the carriage return takes no column */
    width += fprintf(stderr, "\r%s:%s %ld s", shown->what, part, elapsed / 1000);
    shown->width = width > shown->width ? width : shown->width;
    (void)fflush(stderr);
}

static void draw_line(progress *shown, long elapsed) {
    unsigned tenths = shown->permille / 100;
    if (tenths > shown->tenths_told) {
        shown->tenths_told = tenths;
        (void)fprintf(stderr, "%s: %u %%, %ld s\n", shown->what, tenths * 10, elapsed / 1000);
    }
}

static void draw(progress *shown) {
    long elapsed = milliseconds_since(shown->start);
    if (elapsed < shown->patience) {
        return;
    }
    if (shown->on_terminal) {
        draw_on_terminal(shown, elapsed);
    } else {
        draw_line(shown, elapsed);
    }
}

static void wait_for_next(progress *shown) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += INTERVAL_MILLISECONDS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&shown->changed, &shown->mutex, &until);
}

static void *show(void *context) {
    progress *shown = context;
    (void)pthread_mutex_lock(&shown->mutex);
    while (!shown->stopping) {
        draw(shown);
        wait_for_next(shown);
    }
    (void)pthread_mutex_unlock(&shown->mutex);
    return NULL;
}

static int initialise(progress *shown) {
    pthread_condattr_t clock;
    if (pthread_condattr_init(&clock) != 0) {
        return -1;
    }
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    int error = pthread_cond_init(&shown->changed, &clock);
    (void)pthread_condattr_destroy(&clock);
    return error ? error : pthread_mutex_init(&shown->mutex, NULL);
}

/* Signals are for the main thread, which may have a file to remove. */
static int start_thread(progress *shown) {
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&shown->thread, NULL, show, shown);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

progress *progress_start(progress_mode mode, const char *what) {
    bool on_terminal = isatty(STDERR_FILENO) != 0;
    if (mode == PROGRESS_NEVER || (mode == PROGRESS_AUTOMATIC && !on_terminal)) {
        return NULL;
    }
    progress *shown = calloc(1, sizeof *shown);
    if (!shown) {
        return NULL;
    }
    shown->what = what;
    shown->on_terminal = on_terminal;
    shown->patience = mode == PROGRESS_ALWAYS ? 0 : PATIENCE_MILLISECONDS;
    shown->start = seconds_now();
    if (initialise(shown) != 0 || start_thread(shown) != 0) {
        free(shown);
        return NULL;
    }
    return shown;
}

void progress_report(void *context, unsigned permille) {
    progress *shown = context;
    if (shown) {
        (void)pthread_mutex_lock(&shown->mutex);
        shown->permille = permille;
        if (!shown->on_terminal) {
            draw(shown);
        }
        (void)pthread_mutex_unlock(&shown->mutex);
    }
}

void progress_stop(progress *shown) {
    if (!shown) {
        return;
    }
    (void)pthread_mutex_lock(&shown->mutex);
    shown->stopping = true;
    (void)pthread_cond_signal(&shown->changed);
    (void)pthread_mutex_unlock(&shown->mutex);
    (void)pthread_join(shown->thread, NULL);
    if (shown->width > 0) {
        (void)fprintf(stderr, "\r%*s\r", shown->width, ""); /* every terminal knows these */
        (void)fflush(stderr);
    }
    (void)pthread_cond_destroy(&shown->changed);
    (void)pthread_mutex_destroy(&shown->mutex);
    free(shown);
}
