/* SHA-256 (FIPS 180-4), as the project needs it: src/crypto adapts a real crypto library to it, one
 * source file per library, chosen at link time. */
#ifndef WHITTLE_SHA256_H
#define WHITTLE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_SHA256_SIZE 32

/* Room for the state of any adapter; its contents are the adapter's own. */
typedef struct whittle_sha256 {
    uint64_t state[18];
} whittle_sha256;

void whittle_sha256_start(whittle_sha256 *hash);
void whittle_sha256_update(whittle_sha256 *hash, const void *data, size_t size);
void whittle_sha256_finish(whittle_sha256 *hash, uint8_t digest[WHITTLE_SHA256_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
