/* Encrypted PKCS #8 keys as openssl writes them by default: PBES2 (RFC 8018) with AES in CBC mode,
 * which mbedTLS 2.28 has the parts for but does not put together. Host only. */
#ifndef WHITTLE_CRYPTO_PBES2_H
#define WHITTLE_CRYPTO_PBES2_H

#include <stddef.h>

#include <mbedtls/pk.h>

/* Reads an "ENCRYPTED PRIVATE KEY" from a PEM text that ends with NUL. Returns 0, or a negative
 * number if it is none, is encrypted in another way, or with another passphrase. */
int pbes2_parse_key(mbedtls_pk_context *context, const unsigned char *text,
                    const unsigned char *passphrase, size_t passphrase_size);

#endif
