/* Time that passes, by a clock that nobody sets. */
#ifndef TOOLS_COMMON_STOPWATCH_H
#define TOOLS_COMMON_STOPWATCH_H

/* Seconds since some moment in the past: differences count. */
double seconds_now(void);

/* Whole milliseconds since seconds_now() was that. */
long milliseconds_since(double start);

#endif
