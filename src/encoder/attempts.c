/* Each thread takes every so-manieth attempt. A thread that cannot be had is no error: the caller's
 * own does its share. */
#include "encoder/attempts.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

enum { THREADS_MAX = 8 };

typedef struct share {
    pthread_t thread;
    bool started;
    attempt *attempts;
    unsigned count;
    unsigned first;
    unsigned step;
} share;

static void *run_share(void *context) {
    const share *of = context;
    for (unsigned i = of->first; i < of->count; i += of->step) {
        attempt *each = &of->attempts[i];
        each->patch = NULL;
        each->error = payload_write_patch(&each->input, &each->patch, &each->size, &each->coded);
    }
    return NULL;
}

static unsigned choose_threads(unsigned wanted, unsigned count) {
    if (wanted == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        wanted = processors > 1 ? (unsigned)processors : 1;
    }
    wanted = wanted < count ? wanted : count;
    return wanted < THREADS_MAX ? wanted : THREADS_MAX;
}

void attempts_run(attempt *attempts, unsigned count, unsigned threads) {
    share shares[THREADS_MAX];
    threads = choose_threads(threads, count);
    for (unsigned i = 1; i < threads; i++) {
        shares[i] = (share){.attempts = attempts, .count = count, .first = i, .step = threads};
        shares[i].started = !pthread_create(&shares[i].thread, NULL, run_share, &shares[i]);
    }
    share own = {.attempts = attempts, .count = count, .step = threads ? threads : 1};
    (void)run_share(&own);
    for (unsigned i = 1; i < threads; i++) {
        if (shares[i].started) {
            (void)pthread_join(shares[i].thread, NULL);
        } else {
            (void)run_share(&shares[i]);
        }
    }
}
