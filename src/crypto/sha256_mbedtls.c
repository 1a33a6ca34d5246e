/* SHA-256 by mbedTLS 2.28 or 3: the host's library, and that of ESP-IDF and Zephyr. Knows nothing
 * of patches. */
#include "whittle/sha256.h"

#include <assert.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

/* What tells of errors has the plain names from version 3 on. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define mbedtls_sha256_starts_ret mbedtls_sha256_starts
#define mbedtls_sha256_update_ret mbedtls_sha256_update
#define mbedtls_sha256_finish_ret mbedtls_sha256_finish
#endif

static_assert(sizeof(mbedtls_sha256_context) <= sizeof(whittle_sha256),
              "the public type must hold the library's state");

static mbedtls_sha256_context *state_of(whittle_sha256 *hash) {
    return (mbedtls_sha256_context *)(void *)hash->state;
}

void whittle_sha256_start(whittle_sha256 *hash) {
    mbedtls_sha256_init(state_of(hash));
    (void)mbedtls_sha256_starts_ret(state_of(hash), 0);
}

void whittle_sha256_update(whittle_sha256 *hash, const void *data, size_t size) {
    (void)mbedtls_sha256_update_ret(state_of(hash), data, size);
}

void whittle_sha256_finish(whittle_sha256 *hash, uint8_t digest[WHITTLE_SHA256_SIZE]) {
    (void)mbedtls_sha256_finish_ret(state_of(hash), digest);
    mbedtls_sha256_free(state_of(hash));
}
