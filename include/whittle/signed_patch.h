/* Signed patches, as the host makes and checks them. docs/FORMAT.md says what is signed: everything
 * before the signature block, with the flag SIGNED set in the header.
 *
 * So the digest to be signed is the same before and after signing, and a patch that is signed
 * already can be signed by another key. What is made here is returned in a buffer that the caller
 * frees with free(). Every patch is checked as whittle_patch_check does. Host only.
 */
#ifndef WHITTLE_SIGNED_PATCH_H
#define WHITTLE_SIGNED_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/signature.h"
#include "whittle/signing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a signer has to sign of this patch, signed or not: a SHA-256 digest. */
int whittle_patch_signing_digest(const uint8_t *patch, size_t size,
                                 uint8_t digest[WHITTLE_SHA256_SIZE]);

/* Attaches a signature that was made elsewhere, in the place of one that may be there.
 * WHITTLE_ERROR_SIGNATURE: it is not one of this patch by that key. */
int whittle_patch_attach(const uint8_t *patch, size_t size,
                         const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                         const uint8_t signature[WHITTLE_SIGNATURE_SIZE], uint8_t **signed_patch,
                         size_t *signed_size);

/* Signs a patch and attaches the signature. */
int whittle_patch_sign(const uint8_t *patch, size_t size, const whittle_private_key *key,
                       uint8_t **signed_patch, size_t *signed_size);

/* Checks the signature by one key. WHITTLE_ERROR_UNSIGNED: there is none.
 * WHITTLE_ERROR_SIGNATURE: it is wrong, or by another key. */
int whittle_patch_verify(const uint8_t *patch, size_t size,
                         const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]);

/* Reads who signed: the key id. WHITTLE_ERROR_UNSIGNED: nobody. */
int whittle_patch_signer(const uint8_t *patch, size_t size, uint8_t id[WHITTLE_KEY_ID_SIZE]);

/* The id of a key. */
void whittle_key_id(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                    uint8_t id[WHITTLE_KEY_ID_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
