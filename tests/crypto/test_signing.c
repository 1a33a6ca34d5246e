/* Signing: the published signatures come out, and the DER form goes both ways. */
#include "whittle/signing.h"

#include <string.h>

#include "support/generate.h"
#include "support/hexadecimal.h"
#include "support/signing.h"
#include "support/unit_test.h"

static void digest_of(const char *message, uint8_t *digest) {
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, message, strlen(message));
    whittle_sha256_finish(&hash, digest);
}

/* RFC 6979, A.2.5. */
static void signatures_are_the_published_ones(void **state) {
    (void)state;
    static const struct {
        const char *message;
        const char *signature;
    } cases[] = {
        {"sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                   "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
        {"test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
                 "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    };
    whittle_private_key key = test_key(0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t digest[WHITTLE_SHA256_SIZE];
        uint8_t signature[WHITTLE_SIGNATURE_SIZE];
        uint8_t expected[WHITTLE_SIGNATURE_SIZE];
        digest_of(cases[i].message, digest);
        bytes_from_hexadecimal(cases[i].signature, expected, sizeof expected);
        assert_int_equal(whittle_sign(&key, digest, signature), WHITTLE_OK);
        assert_memory_equal(signature, expected, sizeof expected);
    }
}

static void a_key_that_contradicts_itself_signs_nothing(void **state) {
    (void)state;
    whittle_private_key key = test_key(0);
    uint8_t digest[WHITTLE_SHA256_SIZE] = {1};
    uint8_t signature[WHITTLE_SIGNATURE_SIZE] = {0};
    const uint8_t untouched[WHITTLE_SIGNATURE_SIZE] = {0};
    memcpy(key.public_key, test_key(1).public_key, sizeof key.public_key);
    assert_int_equal(whittle_sign(&key, digest, signature), WHITTLE_ERROR_KEY);
    assert_memory_equal(signature, untouched, sizeof signature);
    memset(key.scalar, 0, sizeof key.scalar);
    assert_int_equal(whittle_sign(&key, digest, signature), WHITTLE_ERROR_KEY);
}

/* Numbers with leading zeros and with a top bit that DER pads. */
static void der_goes_both_ways(void **state) {
    (void)state;
    generator random = generator_start(61);
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t signature[WHITTLE_SIGNATURE_SIZE];
        uint8_t again[WHITTLE_SIGNATURE_SIZE];
        uint8_t der[WHITTLE_SIGNATURE_DER_MAX];
        generate_bytes(&random, signature, sizeof signature);
        memset(signature, 0, generate_below(&random, 32));
        memset(signature + 32, 0, generate_below(&random, 33));
        int size = whittle_signature_to_der(signature, der);
        assert_in_range(size, 8, WHITTLE_SIGNATURE_DER_MAX);
        assert_int_equal(whittle_signature_from_der(der, (size_t)size, again), WHITTLE_OK);
        assert_memory_equal(again, signature, sizeof again);
    }
}

static void der_is_as_the_standard_has_it(void **state) {
    (void)state;
    static const uint8_t expected[] = {0x30, 0x07, 0x02, 0x01, 0x01, 0x02, 0x02, 0x00, 0x80};
    uint8_t signature[WHITTLE_SIGNATURE_SIZE] = {[31] = 1, [63] = 0x80};
    uint8_t der[WHITTLE_SIGNATURE_DER_MAX];
    assert_int_equal(whittle_signature_to_der(signature, der), sizeof expected);
    assert_memory_equal(der, expected, sizeof expected);
}

static void other_bytes_are_no_signature(void **state) {
    (void)state;
    static const struct {
        uint8_t size;
        uint8_t der[80];
    } cases[] = {
        {0, {0}},
        {1, {0x30}},
        {2, {0x30, 0x00}},
        {8, {0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01}},           /* a set */
        {5, {0x30, 0x03, 0x02, 0x01, 0x01}},                             /* one number */
        {7, {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01}},                 /* cut short */
        {9, {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0}},        /* a byte behind */
        {11, {0x30, 0x09, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 2, 1, 1}}, /* three numbers */
        {8, {0x30, 0x07, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01}},           /* longer than it is */
        {43, {0x30, 0x29, 0x02, 0x01, 0x01, 0x02, 0x24, 0x01}},          /* a number of 36 bytes */
        {73, {0x30, 0x47, 0x02, 0x01, 0x01, 0x02, 0x42, 0x00}},          /* longer than any is */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t signature[WHITTLE_SIGNATURE_SIZE];
        assert_int_equal(whittle_signature_from_der(cases[i].der, cases[i].size, signature),
                         WHITTLE_ERROR_SIGNATURE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_the_published_ones),
        cmocka_unit_test(a_key_that_contradicts_itself_signs_nothing),
        cmocka_unit_test(der_goes_both_ways),
        cmocka_unit_test(der_is_as_the_standard_has_it),
        cmocka_unit_test(other_bytes_are_no_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
