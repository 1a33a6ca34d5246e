/* The readers of signatures: the block of a signed patch, and the DER form in which others make
 * signatures. The first byte of an input says which: even a patch, odd DER. */
#include <string.h>

#include "fuzz/support/fuzz.h"
#include "support/signing.h"
#include "whittle/signed_patch.h"
#include "whittle/signing.h"

enum { KIND_SIZE = 1 };

/* What verifies names its key, and attaching the signature once more changes nothing. */
static void require_verified(const image *patch, const whittle_private_key *key) {
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    uint8_t expected[WHITTLE_KEY_ID_SIZE];
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    image again;
    whittle_key_id(key->public_key, expected);
    FUZZ_REQUIRE(whittle_patch_signer(patch->data, patch->size, id) == WHITTLE_OK);
    FUZZ_REQUIRE(memcmp(id, expected, sizeof id) == 0);
    memcpy(signature, patch->data + patch->size - 4 - WHITTLE_SIGNATURE_BLOCK_SIZE,
           sizeof signature);
    FUZZ_REQUIRE(whittle_patch_attach(patch->data, patch->size, key->public_key, signature,
                                      &again.data, &again.size) == WHITTLE_OK);
    FUZZ_REQUIRE(again.size == patch->size);
    FUZZ_REQUIRE(memcmp(again.data, patch->data, again.size) == 0);
    image_free(&again);
}

static void read_patch(const image *patch) {
    const whittle_private_key key = test_key(0);
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    int unsound = whittle_patch_signing_digest(patch->data, patch->size, digest);
    int no_signer = whittle_patch_signer(patch->data, patch->size, id);
    int wrong = whittle_patch_verify(patch->data, patch->size, key.public_key);
    FUZZ_REQUIRE(!unsound || no_signer == unsound);
    FUZZ_REQUIRE(!no_signer || wrong == no_signer);
    if (!wrong) {
        require_verified(patch, &key);
    }
}

static void read_der(const image *der) {
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    uint8_t again[WHITTLE_SIGNATURE_SIZE];
    uint8_t written[WHITTLE_SIGNATURE_DER_MAX];
    if (whittle_signature_from_der(der->data, der->size, signature) == WHITTLE_OK) {
        int size = whittle_signature_to_der(signature, written);
        FUZZ_REQUIRE(size > 0 && size <= WHITTLE_SIGNATURE_DER_MAX);
        FUZZ_REQUIRE(whittle_signature_from_der(written, (size_t)size, again) == WHITTLE_OK);
        FUZZ_REQUIRE(memcmp(signature, again, sizeof again) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    bool is_der = fuzz_byte(&input) % 2;
    image bytes = fuzz_rest(&input);
    if (is_der) {
        read_der(&bytes);
    } else {
        read_patch(&bytes);
    }
    image_free(&bytes);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    bool is_patch = size > KIND_SIZE && data[0] % 2 == 0;
    return is_patch ? KIND_SIZE + fuzz_mutate_patch(data + KIND_SIZE, size - KIND_SIZE,
                                                    room - KIND_SIZE, seed)
                    : LLVMFuzzerMutate(data, size, room);
}
