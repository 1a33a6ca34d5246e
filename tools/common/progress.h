/* Progress of long work, on stderr: which part is done, and for how long it has been going on.
 *
 * It is shown only on a terminal, only once the work has taken a second, and wiped off at the end.
 * Where it is asked for explicitly it is shown at once, and where there is no terminal it is a line
 * for each tenth of the work. */
#ifndef TOOLS_COMMON_PROGRESS_H
#define TOOLS_COMMON_PROGRESS_H

typedef enum progress_mode {
    PROGRESS_AUTOMATIC,
    PROGRESS_ALWAYS,
    PROGRESS_NEVER,
} progress_mode;

typedef struct progress progress;

/* Begins to show progress. what: in the -ing form, as in "making the patch". Never fails: without
 * the means to show anything (NULL is returned) the work still goes on. */
progress *progress_start(progress_mode mode, const char *what);

/* A whittle_progress callback; the context is the progress, which may be NULL. */
void progress_report(void *context, unsigned permille);

/* Wipes it off. shown may be NULL. */
void progress_stop(progress *shown);

#endif
