/* Signatures of patches: ECDSA on P-256 (FIPS 186-4) over a SHA-256 digest, as a device checks
 * them. src/crypto adapts a real crypto library to this, one source file per library, chosen at
 * link time.
 *
 * Everything here is public: digests, signatures and public keys. So nothing needs to run in
 * constant time, and no branch depends on a secret. What a device has to fear instead is a fault
 * that is forced upon its decision; hence the verdict below.
 */
#ifndef WHITTLE_SIGNATURE_H
#define WHITTLE_SIGNATURE_H

#include <stdint.h>

#include "whittle/sha256.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_PUBLIC_KEY_SIZE 64 /* the point's x, then its y, each big-endian */
#define WHITTLE_SIGNATURE_SIZE  64 /* r, then s, each big-endian */
#define WHITTLE_KEY_ID_SIZE     8  /* leading bytes of the SHA-256 of the public key */

/* What a signed patch carries between its payload and its CRC-32: the signature, then the key id.
 */
#define WHITTLE_SIGNATURE_BLOCK_SIZE (WHITTLE_SIGNATURE_SIZE + WHITTLE_KEY_ID_SIZE)

/* The verdict on a right signature; every other value means a wrong one. It is neither 0 nor 1 nor
 * small, so that a call that was skipped, or a register that was cleared, does not look like it. */
#define WHITTLE_SIGNATURE_RIGHT 0x5A39C6E1u

/* The verdict of a library that allocates and got no memory: not right, but not known to be wrong.
 * Only who can tell a user the difference needs to look for it. */
#define WHITTLE_SIGNATURE_UNCHECKED 1u

/* Checks a signature of a digest. Returns WHITTLE_SIGNATURE_RIGHT, or another value where the
 * signature is wrong, or where key or signature are no such thing: a point that is not on the
 * curve, an r or s that is 0 or not below the order. */
uint32_t whittle_signature_verify(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                                  const uint8_t digest[WHITTLE_SHA256_SIZE],
                                  const uint8_t signature[WHITTLE_SIGNATURE_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
