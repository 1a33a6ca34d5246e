/* Signed patches: where signature, key id and CRC-32 go in the container. Knows no keys but their
 * public halves and ids, and leaves the mathematics to src/crypto.
 */
#include "whittle/signed_patch.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "whittle/apply.h"

enum { FLAGS_OFFSET = 5, CRC_SIZE = 4 };

static void digest_of(const uint8_t *data, size_t size, uint8_t digest[WHITTLE_SHA256_SIZE]) {
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, data, size);
    whittle_sha256_finish(&hash, digest);
}

/* What is signed of a sound patch: header and payload, with the flag set. */
static void signing_digest(const uint8_t *patch, size_t covered,
                           uint8_t digest[WHITTLE_SHA256_SIZE]) {
    const uint8_t flags = patch[FLAGS_OFFSET] | WHITTLE_FLAG_SIGNED;
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, patch, FLAGS_OFFSET);
    whittle_sha256_update(&hash, &flags, sizeof flags);
    whittle_sha256_update(&hash, patch + FLAGS_OFFSET + 1, covered - FLAGS_OFFSET - 1);
    whittle_sha256_finish(&hash, digest);
}

static int verify(const uint8_t *public_key, const uint8_t *digest, const uint8_t *signature) {
    uint32_t verdict = whittle_signature_verify(public_key, digest, signature);
    return verdict == WHITTLE_SIGNATURE_RIGHT       ? WHITTLE_OK
           : verdict == WHITTLE_SIGNATURE_UNCHECKED ? WHITTLE_ERROR_MEMORY
                                                    : WHITTLE_ERROR_SIGNATURE;
}

/* Checks a patch, and tells how many of its bytes a signature covers. */
static int check(const uint8_t *patch, size_t size, whittle_header *header, size_t *covered) {
    int error = whittle_patch_check(patch, size, header);
    if (!error) {
        *covered = (size_t)header->header_size + header->payload_size;
    }
    return error;
}

/* The signature block of a signed patch, or an error. */
static int find_block(const uint8_t *patch, size_t size, const uint8_t **block, size_t *covered) {
    whittle_header header;
    int error = check(patch, size, &header, covered);
    if (!error && !(header.flags & WHITTLE_FLAG_SIGNED)) {
        error = WHITTLE_ERROR_UNSIGNED;
    }
    if (!error) {
        *block = patch + *covered;
    }
    return error;
}

void whittle_key_id(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                    uint8_t id[WHITTLE_KEY_ID_SIZE]) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    digest_of(public_key, WHITTLE_PUBLIC_KEY_SIZE, digest);
    memcpy(id, digest, WHITTLE_KEY_ID_SIZE);
}

int whittle_patch_signing_digest(const uint8_t *patch, size_t size,
                                 uint8_t digest[WHITTLE_SHA256_SIZE]) {
    whittle_header header;
    size_t covered;
    int error = check(patch, size, &header, &covered);
    if (!error) {
        signing_digest(patch, covered, digest);
    }
    return error;
}

int whittle_patch_attach(const uint8_t *patch, size_t size,
                         const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                         const uint8_t signature[WHITTLE_SIGNATURE_SIZE], uint8_t **signed_patch,
                         size_t *signed_size) {
    whittle_header header;
    size_t covered;
    int error = check(patch, size, &header, &covered);
    if (error) {
        return error;
    }
    uint8_t digest[WHITTLE_SHA256_SIZE];
    signing_digest(patch, covered, digest);
    error = verify(public_key, digest, signature);
    if (error) {
        return error;
    }
    size_t summed = covered + WHITTLE_SIGNATURE_BLOCK_SIZE;
    uint8_t *made = malloc(summed + CRC_SIZE);
    if (!made) {
        return WHITTLE_ERROR_MEMORY;
    }
    memcpy(made, patch, covered);
    made[FLAGS_OFFSET] |= WHITTLE_FLAG_SIGNED;
    memcpy(made + covered, signature, WHITTLE_SIGNATURE_SIZE);
    whittle_key_id(public_key, made + covered + WHITTLE_SIGNATURE_SIZE);
    store_le32(made + summed, whittle_crc32(0, made, summed));
    *signed_patch = made;
    *signed_size = summed + CRC_SIZE;
    return WHITTLE_OK;
}

int whittle_patch_sign(const uint8_t *patch, size_t size, const whittle_private_key *key,
                       uint8_t **signed_patch, size_t *signed_size) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    int error = whittle_patch_signing_digest(patch, size, digest);
    if (!error) {
        error = whittle_sign(key, digest, signature);
    }
    return error ? error
                 : whittle_patch_attach(patch, size, key->public_key, signature, signed_patch,
                                        signed_size);
}

int whittle_patch_verify(const uint8_t *patch, size_t size,
                         const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    const uint8_t *block;
    size_t covered;
    int error = find_block(patch, size, &block, &covered);
    if (error) {
        return error;
    }
    whittle_key_id(public_key, id);
    if (memcmp(id, block + WHITTLE_SIGNATURE_SIZE, sizeof id) != 0) {
        return WHITTLE_ERROR_SIGNATURE;
    }
    signing_digest(patch, covered, digest);
    return verify(public_key, digest, block);
}

int whittle_patch_signer(const uint8_t *patch, size_t size, uint8_t id[WHITTLE_KEY_ID_SIZE]) {
    const uint8_t *block;
    size_t covered;
    int error = find_block(patch, size, &block, &covered);
    if (!error) {
        memcpy(id, block + WHITTLE_SIGNATURE_SIZE, WHITTLE_KEY_ID_SIZE);
    }
    return error;
}
