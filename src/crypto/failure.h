/* Why a call of mbedTLS failed. Its error codes do not always tell: on their way up, the code of an
 * allocation that failed is at times replaced by that of a damaged input. The allocator, and the
 * system where it has no random numbers, set errno, which nothing else in the library touches. */
#ifndef CRYPTO_FAILURE_H
#define CRYPTO_FAILURE_H

#include <errno.h>

#include "whittle/error.h"

/* Call before the library. */
static inline void failure_start(void) {
    errno = 0;
}

/* Call after a failure: what the system lacked, or else what must be wrong then. */
static inline int failure_error(int otherwise) {
    return errno == ENOMEM ? WHITTLE_ERROR_MEMORY : errno ? WHITTLE_ERROR_IO : otherwise;
}

#endif
