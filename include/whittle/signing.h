/* Keys and signing, on the host. Keys are PEM files that openssl reads and writes.
 *
 * A private key is a plain struct of its caller's: whittle_private_key_wipe it when done. Signing
 * is deterministic (RFC 6979): the same key and digest give the same signature, and no random
 * number can leak the key. Errors: whittle_error.
 */
#ifndef WHITTLE_SIGNING_H
#define WHITTLE_SIGNING_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/signature.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_SCALAR_SIZE       32
#define WHITTLE_KEY_PEM_MAX       512 /* room for any PEM text made here, with its NUL */
#define WHITTLE_SIGNATURE_DER_MAX 72

typedef struct whittle_private_key {
    uint8_t scalar[WHITTLE_SCALAR_SIZE]; /* the secret, big-endian */
    uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE];
} whittle_private_key;

/* Makes a key from the system's random numbers. WHITTLE_ERROR_IO: it has none. */
int whittle_private_key_generate(whittle_private_key *key);

/* Reads a private key from a PEM text of size bytes: SEC 1 ("EC PRIVATE KEY") or PKCS #8 ("PRIVATE
 * KEY"), plain or encrypted.
 *
 * passphrase   for an encrypted key, or NULL
 *
 * WHITTLE_ERROR_PASSPHRASE: the key is encrypted, and there is no passphrase or a wrong one.
 * WHITTLE_ERROR_KEY: anything else is wrong, or it is no key on P-256. */
int whittle_private_key_read(const void *pem, size_t size, const char *passphrase,
                             whittle_private_key *key);

/* Writes the key as `openssl ec` does: SEC 1, unencrypted. Returns the text's length, or an error.
 */
int whittle_private_key_write(const whittle_private_key *key, char pem[WHITTLE_KEY_PEM_MAX]);

void whittle_private_key_wipe(whittle_private_key *key);

/* Reads a public key ("PUBLIC KEY"). WHITTLE_ERROR_KEY: it is none on P-256. */
int whittle_public_key_read(const void *pem, size_t size,
                            uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]);

/* Writes a public key as `openssl ec -pubout` does. Returns the text's length, or an error. */
int whittle_public_key_write(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                             char pem[WHITTLE_KEY_PEM_MAX]);

/* Signs a digest, and verifies what came out. */
int whittle_sign(const whittle_private_key *key, const uint8_t digest[WHITTLE_SHA256_SIZE],
                 uint8_t signature[WHITTLE_SIGNATURE_SIZE]);

/* Converts a signature from the form in which openssl, HSMs and cloud services give it (RFC 3279,
 * 2.2.3: a DER sequence of r and s). WHITTLE_ERROR_SIGNATURE: it is not that. */
int whittle_signature_from_der(const uint8_t *der, size_t size,
                               uint8_t signature[WHITTLE_SIGNATURE_SIZE]);

/* The reverse. Returns the count of bytes. */
int whittle_signature_to_der(const uint8_t signature[WHITTLE_SIGNATURE_SIZE],
                             uint8_t der[WHITTLE_SIGNATURE_DER_MAX]);

#ifdef __cplusplus
}
#endif

#endif
