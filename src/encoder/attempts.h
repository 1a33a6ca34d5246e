/* Attempts: one plan, encoded in several ways side by side. */
#ifndef WHITTLE_ENCODER_ATTEMPTS_H
#define WHITTLE_ENCODER_ATTEMPTS_H

#include "encoder/payload.h"

typedef struct attempt {
    payload_input input; /* nothing of it may change while attempts run */
    uint8_t *patch;      /* freed by the caller; NULL after an error */
    size_t size;
    coded_elements coded;
    int error;
} attempt;

/* Makes the patches of all attempts, in up to that many threads (0: one per processor). What comes
 * of it does not depend on their number. */
void attempts_run(attempt *attempts, unsigned count, unsigned threads);

#endif
