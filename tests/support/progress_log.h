/* What a test is told of progress: it rises, and never beyond its end. */
#ifndef TESTS_SUPPORT_PROGRESS_LOG_H
#define TESTS_SUPPORT_PROGRESS_LOG_H

typedef struct progress_log {
    unsigned calls;
    unsigned last; /* per mille */
} progress_log;

/* A callback for progress, whose context is a progress_log that begins as zeros. */
void note_progress(void *context, unsigned permille);

#endif
