/* Decrypting PKCS #8 keys by mbedTLS's parts. The structure (RFC 5208, 6; RFC 8018, A.2 to A.4):
 *
 *     SEQUENCE
 *       SEQUENCE
 *         OID PBES2
 *         SEQUENCE
 *           SEQUENCE OID PBKDF2, SEQUENCE salt, iterations, [key length], [PRF]
 *           SEQUENCE OID AES-CBC, initial vector
 *       OCTET STRING   the encrypted key
 */
#include "crypto/pbes2.h"

#include <mbedtls/asn1.h>
#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SIZE = 16,
    CIPHER_KEY_MAX = 32,
    ITERATIONS_MAX = 100000000, /* minutes of work: more is a mistake, not caution */
    FAILED = -1,
};

/* What a key is encrypted with. The pointers lead into the DER bytes. */
typedef struct encryption {
    mbedtls_asn1_buf salt;
    int iterations;
    mbedtls_md_type_t hash;
    mbedtls_cipher_type_t cipher;
    mbedtls_asn1_buf vector;
    mbedtls_asn1_buf content;
} encryption;

/* Steps into, or over, an element of that kind. */
static int read_element(unsigned char **at, const unsigned char *end, int tag,
                        mbedtls_asn1_buf *element) {
    int error = mbedtls_asn1_get_tag(at, end, &element->len, tag);
    element->p = *at;
    return error;
}

static int enter_sequence(unsigned char **at, const unsigned char *end) {
    mbedtls_asn1_buf sequence;
    return read_element(at, end, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE, &sequence);
}

static int read_octets(unsigned char **at, const unsigned char *end, mbedtls_asn1_buf *octets) {
    int error = read_element(at, end, MBEDTLS_ASN1_OCTET_STRING, octets);
    *at += error ? 0 : octets->len;
    return error;
}

/* The way from the passphrase to a key: only PBKDF2. */
static int read_derivation(encryption *found, const mbedtls_asn1_buf *parameters) {
    unsigned char *at = parameters->p;
    const unsigned char *end = at + parameters->len;
    mbedtls_asn1_buf id;
    mbedtls_asn1_buf unused;
    int key_size;
    if (read_octets(&at, end, &found->salt) || mbedtls_asn1_get_int(&at, end, &found->iterations)) {
        return FAILED;
    }
    if (at < end && *at == MBEDTLS_ASN1_INTEGER && mbedtls_asn1_get_int(&at, end, &key_size)) {
        return FAILED;
    }
    found->hash = MBEDTLS_MD_SHA1; /* the default of the standard */
    if (at < end && (mbedtls_asn1_get_alg(&at, end, &id, &unused) ||
                     mbedtls_oid_get_md_hmac(&id, &found->hash))) {
        return FAILED;
    }
    return found->iterations > 0 && found->iterations <= ITERATIONS_MAX ? 0 : FAILED;
}

static int read_cipher(encryption *found, const mbedtls_asn1_buf *id,
                       const mbedtls_asn1_buf *parameters) {
    static const uint8_t aes[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01}; /* NIST's */
    if (id->len != sizeof aes + 1 || memcmp(id->p, aes, sizeof aes) != 0) {
        return FAILED;
    }
    switch (id->p[sizeof aes]) {
    case 2:
        found->cipher = MBEDTLS_CIPHER_AES_128_CBC;
        break;
    case 22:
        found->cipher = MBEDTLS_CIPHER_AES_192_CBC;
        break;
    case 42:
        found->cipher = MBEDTLS_CIPHER_AES_256_CBC;
        break;
    default:
        return FAILED;
    }
    found->vector = *parameters;
    bool right = parameters->tag == MBEDTLS_ASN1_OCTET_STRING && parameters->len == BLOCK_SIZE;
    return right ? 0 : FAILED;
}

