/* Signed patches on the host: what is signed, what is attached, what is refused. */
#include "whittle/signed_patch.h"

#include <stdlib.h>
#include <string.h>

#include "support/generate.h"
#include "support/signing.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

typedef struct made_patch {
    image source;
    image target;
    uint8_t *data;
    size_t size;
} made_patch;

static made_patch make_patch(uint64_t seed) {
    generator random = generator_start(seed);
    whittle_encoder_options options;
    made_patch made = {.source = image_of_bytes(&random, 2000)};
    made.target = image_copy(&made.source);
    image_flip(&random, &made.target, 5);
    whittle_encoder_defaults(&options);
    options.jobs = 1;
    options.has_security_counter = true;
    options.security_counter = 300;
    options.firmware_version = "1.2.3";
    assert_int_equal(whittle_encode(made.source.data, made.source.size, made.target.data,
                                    made.target.size, &options, &made.data, &made.size),
                     WHITTLE_OK);
    return made;
}

static void free_patch(made_patch *made) {
    image_free(&made->source);
    image_free(&made->target);
    free(made->data);
}

static int verify(const made_patch *made, unsigned key_number) {
    whittle_private_key key = test_key(key_number);
    return whittle_patch_verify(made->data, made->size, key.public_key);
}

static void signing_adds_the_block_and_the_flag(void **state) {
    (void)state;
    made_patch plain = make_patch(1);
    made_patch made = make_patch(1);
    sign_patch(&made.data, &made.size, 0);
    assert_int_equal(made.size, plain.size + WHITTLE_SIGNATURE_BLOCK_SIZE);
    assert_int_equal(made.data[5], plain.data[5] | WHITTLE_FLAG_SIGNED);
    made.data[5] = plain.data[5];
    assert_memory_equal(made.data, plain.data, plain.size - 4);
    free_patch(&plain);
    free_patch(&made);
}

static void only_the_signer_is_believed(void **state) {
    (void)state;
    made_patch made = make_patch(2);
    assert_int_equal(verify(&made, 0), WHITTLE_ERROR_UNSIGNED);
    sign_patch(&made.data, &made.size, 0);
    assert_int_equal(verify(&made, 0), WHITTLE_OK);
    assert_int_equal(verify(&made, 1), WHITTLE_ERROR_SIGNATURE);
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    uint8_t expected[WHITTLE_KEY_ID_SIZE];
    whittle_key_id(test_key(0).public_key, expected);
    assert_int_equal(whittle_patch_signer(made.data, made.size, id), WHITTLE_OK);
    assert_memory_equal(id, expected, sizeof id);
    free_patch(&made);
}

static void signed_patches_are_applied(void **state) {
    (void)state;
    made_patch made = make_patch(3);
    uint8_t *target;
    size_t size;
    sign_patch(&made.data, &made.size, 0);
    assert_int_equal(whittle_apply(made.source.data, made.source.size, made.data, made.size, NULL,
                                   NULL, &target, &size),
                     WHITTLE_OK);
    assert_int_equal(size, made.target.size);
    assert_memory_equal(target, made.target.data, size);
    free(target);
    free_patch(&made);
}

static void signing_again_replaces_the_signature(void **state) {
    (void)state;
    made_patch made = make_patch(4);
    made_patch direct = make_patch(4);
    sign_patch(&made.data, &made.size, 0);
    sign_patch(&made.data, &made.size, 1);
    sign_patch(&direct.data, &direct.size, 1);
    assert_int_equal(made.size, direct.size);
    assert_memory_equal(made.data, direct.data, direct.size);
    free_patch(&made);
    free_patch(&direct);
}

static void the_digest_is_the_same_before_and_after(void **state) {
    (void)state;
    made_patch made = make_patch(5);
    uint8_t before[WHITTLE_SHA256_SIZE];
    uint8_t after[WHITTLE_SHA256_SIZE];
    uint8_t plain[WHITTLE_SHA256_SIZE];
    assert_int_equal(whittle_patch_signing_digest(made.data, made.size, before), WHITTLE_OK);
    sign_patch(&made.data, &made.size, 0);
    assert_int_equal(whittle_patch_signing_digest(made.data, made.size, after), WHITTLE_OK);
    assert_memory_equal(before, after, sizeof after);
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, made.data, made.size - 4 - WHITTLE_SIGNATURE_BLOCK_SIZE);
    whittle_sha256_finish(&hash, plain);
    assert_memory_equal(plain, after, sizeof after);
    free_patch(&made);
}

static void a_foreign_signature_is_not_attached(void **state) {
    (void)state;
    made_patch made = make_patch(6);
    made_patch other = make_patch(7);
    whittle_private_key key = test_key(0);
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    uint8_t *signed_patch = NULL;
    size_t size;
    assert_int_equal(whittle_patch_signing_digest(other.data, other.size, digest), WHITTLE_OK);
    assert_int_equal(whittle_sign(&key, digest, signature), WHITTLE_OK);
    assert_int_equal(
        whittle_patch_attach(made.data, made.size, key.public_key, signature, &signed_patch, &size),
        WHITTLE_ERROR_SIGNATURE);
    assert_null(signed_patch);
    assert_int_equal(whittle_patch_attach(other.data, other.size, key.public_key, signature,
                                          &signed_patch, &size),
                     WHITTLE_OK);
    free(signed_patch);
    free_patch(&made);
    free_patch(&other);
}

/* Every bit of it, with a CRC-32 that is right, so that nothing but the signature protects it. */
static void no_bit_of_a_signed_patch_may_differ(void **state) {
    (void)state;
    made_patch made = make_patch(8);
    sign_patch(&made.data, &made.size, 0);
    for (size_t bit = 0; bit < 8 * (made.size - 4); bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);
        made.data[bit / 8] ^= mask;
        seal_patch(made.data, made.size);
        assert_int_not_equal(verify(&made, 0), WHITTLE_OK);
        made.data[bit / 8] ^= mask;
    }
    seal_patch(made.data, made.size);
    assert_int_equal(verify(&made, 0), WHITTLE_OK);
    free_patch(&made);
}

static void damaged_patches_are_not_signed(void **state) {
    (void)state;
    made_patch made = make_patch(9);
    whittle_private_key key = test_key(0);
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t *signed_patch = NULL;
    size_t size;
    made.data[made.size - 10] ^= 1;
    assert_int_equal(whittle_patch_sign(made.data, made.size, &key, &signed_patch, &size),
                     WHITTLE_ERROR_CHECKSUM);
    made.data[made.size - 10] ^= 1;
    assert_int_equal(whittle_patch_sign(made.data, made.size - 1, &key, &signed_patch, &size),
                     WHITTLE_ERROR_INCOMPLETE);
    assert_int_equal(whittle_patch_signing_digest(made.data, 3, digest), WHITTLE_ERROR_INCOMPLETE);
    assert_null(signed_patch);
    free_patch(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signing_adds_the_block_and_the_flag),
        cmocka_unit_test(only_the_signer_is_believed),
        cmocka_unit_test(signed_patches_are_applied),
        cmocka_unit_test(signing_again_replaces_the_signature),
        cmocka_unit_test(the_digest_is_the_same_before_and_after),
        cmocka_unit_test(a_foreign_signature_is_not_attached),
        cmocka_unit_test(no_bit_of_a_signed_patch_may_differ),
        cmocka_unit_test(damaged_patches_are_not_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
