/* Keys and their PEM files, by mbedTLS. Host only. Knows nothing of patches.
 *
 * Whatever held a secret is wiped before it is given back. A public key is always computed from its
 * private one, never taken from the file: the two cannot contradict each other.
 */
#include "whittle/signing.h"

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/failure.h"
#include "crypto/pbes2.h"
#include "crypto/random.h"

enum { PEM_TEXT_MAX = 65536 }; /* bytes of a file that may be a PEM file */

static const mbedtls_ecp_group_id curve = MBEDTLS_ECP_DP_SECP256R1;

/* ---- Points and numbers ---- */

static int store_point(const mbedtls_ecp_point *point, uint8_t *public_key) {
    const size_t half = WHITTLE_PUBLIC_KEY_SIZE / 2;
    int error = mbedtls_mpi_write_binary(&point->X, public_key, half);
    return error ? error : mbedtls_mpi_write_binary(&point->Y, public_key + half, half);
}

static int load_point(mbedtls_ecp_keypair *pair, const uint8_t *public_key) {
    uint8_t encoded[1 + WHITTLE_PUBLIC_KEY_SIZE] = {0x04}; /* uncompressed */
    memcpy(encoded + 1, public_key, WHITTLE_PUBLIC_KEY_SIZE);
    int error = mbedtls_ecp_point_read_binary(&pair->grp, &pair->Q, encoded, sizeof encoded);
    return error ? error : mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q);
}

static int compute_public_key(mbedtls_ecp_keypair *pair) {
    return mbedtls_ecp_mul(&pair->grp, &pair->Q, &pair->d, &pair->grp.G, random_bytes, NULL);
}

/* ---- PEM: what is around a key ---- */

/* Makes a copy that ends with NUL, as mbedTLS wants it. Pair with free_text. */
static int copy_text(const void *pem, size_t size, unsigned char **text) {
    if (size > PEM_TEXT_MAX) {
        return WHITTLE_ERROR_KEY;
    }
    *text = malloc(size + 1);
    if (!*text) {
        return WHITTLE_ERROR_MEMORY;
    }
    memcpy(*text, pem, size);
    (*text)[size] = '\0';
    return WHITTLE_OK;
}

static void free_text(unsigned char *text, size_t size) {
    mbedtls_platform_zeroize(text, size);
    free(text);
}

static int parse_private(mbedtls_pk_context *context, const unsigned char *text, size_t size,
                         const char *passphrase) {
    const unsigned char *phrase = (const unsigned char *)passphrase;
    size_t phrase_size = passphrase ? strlen(passphrase) : 0;
    int error = mbedtls_pk_parse_key(context, text, size + 1, phrase, phrase_size);
    return error && passphrase ? pbes2_parse_key(context, text, phrase, phrase_size) : error;
}

/* An encrypted key that is not understood has, nearly always, been given the wrong passphrase. */
static int error_of_private(const unsigned char *text) {
    return strstr((const char *)text, "ENCRYPTED") ? WHITTLE_ERROR_PASSPHRASE : WHITTLE_ERROR_KEY;
}

/* The pair of a key of our curve, or NULL. */
static mbedtls_ecp_keypair *pair_of(const mbedtls_pk_context *context) {
    mbedtls_ecp_keypair *pair =
        mbedtls_pk_get_type(context) == MBEDTLS_PK_ECKEY ? mbedtls_pk_ec(*context) : NULL;
    return pair && pair->grp.id == curve ? pair : NULL;
}

static int take_public(const mbedtls_ecp_keypair *pair, uint8_t *public_key) {
    int error =
        pair ? mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q) : MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    return error ? error : store_point(&pair->Q, public_key);
}

static int take_private(mbedtls_ecp_keypair *pair, whittle_private_key *key) {
    int error =
        pair ? mbedtls_ecp_check_privkey(&pair->grp, &pair->d) : MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    if (!error) {
        error = compute_public_key(pair);
    }
    if (!error) {
        error = mbedtls_mpi_write_binary(&pair->d, key->scalar, WHITTLE_SCALAR_SIZE);
    }
    if (!error) {
        error = store_point(&pair->Q, key->public_key);
    }
    return error;
}

