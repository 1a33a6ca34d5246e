/* The readers of keys. The first byte of an input says how the others are to be taken: as a PEM
 * text, or as the DER bytes of one with a certain label, which are put into a PEM text here. A key
 * that is read is written and read again. */
#include <mbedtls/pem.h>
#include <string.h>

#include "fuzz/support/fuzz.h"
#include "whittle/signing.h"

enum { TEXT_MAX = 16384, BITS_OF_MANY_ITERATIONS = 16 };

static const struct {
    const char *begin;
    const char *end;
} labels[] = {
    {"-----BEGIN EC PRIVATE KEY-----\n", "-----END EC PRIVATE KEY-----\n"},
    {"-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----\n"},
    {"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "-----END ENCRYPTED PRIVATE KEY-----\n"},
    {"-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----\n"},
};

/* An encrypted key may ask for minutes of work, which its owner has chosen; a fuzzer has not. */
static bool asks_for_many_iterations(const image *der) {
    for (size_t i = 0; i + 1 < der->size; i++) {
        if (der->data[i] == 0x02 && der->data[i + 1] * 8 > BITS_OF_MANY_ITERATIONS &&
            der->data[i + 1] <= 4) {
            return true;
        }
    }
    return false;
}

static void require_private_again(const whittle_private_key *key) {
    char pem[WHITTLE_KEY_PEM_MAX];
    whittle_private_key again;
    int size = whittle_private_key_write(key, pem);
    FUZZ_REQUIRE(size > 0);
    FUZZ_REQUIRE(whittle_private_key_read(pem, (size_t)size, NULL, &again) == WHITTLE_OK);
    FUZZ_REQUIRE(memcmp(&again, key, sizeof again) == 0);
}

static void require_public_again(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]) {
    char pem[WHITTLE_KEY_PEM_MAX];
    uint8_t again[WHITTLE_PUBLIC_KEY_SIZE];
    int size = whittle_public_key_write(public_key, pem);
    FUZZ_REQUIRE(size > 0);
    FUZZ_REQUIRE(whittle_public_key_read(pem, (size_t)size, again) == WHITTLE_OK);
    FUZZ_REQUIRE(memcmp(again, public_key, sizeof again) == 0);
}

static void read_keys(const uint8_t *pem, size_t size) {
    static const char *const passphrases[] = {NULL, "passphrase"};
    whittle_private_key key;
    uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE];
    for (unsigned i = 0; i < 2; i++) {
        if (whittle_private_key_read(pem, size, passphrases[i], &key) == WHITTLE_OK) {
            require_private_again(&key);
        }
    }
    if (whittle_public_key_read(pem, size, public_key) == WHITTLE_OK) {
        require_public_again(public_key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned char text[TEXT_MAX];
    fuzz_input input = {data, size};
    unsigned label = fuzz_byte(&input) % 5u;
    image bytes = fuzz_rest(&input);
    size_t written;
    if (label == 4) {
        read_keys(bytes.data, bytes.size);
    } else if (!asks_for_many_iterations(&bytes) &&
               mbedtls_pem_write_buffer(labels[label].begin, labels[label].end, bytes.data,
                                        bytes.size, text, sizeof text, &written) == 0) {
        image pem = {.data = text, .size = written - 1};
        image copy = image_copy(&pem);
        read_keys(copy.data, copy.size);
        image_free(&copy);
    }
    image_free(&bytes);
    return 0;
}
