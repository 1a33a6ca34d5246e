/* ECDSA by mbedTLS 2.28 or 3: the host's library, and that of ESP-IDF and Zephyr. Knows nothing of
 * patches. */
#include "whittle/signature.h"

#include <mbedtls/ecdsa.h>
#include <string.h>

#include "crypto/failure.h"

/* Everything that a verification allocates. */
typedef struct verification {
    mbedtls_ecp_group group;
    mbedtls_ecp_point key;
    mbedtls_mpi r;
    mbedtls_mpi s;
} verification;

/* Reads key and signature. That the point is on the curve, and r and s are in their range, the
 * library checks when it verifies. */
static int load(verification *work, const uint8_t *public_key, const uint8_t *signature) {
    uint8_t point[1 + WHITTLE_PUBLIC_KEY_SIZE] = {0x04}; /* uncompressed */
    memcpy(point + 1, public_key, WHITTLE_PUBLIC_KEY_SIZE);
    int error = mbedtls_ecp_group_load(&work->group, MBEDTLS_ECP_DP_SECP256R1);
    if (!error) {
        error = mbedtls_ecp_point_read_binary(&work->group, &work->key, point, sizeof point);
    }
    if (!error) {
        error = mbedtls_mpi_read_binary(&work->r, signature, WHITTLE_SIGNATURE_SIZE / 2);
    }
    if (!error) {
        error = mbedtls_mpi_read_binary(&work->s, signature + WHITTLE_SIGNATURE_SIZE / 2,
                                        WHITTLE_SIGNATURE_SIZE / 2);
    }
    return error;
}

uint32_t whittle_signature_verify(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                                  const uint8_t digest[WHITTLE_SHA256_SIZE],
                                  const uint8_t signature[WHITTLE_SIGNATURE_SIZE]) {
    verification work;
    failure_start();
    mbedtls_ecp_group_init(&work.group);
    mbedtls_ecp_point_init(&work.key);
    mbedtls_mpi_init(&work.r);
    mbedtls_mpi_init(&work.s);
    int error = load(&work, public_key, signature);
    if (!error) {
        error = mbedtls_ecdsa_verify(&work.group, digest, WHITTLE_SHA256_SIZE, &work.key, &work.r,
                                     &work.s);
    }
    mbedtls_mpi_free(&work.s);
    mbedtls_mpi_free(&work.r);
    mbedtls_ecp_point_free(&work.key);
    mbedtls_ecp_group_free(&work.group);
    return !error ? WHITTLE_SIGNATURE_RIGHT : failure_error(0) ? WHITTLE_SIGNATURE_UNCHECKED : 0;
}
