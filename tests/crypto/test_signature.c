/* Signatures, right and wrong, for every adapter of a crypto library: this file is linked with
 * mbedTLS's in the unit tests, and with the device's by `make test-device-crypto`.
 *
 * The first ones are published (RFC 6979, A.2.5; NIST's CAVP, SigGen.rsp of FIPS 186-4). The others
 * are made up after what implementations have got wrong; they were computed from the curve's
 * definition alone, by no library.
 *
 * EITHER: right by the letter, but it takes a digest that nobody can find, and libraries that
 * refuse it (BearSSL's multiplication does not take 0) do no harm. */
#include "whittle/signature.h"

#include <string.h>

#include "support/hexadecimal.h"
#include "support/unit_test.h"

typedef enum judgement { WRONG, RIGHT, EITHER } judgement;

typedef struct vector {
    const char *name;
    const char *key; /* x, y */
    const char *digest;
    const char *signature; /* r, s */
    judgement expected;
} vector;

static const vector vectors[] = {
    {"RFC 6979, A.2.5, sample",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     RIGHT},
    {"RFC 6979, A.2.5, test",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
     "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
     RIGHT},
    {"NIST's SigGen for P-256 and SHA-256, the first",
     "1ccbe91c075fc7f4f033bfa248db8fccd3565de94bbfb12f3c59ff46c271bf83"
     "ce4014c68811f9a21a1fdb2c0e6113e06db7ca93b7404e78dc7ccd5ca89a4ca9",
     "44acf6b7e36c1342c2c5897204fe09504e1e2efb1a900377dbc4e7a6a133ec56",
     "f3ac8061b514795b8843e3d6629527ed2afd6b1f6a555a7acabb5e6f79c8c2ac"
     "8bf77819ca05a6b2786c76262bf7371cef97b218e96f175a3ccdda2acc058903",
     RIGHT},
    {"the other s that is right: n - s",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9",
     RIGHT},
    {"a digest of zeros",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "0000000000000000000000000000000000000000000000000000000000000000",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "7eec549ecb64d21ec59e76f8c3a92a9e30060e845c4c12967c4d30d29382af87",
     EITHER},
    {"a digest above the order",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "97ac5dc2d435b3f42c69d1c33dfc818b0d251e267dd6dd49583c836bb105be39",
     RIGHT},
    {"a digest that is the order, which counts as 0",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "7eec549ecb64d21ec59e76f8c3a92a9e30060e845c4c12967c4d30d29382af87",
     EITHER},
    {"both products are the same point",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "ad873cd8b183ad65a278ebd2d7d65e876fe087d0957c83b9c3730d665b1437e8",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "fdd8a93d96c9a43d8b3cedf18752553c600c1d08b898252cf89a61a527055f0e",
     RIGHT},
    {"both products cancel each other out",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "5278c3264e7c529b5d87142d2829a1784d0672dd119b1acb3046bd5ca14eed69",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"a point whose x is above the order",
     "61bae1c3f48f82d6168868bd560aa1ab4d4d7f074b7d742f63279823738b7484"
     "c17cb80f4d2f0c109177aa87fb7ad7f95a03c915d042614ee7de1d27c8db36c1",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "0000000000000000000000000000000000000000000000000000000000000003"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     RIGHT},
    {"the same, and r not reduced",
     "61bae1c3f48f82d6168868bd560aa1ab4d4d7f074b7d742f63279823738b7484"
     "c17cb80f4d2f0c109177aa87fb7ad7f95a03c915d042614ee7de1d27c8db36c1",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632554"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"the largest s",
     "60fa4644a0f0511bdbe863608626bbf3e9ed9c0751ec3c153beb267981efa7d3"
     "d1c52e062734de6f3afb44c201e923067d9990df46972efdb8dc9118f0b875a5",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "471c3e758c4904285bba7e53118ed0f524adeb0757d25bd2f8e7b0d76dfa714c"
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
     RIGHT},
    {"r and s are 1",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "0000000000000000000000000000000000000000000000000000000000000001"
     "0000000000000000000000000000000000000000000000000000000000000001",
     WRONG},
    {"r is 0",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"s is 0",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "0000000000000000000000000000000000000000000000000000000000000000",
     WRONG},
    {"both are 0",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000",
     WRONG},
    {"r is the order",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"s is the order",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     WRONG},
    {"r is the order less 1",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"r and s are all ones",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     WRONG},
    {"r and s change places",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
     WRONG},
    {"r is the prime of the field",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"another key",
     "15797ae57c574afdcfcd1fe48482512bf8134a0338f14e0374a542585477fd70"
     "296a96b3f5cf14e63952aa745f9249d3d5d5d8db94651a93070f53513dc15271",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"the key's negative",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "86fc01eef74743675be51616a9d7439b0d0e4df4d28160ae885c3d6b2bb9dd66",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"a key of zeros",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000",
     "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
     WRONG},
    {"a key with a small x",
     "0000000000000000000000000000000000000000000000000000000000000005"
     "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
     "dfb6a972945c83e11323f4031bc3c499af3df27b36ff0e427ce555f06176e134",
     "5f8cc122c491618542a6364e070f105f7b0ca6ef66300a2cabf7bc490a7c3c93"
     "1ff585ebcc0d37694be09092bad2d2f1622d6bc87592269bc8b30c46e95a202c",
     RIGHT},
    {"the same, and its x not reduced",
     "ffffffff00000001000000000000000000000001000000000000000000000004"
     "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
     "dfb6a972945c83e11323f4031bc3c499af3df27b36ff0e427ce555f06176e134",
     "5f8cc122c491618542a6364e070f105f7b0ca6ef66300a2cabf7bc490a7c3c93"
     "1ff585ebcc0d37694be09092bad2d2f1622d6bc87592269bc8b30c46e95a202c",
     WRONG},
    {"a key off the curve, forged so that the sums come out",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d446229a",
     "388c5f71b81edc6c9e79b3cc48b45516746e288627bb9501303d9b16483aafd6",
     "eb25ba8d8f0becab422cf5f7dff6ced9fe55aa5a9deb202944caf9db9402975a"
     "2ca656c6f5bb440fa8ecd08ae5d09e70e279e0751d8be2ca052357b152f1f9e1",
     WRONG},
};

