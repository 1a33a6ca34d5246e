/* Signing by mbedTLS, and the DER form of signatures. Host only. Knows nothing of patches. */
#include "whittle/signing.h"

#include <mbedtls/asn1.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <string.h>

#include "crypto/failure.h"
#include "crypto/random.h"

enum { HALF = WHITTLE_SIGNATURE_SIZE / 2 };

/* The three numbers of a signature, and the curve. */
typedef struct numbers {
    mbedtls_ecp_group group;
    mbedtls_mpi secret;
    mbedtls_mpi r;
    mbedtls_mpi s;
} numbers;

static void numbers_init(numbers *of) {
    failure_start();
    mbedtls_ecp_group_init(&of->group);
    mbedtls_mpi_init(&of->secret);
    mbedtls_mpi_init(&of->r);
    mbedtls_mpi_init(&of->s);
}

static void numbers_free(numbers *of) {
    mbedtls_ecp_group_free(&of->group);
    mbedtls_mpi_free(&of->secret);
    mbedtls_mpi_free(&of->r);
    mbedtls_mpi_free(&of->s);
}

static int store(const numbers *of, uint8_t *signature) {
    int error = mbedtls_mpi_write_binary(&of->r, signature, HALF);
    return error ? error : mbedtls_mpi_write_binary(&of->s, signature + HALF, HALF);
}

/* RFC 6979 chooses the number that must never repeat; random numbers only blind the computation. */
static int sign(numbers *of, const whittle_private_key *key, const uint8_t *digest) {
    int error = mbedtls_ecp_group_load(&of->group, MBEDTLS_ECP_DP_SECP256R1);
    if (!error) {
        error = mbedtls_mpi_read_binary(&of->secret, key->scalar, WHITTLE_SCALAR_SIZE);
    }
    if (!error) {
        error =
            mbedtls_ecdsa_sign_det_ext(&of->group, &of->r, &of->s, &of->secret, digest,
                                       WHITTLE_SHA256_SIZE, MBEDTLS_MD_SHA256, random_bytes, NULL);
    }
    return error;
}

int whittle_sign(const whittle_private_key *key, const uint8_t digest[WHITTLE_SHA256_SIZE],
                 uint8_t signature[WHITTLE_SIGNATURE_SIZE]) {
    uint8_t made[WHITTLE_SIGNATURE_SIZE];
    numbers of;
    numbers_init(&of);
    int error = sign(&of, key, digest);
    if (!error) {
        error = store(&of, made);
    }
    numbers_free(&of);
    if (error) {
        return failure_error(WHITTLE_ERROR_KEY);
    }
    /* A signature that went wrong can give the key away: it never gets out. */
    uint32_t verdict = whittle_signature_verify(key->public_key, digest, made);
    if (verdict != WHITTLE_SIGNATURE_RIGHT) {
        return verdict == WHITTLE_SIGNATURE_UNCHECKED ? WHITTLE_ERROR_MEMORY : WHITTLE_ERROR_KEY;
    }
    memcpy(signature, made, sizeof made);
    return WHITTLE_OK;
}

static int parse_der(numbers *of, const uint8_t *der, size_t size) {
    unsigned char copy[WHITTLE_SIGNATURE_DER_MAX];
    if (size > sizeof copy) {
        return MBEDTLS_ERR_ASN1_INVALID_LENGTH;
    }
    memcpy(copy, der, size); /* mbedTLS wants what it may change, and does not */
    unsigned char *at = copy;
    const unsigned char *end = copy + size;
    size_t length;
    int error =
        mbedtls_asn1_get_tag(&at, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    if (!error && at + length != end) {
        error = MBEDTLS_ERR_ASN1_LENGTH_MISMATCH;
    }
    if (!error) {
        error = mbedtls_asn1_get_mpi(&at, end, &of->r);
    }
    if (!error) {
        error = mbedtls_asn1_get_mpi(&at, end, &of->s);
    }
    return error || at == end ? error : MBEDTLS_ERR_ASN1_LENGTH_MISMATCH;
}

int whittle_signature_from_der(const uint8_t *der, size_t size,
                               uint8_t signature[WHITTLE_SIGNATURE_SIZE]) {
    numbers of;
    numbers_init(&of);
    int error = size ? parse_der(&of, der, size) : MBEDTLS_ERR_ASN1_OUT_OF_DATA;
    if (!error) {
        error = store(&of, signature);
    }
    numbers_free(&of);
    return error ? failure_error(WHITTLE_ERROR_SIGNATURE) : WHITTLE_OK;
}

/* One number, as DER stores it: without leading zeros, and never with the top bit of a sign. */
static size_t put_number(uint8_t *der, const uint8_t *number) {
    size_t skipped = 0;
    while (skipped < HALF - 1 && number[skipped] == 0) {
        skipped++;
    }
    size_t padding = number[skipped] >> 7;
    size_t size = HALF - skipped;
    der[0] = MBEDTLS_ASN1_INTEGER;
    der[1] = (uint8_t)(padding + size);
    der[2] = 0;
    memcpy(der + 2 + padding, number + skipped, size);
    return 2 + padding + size;
}

int whittle_signature_to_der(const uint8_t signature[WHITTLE_SIGNATURE_SIZE],
                             uint8_t der[WHITTLE_SIGNATURE_DER_MAX]) {
    size_t size = put_number(der + 2, signature);
    size += put_number(der + 2 + size, signature + HALF);
    der[0] = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
    der[1] = (uint8_t)size;
    return (int)(2 + size);
}
