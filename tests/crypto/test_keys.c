/* Keys in PEM files: all forms that openssl writes, and what is no key of ours. The texts were
 * written by openssl 3.0; that the key is the published one of RFC 6979 makes them easy to make
 * again. */
#include "whittle/signing.h"

#include <string.h>

#include "support/signing.h"
#include "support/unit_test.h"

/* As `openssl ec` writes it */
static const char sec1_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                               "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                               "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                               "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                               "-----END EC PRIVATE KEY-----\n";

/* openssl pkcs8 -topk8 -nocrypt */
static const char pkcs8_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
                                "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
                                "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
                                "-----END PRIVATE KEY-----\n";

/* openssl ec -pubout */
static const char public_key_text[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";

/* openssl pkcs8 -topk8 -v2 aes-256-cbc */
static const char aes256_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjcESp8akfTtAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFLdq0bfMb4sv7PcKLjuVuUEgZAU\n"
    "8eN+7xXnwirwprglsCuwS1kjxb8UdFcT61SS5MFHLlfZUnA1RHFYyoeiDxnU3ZsQ\n"
    "hxjejgWKI39kRb4aAxfJz9vANjSvNkKhSyJ/5wd/jNvwa23Pe/MFT1CwkhAMHzdI\n"
    "YPbMddbeCAVwU7eWz0vW8qm5MQuTWMngE9YZoREXW2fBmzqSwNRzYZgB2dVhiSA=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA512 */
static const char aes192_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgY5XtpB4edaQICCAAw\n"
    "DAYIKoZIhvcNAgsFADAdBglghkgBZQMEARYEEJsnRaDEK9TQi1nd0VMd69oEgZDJ\n"
    "L0NZu/RQV1fPxUgNhIl0KEMOg2abVaMHDyHUXdaBX7a+HALwHkNgCb2DLuG7f9OZ\n"
    "bhCv6dtYdnY42TBoIXp5YibingM6czs9v6ZVXLlM+MWuJc92DAXiRifvkJMGT00w\n"
    "n0QFYMMnY7iqyI++ik+Gmx0JhxQPHfhj6+uhY2AeWsLIJVkafr3B8wDMSn03/xk=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1 */
static const char aes128_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAjQIqN40kMxBgICCAAw\n"
    "HQYJYIZIAWUDBAECBBA8y5NzH/tmwRE1Q7G6y4z5BIGQaj34PpHzuSkmvoVmruhM\n"
    "dUqxnWAU/z3+cNUs3ghiP2IwMAYAsg86P14MWJjiWNp7lsu+gkOXQWgQ2jlSwmSw\n"
    "7UESS75pHaYPX1JIPvBEgzrdIa+0wWYbH+iDBPeNo1ov6oXFE7EpmoIHp/JetwSa\n"
    "ljmQtk1hsX6TC10Ej1XMBl06HRLb2AqGFPFs9xZI8pmL\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl pkcs8 -topk8 -v2 des3 */
static const char des3_key[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                               "MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAh4Dz6pcyZqrgICCAAw\n"
                               "DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIIHtm6RD3uV8EgZAn81p06SqonRV4\n"
                               "B0rEFuadtHku8mI6TtYsIvvWQWS2ol8VOVar5FBiug0fbnxge6EL58O1bqJfvfl7\n"
                               "HeA+gZNGh3Wktag12ZAxWPHRFR/fQofHtsdVRQuendBCiYd/xG/PQB110wjL2SsH\n"
                               "q4qSgCwNvahmzD3zw05aqzh1G5qgCXNSmRKOYKbjWfonYuhBJkg=\n"
                               "-----END ENCRYPTED PRIVATE KEY-----\n";

/* openssl ec -aes256 */
static const char legacy_key[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-256-CBC,EDECB685197989C57A187021EF344F96\n"
    "\n"
    "AncfvK6/oeD1iLB7M0Dw4ONAVa93JtfhhC7CrjLGpBl9DKm67kwkwjqQvG7kGCAj\n"
    "85+uZC0nKlK9aOhv73yCgLa599r9EVmjxQXnwWIfjQm7uhfSLQj6lMOhMe6jPnpT\n"
    "doQfztImpofIEc78C+GtP5k6H2D4HBs6p1vTsKdOedY=\n"
    "-----END EC PRIVATE KEY-----\n";

/* A key on another curve */
static const char p384_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                               "MIGkAgEBBDCw2NKDGEI9VMMJ8joaqR+hADYHSTZKlDdzq7jZUW1TtEURTqa+WAlY\n"
                               "5XckXMYHH0KgBwYFK4EEACKhZANiAAQ4cbriKfvwJs4e8V8vUHbSuRj2VXvsNJKQ\n"
                               "/052D/N811HFPRk+vn39TPF5oDrDcH73fkHPw7r9GesJi1HXrFsIBN/Duzsr9osq\n"
                               "f9fxTaW+ERe0PeZBsZ08VCQ+aOCc+DE=\n"
                               "-----END EC PRIVATE KEY-----\n";

/* Its public half */
static const char p384_public_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEOHG64in78CbOHvFfL1B20rkY9lV77DSS\n"
    "kP9Odg/zfNdRxT0ZPr59/UzxeaA6w3B+935Bz8O6/RnrCYtR16xbCATfw7s7K/aL\n"
    "Kn/X8U2lvhEXtD3mQbGdPFQkPmjgnPgx\n"
    "-----END PUBLIC KEY-----\n";

/* A key on a curve of the same size */
static const char secp256k1_key[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHQCAQEEIBa7qRNOhttZ3URidUyEC9F7jNWsQAzKt+/6CY7r8EH0oAcGBSuBBAAK\n"
    "oUQDQgAEA7v9WRK8L/alkpzCSeeeh8TvBq7dy6EDqY6Rn21Kp4jt12vFSOOx0bCB\n"
    "mQ1CnT9uOgPg0giT7zMVg5vXJOczAw==\n"
    "-----END EC PRIVATE KEY-----\n";

/* An RSA key, far too short for use */
static const char rsa_key[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEA6w+Dq8pYyIXRxTSP\n"
                              "yjisQRISSkPP48RCkQpzpIXmNpNXBbSdj+QCLhLJdT+6Xh4l5M1lDl8KpAOEw2rm\n"
                              "EKCFvQIDAQABAkEAu85Xe4heS0hwA8otIHsLVaokpuVrUiXasZvSLZ82Al9KZbVR\n"
                              "TzW6xqDCxKGJvhA8+K0CcU1Kvgq3mL58eVaHwQIhAPcgRZLagzLXVTevDAXrITwH\n"
                              "l6xYpS12sTCwUYpOEfRFAiEA84BUa8DfQpnjjOrgyO+rGuMOpxGVKCYbprE4VFbb\n"
                              "LxkCIBh1Ey2jfpSLhx2Jr3Dugk2Emtgttbs4IfUlngxICbLZAiA5L1ckIxyLiJZu\n"
                              "/q4hol99pftH8xIjZqexwwbmj6tT6QIhAJpkk38QW176svgXtgwtDlAkNb+1Px9W\n"
                              "UOpGiD8itYSK\n"
                              "-----END PRIVATE KEY-----\n";

/* Its public half */
static const char rsa_public_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOsPg6vKWMiF0cU0j8o4rEESEkpDz+PE\n"
    "QpEKc6SF5jaTVwW0nY/kAi4SyXU/ul4eJeTNZQ5fCqQDhMNq5hCghb0CAwEAAQ==\n"
    "-----END PUBLIC KEY-----\n";

static void expect_published_key(const char *pem, const char *passphrase) {
    whittle_private_key key;
    whittle_private_key expected = test_key(0);
    assert_int_equal(whittle_private_key_read(pem, strlen(pem), passphrase, &key), WHITTLE_OK);
    assert_memory_equal(&key, &expected, sizeof key);
}

static void expect_error(const char *pem, const char *passphrase, int error) {
    whittle_private_key key;
    assert_int_equal(whittle_private_key_read(pem, strlen(pem), passphrase, &key), error);
}

static void plain_keys_are_read_in_both_forms(void **state) {
    (void)state;
    expect_published_key(sec1_key, NULL);
    expect_published_key(pkcs8_key, NULL);
    expect_published_key(sec1_key, "not needed");
}

static const char *const encrypted_keys[] = {legacy_key, aes256_key, aes192_key, aes128_key,
                                             des3_key};

static void encrypted_keys_are_read_with_their_passphrase(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(encrypted_keys); i++) {
        expect_published_key(encrypted_keys[i], "correct");
        expect_error(encrypted_keys[i], NULL, WHITTLE_ERROR_PASSPHRASE);
        expect_error(encrypted_keys[i], "", WHITTLE_ERROR_PASSPHRASE);
        expect_error(encrypted_keys[i], "Correct", WHITTLE_ERROR_PASSPHRASE);
        expect_error(encrypted_keys[i], "correct ", WHITTLE_ERROR_PASSPHRASE);
    }
}

static void other_keys_are_refused(void **state) {
    (void)state;
    const char *const others[] = {p384_key, secp256k1_key, rsa_key, public_key_text, "", "key"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        expect_error(others[i], NULL, WHITTLE_ERROR_KEY);
    }
}

/* Not every byte of a file matters, and some changes make another key: but a key that is read has
 * two halves that belong together. */
static void expect_error_or_whole_key(const char *pem, size_t size) {
    whittle_private_key key;
    const uint8_t digest[WHITTLE_SHA256_SIZE] = {1};
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    int error = whittle_private_key_read(pem, size, "correct", &key);
    if (!error) {
        error = whittle_sign(&key, digest, signature);
        assert_int_equal(error, WHITTLE_OK);
    }
    assert_true(!error || error == WHITTLE_ERROR_KEY || error == WHITTLE_ERROR_PASSPHRASE);
}

static void damaged_texts_do_no_harm(void **state) {
    (void)state;
    const char *const texts[] = {sec1_key, pkcs8_key, legacy_key, aes256_key};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t size = strlen(texts[i]);
        for (size_t at = 0; at < size; at += 3) {
            char damaged[1024];
            memcpy(damaged, texts[i], size);
            damaged[at] = (char)(damaged[at] ^ 1);
            expect_error_or_whole_key(damaged, size);
        }
    }
}

static void texts_that_are_cut_short_are_refused(void **state) {
    (void)state;
    for (size_t size = 0; size + 2 < sizeof aes256_key; size++) { /* the last line end may miss */
        whittle_private_key key;
        int error = whittle_private_key_read(aes256_key, size, "correct", &key);
        assert_true(error == WHITTLE_ERROR_KEY || error == WHITTLE_ERROR_PASSPHRASE);
    }
}

static void public_keys_are_read_and_no_others(void **state) {
    (void)state;
    uint8_t key[WHITTLE_PUBLIC_KEY_SIZE];
    whittle_private_key expected = test_key(0);
    assert_int_equal(whittle_public_key_read(public_key_text, strlen(public_key_text), key),
                     WHITTLE_OK);
    assert_memory_equal(key, expected.public_key, sizeof key);
    const char *const others[] = {p384_public_key, rsa_public_key, sec1_key, "", "key"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_int_equal(whittle_public_key_read(others[i], strlen(others[i]), key),
                         WHITTLE_ERROR_KEY);
    }
}

static void files_that_are_no_texts_are_refused(void **state) {
    (void)state;
    static uint8_t large[65537];
    whittle_private_key key;
    assert_int_equal(whittle_private_key_read(large, sizeof large, NULL, &key), WHITTLE_ERROR_KEY);
    assert_int_equal(whittle_private_key_read(large, 1000, NULL, &key), WHITTLE_ERROR_KEY);
    assert_int_equal(whittle_public_key_read(large, sizeof large, key.public_key),
                     WHITTLE_ERROR_KEY);
}

/* Byte for byte. */
static void keys_are_written_as_openssl_writes_them(void **state) {
    (void)state;
    whittle_private_key key = test_key(0);
    char pem[WHITTLE_KEY_PEM_MAX];
    assert_int_equal(whittle_private_key_write(&key, pem), strlen(sec1_key));
    assert_string_equal(pem, sec1_key);
    assert_int_equal(whittle_public_key_write(key.public_key, pem), strlen(public_key_text));
    assert_string_equal(pem, public_key_text);
}

static void what_is_no_key_is_not_written(void **state) {
    (void)state;
    whittle_private_key key = test_key(0);
    char pem[WHITTLE_KEY_PEM_MAX];
    key.public_key[63] ^= 1;
    assert_int_equal(whittle_private_key_write(&key, pem), WHITTLE_ERROR_KEY);
    assert_int_equal(whittle_public_key_write(key.public_key, pem), WHITTLE_ERROR_KEY);
}

static void generated_keys_differ_and_survive_their_file(void **state) {
    (void)state;
    whittle_private_key keys[2];
    whittle_private_key read;
    char pem[WHITTLE_KEY_PEM_MAX];
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_int_equal(whittle_private_key_generate(&keys[i]), WHITTLE_OK);
        int size = whittle_private_key_write(&keys[i], pem);
        assert_true(size > 0);
        assert_int_equal(whittle_private_key_read(pem, (size_t)size, NULL, &read), WHITTLE_OK);
        assert_memory_equal(&read, &keys[i], sizeof read);
    }
    assert_memory_not_equal(keys[0].scalar, keys[1].scalar, sizeof keys[0].scalar);
}

static void wiping_leaves_nothing(void **state) {
    (void)state;
    whittle_private_key key = test_key(0);
    const whittle_private_key zeros = {.scalar = {0}};
    whittle_private_key_wipe(&key);
    assert_memory_equal(&key, &zeros, sizeof key);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_keys_are_read_in_both_forms),
        cmocka_unit_test(encrypted_keys_are_read_with_their_passphrase),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(damaged_texts_do_no_harm),
        cmocka_unit_test(texts_that_are_cut_short_are_refused),
        cmocka_unit_test(public_keys_are_read_and_no_others),
        cmocka_unit_test(files_that_are_no_texts_are_refused),
        cmocka_unit_test(keys_are_written_as_openssl_writes_them),
        cmocka_unit_test(what_is_no_key_is_not_written),
        cmocka_unit_test(generated_keys_differ_and_survive_their_file),
        cmocka_unit_test(wiping_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
