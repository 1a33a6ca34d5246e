/* ECDSA by BearSSL: the adapter for devices. Not part of the host library; firmware that links it
 * compiles BearSSL's files beside it, as BEARSSL_SOURCES in mk/boards.mk lists them. docs/DESIGN.md
 * tells why this library.
 *
 * It allocates nothing; the stack is its only memory, 2.4 KB of it. WHITTLE_P256 names the
 * implementation of the curve that BearSSL is to use: br_ec_prime_i31 is the smaller and slower
 * choice.
 */
#include "whittle/signature.h"

#include <string.h>

#include <bearssl_ec.h>

#ifndef WHITTLE_P256
#define WHITTLE_P256 br_ec_p256_m31
#endif

uint32_t whittle_signature_verify(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                                  const uint8_t digest[WHITTLE_SHA256_SIZE],
                                  const uint8_t signature[WHITTLE_SIGNATURE_SIZE]) {
    uint8_t point[1 + WHITTLE_PUBLIC_KEY_SIZE] = {0x04}; /* uncompressed (SEC 1, 2.3.3) */
    memcpy(point + 1, public_key, WHITTLE_PUBLIC_KEY_SIZE);
    const br_ec_public_key key = {BR_EC_secp256r1, point, sizeof point};
    uint32_t right = br_ecdsa_i31_vrfy_raw(&WHITTLE_P256, digest, WHITTLE_SHA256_SIZE, &key,
                                           signature, WHITTLE_SIGNATURE_SIZE);
    return right == 1 ? WHITTLE_SIGNATURE_RIGHT : 0;
}