/* A vector in bytes. */
typedef struct signed_digest {
    uint8_t key[WHITTLE_PUBLIC_KEY_SIZE];
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
} signed_digest;

static signed_digest bytes_of(const vector *from) {
    signed_digest bytes;
    bytes_from_hexadecimal(from->key, bytes.key, sizeof bytes.key);
    bytes_from_hexadecimal(from->digest, bytes.digest, sizeof bytes.digest);
    bytes_from_hexadecimal(from->signature, bytes.signature, sizeof bytes.signature);
    return bytes;
}

static bool is_right(const signed_digest *bytes) {
    uint32_t verdict = whittle_signature_verify(bytes->key, bytes->digest, bytes->signature);
    assert_true(verdict == WHITTLE_SIGNATURE_RIGHT || verdict == 0);
    return verdict == WHITTLE_SIGNATURE_RIGHT;
}

static void every_vector_is_judged_rightly(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        signed_digest bytes = bytes_of(&vectors[i]);
        judgement found = is_right(&bytes) ? RIGHT : WRONG;
        if (found != vectors[i].expected && vectors[i].expected != EITHER) {
            fail_msg("%s: should be %s", vectors[i].name, found == RIGHT ? "wrong" : "right");
        }
    }
}

/* Flips every bit of one part of a right vector in turn. */
static void flip_each_bit(signed_digest *bytes, uint8_t *part, size_t size) {
    for (size_t bit = 0; bit < 8 * size; bit++) {
        part[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(is_right(bytes));
        part[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(is_right(bytes));
}

static void no_bit_may_differ(void **state) {
    (void)state;
    signed_digest bytes = bytes_of(&vectors[0]);
    flip_each_bit(&bytes, bytes.key, sizeof bytes.key);
    flip_each_bit(&bytes, bytes.digest, sizeof bytes.digest);
    flip_each_bit(&bytes, bytes.signature, sizeof bytes.signature);
}

/* A verdict that a fault is likely to leave behind must not be the right one. */
static void the_verdict_is_far_from_what_faults_leave(void **state) {
    (void)state;
    const uint32_t faults[] = {0, 1, UINT32_MAX, UINT32_MAX - 1};
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        int distance = __builtin_popcount(faults[i] ^ WHITTLE_SIGNATURE_RIGHT);
        assert_in_range(distance, 12, 20);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_judged_rightly),
        cmocka_unit_test(no_bit_may_differ),
        cmocka_unit_test(the_verdict_is_far_from_what_faults_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
