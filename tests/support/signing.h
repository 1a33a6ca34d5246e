/* Keys for tests, and patches signed with them. */
#ifndef TESTS_SUPPORT_SIGNING_H
#define TESTS_SUPPORT_SIGNING_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/signing.h"

#define TEST_KEY_COUNT 3

/* Keys that everyone knows: number 0 is that of RFC 6979, A.2.5. */
whittle_private_key test_key(unsigned number);

/* Signs a patch in place: its buffer is freed, and another takes its place. */
void sign_patch(uint8_t **patch, size_t *size, unsigned key_number);

/* Makes the CRC-32 of a patch right again, so that what is changed in it gets as far as it can. */
void seal_patch(uint8_t *patch, size_t size);

#endif
