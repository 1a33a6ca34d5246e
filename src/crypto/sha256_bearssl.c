/* SHA-256 by BearSSL: the adapter for devices. Not part of the host library; firmware that links it
 * compiles BearSSL's sha2small.c, enc32be.c and dec32be.c beside it. */
#include "whittle/sha256.h"

#include <assert.h>

#include <bearssl_hash.h>

static_assert(sizeof(br_sha256_context) <= sizeof(whittle_sha256), "the state has room");

static br_sha256_context *context_of(whittle_sha256 *hash) {
    return (br_sha256_context *)(void *)hash->state;
}

void whittle_sha256_start(whittle_sha256 *hash) {
    br_sha256_init(context_of(hash));
}

void whittle_sha256_update(whittle_sha256 *hash, const void *data, size_t size) {
    br_sha256_update(context_of(hash), data, size);
}

void whittle_sha256_finish(whittle_sha256 *hash, uint8_t digest[WHITTLE_SHA256_SIZE]) {
    br_sha256_out(context_of(hash), digest);
}
