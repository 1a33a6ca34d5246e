/* SHA-256 by mbedTLS: the host's library. Knows nothing of patches. */
#include "whittle/sha256.h"

#include <assert.h>
#include <mbedtls/sha256.h>

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