static int read_encryption(encryption *found, unsigned char *at, const unsigned char *end) {
    mbedtls_asn1_buf scheme;
    mbedtls_asn1_buf parameters;
    mbedtls_asn1_buf id;
    mbedtls_asn1_buf inner;
    if (enter_sequence(&at, end) || mbedtls_asn1_get_alg(&at, end, &scheme, &parameters) ||
        read_octets(&at, end, &found->content) || at != end ||
        MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS5_PBES2, &scheme)) {
        return FAILED;
    }
    at = parameters.p;
    end = at + parameters.len;
    if (mbedtls_asn1_get_alg(&at, end, &id, &inner) ||
        MBEDTLS_OID_CMP(MBEDTLS_OID_PKCS5_PBKDF2, &id) || read_derivation(found, &inner)) {
        return FAILED;
    }
    return mbedtls_asn1_get_alg(&at, end, &id, &inner) ? FAILED : read_cipher(found, &id, &inner);
}

/* Derives the cipher's key. */
static int derive(const encryption *found, const mbedtls_cipher_info_t *cipher,
                  const unsigned char *passphrase, size_t size, unsigned char *key) {
    mbedtls_md_context_t context;
    mbedtls_md_init(&context);
    int error = mbedtls_md_setup(&context, mbedtls_md_info_from_type(found->hash), 1);
    if (!error) {
        error =
            mbedtls_pkcs5_pbkdf2_hmac(&context, passphrase, size, found->salt.p, found->salt.len,
                                      (unsigned)found->iterations, cipher->key_bitlen / 8, key);
    }
    mbedtls_md_free(&context);
    return error;
}

/* Decrypts the content into plain, which has room for it and a block more. */
static int decrypt(const encryption *found, const unsigned char *passphrase, size_t size,
                   unsigned char *plain, size_t *plain_size) {
    const mbedtls_cipher_info_t *info = mbedtls_cipher_info_from_type(found->cipher);
    unsigned char key[CIPHER_KEY_MAX];
    mbedtls_cipher_context_t context;
    mbedtls_cipher_init(&context);
    int error = derive(found, info, passphrase, size, key);
    if (!error) {
        error = mbedtls_cipher_setup(&context, info);
    }
    if (!error) {
        error = mbedtls_cipher_setkey(&context, key, (int)info->key_bitlen, MBEDTLS_DECRYPT);
    }
    if (!error) {
        error = mbedtls_cipher_crypt(&context, found->vector.p, found->vector.len, found->content.p,
                                     found->content.len, plain, plain_size);
    }
    mbedtls_cipher_free(&context);
    mbedtls_platform_zeroize(key, sizeof key);
    return error;
}

static int parse_decrypted(mbedtls_pk_context *context, const encryption *found,
                           const unsigned char *passphrase, size_t size) {
    size_t room = found->content.len + BLOCK_SIZE;
    unsigned char *plain = calloc(room, 1);
    size_t plain_size = 0;
    int error =
        plain ? decrypt(found, passphrase, size, plain, &plain_size) : MBEDTLS_ERR_PK_ALLOC_FAILED;
    if (!error) {
        error = mbedtls_pk_parse_key(context, plain, plain_size, NULL, 0);
    }
    if (plain) {
        mbedtls_platform_zeroize(plain, room);
    }
    free(plain);
    return error;
}

int pbes2_parse_key(mbedtls_pk_context *context, const unsigned char *text,
                    const unsigned char *passphrase, size_t passphrase_size) {
    mbedtls_pem_context pem;
    size_t used;
    encryption found;
    mbedtls_pem_init(&pem);
    int error =
        mbedtls_pem_read_buffer(&pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----",
                                "-----END ENCRYPTED PRIVATE KEY-----", text, NULL, 0, &used);
    if (!error) {
        error = read_encryption(&found, pem.buf, pem.buf + pem.buflen);
    }
    if (!error) {
        error = parse_decrypted(context, &found, passphrase, passphrase_size);
    }
    mbedtls_pem_free(&pem);
    return error;
}