int whittle_private_key_read(const void *pem, size_t size, const char *passphrase,
                             whittle_private_key *key) {
    unsigned char *text;
    int error = copy_text(pem, size, &text);
    if (error) {
        return error;
    }
    mbedtls_pk_context context;
    failure_start();
    mbedtls_pk_init(&context);
    error = parse_private(&context, text, size, passphrase) ? failure_error(error_of_private(text))
                                                            : WHITTLE_OK;
    if (!error && take_private(pair_of(&context), key)) {
        error = failure_error(WHITTLE_ERROR_KEY);
    }
    mbedtls_pk_free(&context);
    free_text(text, size);
    return error;
}

int whittle_public_key_read(const void *pem, size_t size,
                            uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]) {
    unsigned char *text;
    int error = copy_text(pem, size, &text);
    if (error) {
        return error;
    }
    mbedtls_pk_context context;
    failure_start();
    mbedtls_pk_init(&context);
    error = mbedtls_pk_parse_public_key(&context, text, size + 1);
    if (!error) {
        error = take_public(pair_of(&context), public_key);
    }
    mbedtls_pk_free(&context);
    free_text(text, size);
    return error ? failure_error(WHITTLE_ERROR_KEY) : WHITTLE_OK;
}

/* ---- Making and writing ---- */

/* A context with an empty pair of our curve in it, or an error. */
static int start_pair(mbedtls_pk_context *context) {
    failure_start();
    mbedtls_pk_init(context);
    int error = mbedtls_pk_setup(context, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    return error ? error : mbedtls_ecp_group_load(&mbedtls_pk_ec(*context)->grp, curve);
}

int whittle_private_key_generate(whittle_private_key *key) {
    mbedtls_pk_context context;
    int error = start_pair(&context);
    if (!error) {
        mbedtls_ecp_keypair *pair = mbedtls_pk_ec(context);
        error = mbedtls_ecp_gen_privkey(&pair->grp, &pair->d, random_bytes, NULL);
    }
    if (!error) {
        error = take_private(mbedtls_pk_ec(context), key);
    }
    mbedtls_pk_free(&context);
    return error ? failure_error(WHITTLE_ERROR_IO) : WHITTLE_OK;
}

int whittle_private_key_write(const whittle_private_key *key, char pem[WHITTLE_KEY_PEM_MAX]) {
    mbedtls_pk_context context;
    int error = start_pair(&context);
    if (!error) {
        mbedtls_ecp_keypair *pair = mbedtls_pk_ec(context);
        error = mbedtls_mpi_read_binary(&pair->d, key->scalar, WHITTLE_SCALAR_SIZE);
        error = error ? error : load_point(pair, key->public_key);
    }
    if (!error) {
        error = mbedtls_pk_write_key_pem(&context, (unsigned char *)pem, WHITTLE_KEY_PEM_MAX);
    }
    mbedtls_pk_free(&context);
    return error ? failure_error(WHITTLE_ERROR_KEY) : (int)strlen(pem);
}

int whittle_public_key_write(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                             char pem[WHITTLE_KEY_PEM_MAX]) {
    mbedtls_pk_context context;
    int error = start_pair(&context);
    if (!error) {
        error = load_point(mbedtls_pk_ec(context), public_key);
    }
    if (!error) {
        error = mbedtls_pk_write_pubkey_pem(&context, (unsigned char *)pem, WHITTLE_KEY_PEM_MAX);
    }
    mbedtls_pk_free(&context);
    return error ? failure_error(WHITTLE_ERROR_KEY) : (int)strlen(pem);
}

void whittle_private_key_wipe(whittle_private_key *key) {
    mbedtls_platform_zeroize(key, sizeof *key);
}
