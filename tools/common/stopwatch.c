/* Time that passes. */
#include "stopwatch.h"

#include <time.h>

double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

long milliseconds_since(double start) {
    return (long)((seconds_now() - start) * 1000);
}
