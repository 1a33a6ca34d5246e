/* SHA-256 against the published examples of FIPS 180-4, in any pieces. */
#include "whittle/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"

static void expect_digest(const uint8_t *digest, const char *expected) {
    char text[2 * WHITTLE_SHA256_SIZE + 1];
    for (size_t i = 0; i < WHITTLE_SHA256_SIZE; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text[2 * WHITTLE_SHA256_SIZE] = '\0';
    assert_string_equal(text, expected);
}

static void digest_of(const void *data, size_t size, uint8_t *digest) {
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, data, size);
    whittle_sha256_finish(&hash, digest);
}

static void published_digests(void **state) {
    (void)state;
    static const struct {
        const char *message;
        const char *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "mnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t digest[WHITTLE_SHA256_SIZE];
        digest_of(cases[i].message, strlen(cases[i].message), digest);
        expect_digest(digest, cases[i].digest);
    }
}

static void a_million_letters(void **state) {
    (void)state;
    uint8_t letters[1000];
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    memset(letters, 'a', sizeof letters);
    whittle_sha256_start(&hash);
    for (unsigned i = 0; i < 1000; i++) {
        whittle_sha256_update(&hash, letters, sizeof letters);
    }
    whittle_sha256_finish(&hash, digest);
    expect_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Around the ends of the blocks of 64 bytes, where the padding needs one more. */
static void pieces_give_the_same_digest(void **state) {
    (void)state;
    generator random = generator_start(140);
    for (size_t size = 0; size < 200; size++) {
        image data = image_of_bytes(&random, size);
        uint8_t whole[WHITTLE_SHA256_SIZE];
        uint8_t pieces[WHITTLE_SHA256_SIZE];
        whittle_sha256 hash;
        digest_of(data.data, size, whole);
        whittle_sha256_start(&hash);
        for (size_t done = 0; done < size;) {
            size_t piece = generate_below(&random, (uint32_t)(size - done) + 1);
            whittle_sha256_update(&hash, data.data + done, piece);
            done += piece;
        }
        whittle_sha256_finish(&hash, pieces);
        assert_memory_equal(whole, pieces, sizeof whole);
        image_free(&data);
    }
}

static void hashes_at_the_same_time_do_not_mix(void **state) {
    (void)state;
    whittle_sha256 one;
    whittle_sha256 other;
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256_start(&one);
    whittle_sha256_update(&one, "a", 1);
    whittle_sha256_start(&other);
    whittle_sha256_update(&one, "bc", 2);
    whittle_sha256_finish(&other, digest);
    expect_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    whittle_sha256_finish(&one, digest);
    expect_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void nothing_may_come_without_a_pointer(void **state) {
    (void)state;
    uint8_t digest[WHITTLE_SHA256_SIZE];
    digest_of(NULL, 0, digest);
    expect_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_digests),
        cmocka_unit_test(a_million_letters),
        cmocka_unit_test(pieces_give_the_same_digest),
        cmocka_unit_test(hashes_at_the_same_time_do_not_mix),
        cmocka_unit_test(nothing_may_come_without_a_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
