/* Integers in byte arrays. */
#include "codec/bytes.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"

static const uint8_t bytes[5] = {0x01, 0x23, 0x45, 0x67, 0x89};

static void loads_take_the_bytes_in_their_order(void **state) {
    (void)state;
    assert_int_equal(load_le16(bytes), 0x2301);
    assert_int_equal(load_le32(bytes), 0x67452301);
    assert_int_equal(load_be32(bytes), 0x01234567);
    assert_int_equal(load_le32(bytes + 1), 0x89674523);
    assert_int_equal(load_be32(bytes + 1), 0x23456789);
}

static void stores_put_the_bytes_in_their_order(void **state) {
    (void)state;
    uint8_t data[6];
    memset(data, 0xEE, sizeof data);
    store_le16(data + 1, 0x2301);
    assert_memory_equal(data, ((uint8_t[]){0xEE, 0x01, 0x23, 0xEE, 0xEE, 0xEE}), 6);
    store_le32(data + 1, 0x67452301);
    assert_memory_equal(data, ((uint8_t[]){0xEE, 0x01, 0x23, 0x45, 0x67, 0xEE}), 6);
    store_be32(data + 1, 0x67452301);
    assert_memory_equal(data, ((uint8_t[]){0xEE, 0x67, 0x45, 0x23, 0x01, 0xEE}), 6);
}

static void what_was_stored_is_loaded_at_any_alignment(void **state) {
    (void)state;
    generator numbers = generator_start(1);
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t data[8];
        uint8_t *at = data + i % 4;
        uint32_t value = generate_word(&numbers);
        store_le16(at, value);
        assert_int_equal(load_le16(at), value & 0xFFFF);
        store_le32(at, value);
        assert_int_equal(load_le32(at), value);
        store_be32(at, value);
        assert_int_equal(load_be32(at), value);
    }
}

static void sign_extend_takes_the_highest_bit_as_the_sign(void **state) {
    (void)state;
    assert_int_equal(sign_extend(0, 1), 0);
    assert_int_equal(sign_extend(1, 1), -1);
    assert_int_equal(sign_extend(0x7F, 8), 127);
    assert_int_equal(sign_extend(0x80, 8), -128);
    assert_int_equal(sign_extend(0xFF, 8), -1);
    assert_int_equal(sign_extend(0x7FFFFFFF, 32), INT32_MAX);
    assert_int_equal(sign_extend(0x80000000, 32), INT32_MIN);
    assert_int_equal(sign_extend(0xFFFFFFFF, 32), -1);
}

static void sign_extend_ignores_bits_above(void **state) {
    (void)state;
    assert_int_equal(sign_extend(0xABCDE07F, 8), 127);
    assert_int_equal(sign_extend(0xABCDE080, 8), -128);
}

static void sign_extend_is_the_inverse_of_cutting_off(void **state) {
    (void)state;
    for (unsigned bits = 2; bits <= 31; bits++) {
        int32_t limit = (int32_t)((uint32_t)1 << (bits - 1));
        const int32_t values[] = {-limit, -limit + 1, -1, 0, 1, limit - 1};
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            uint32_t cut = (uint32_t)values[i] & ((uint32_t)limit * 2 - 1);
            assert_int_equal(sign_extend(cut, bits), values[i]);
        }
    }
}

static void bits_of_takes_a_field(void **state) {
    (void)state;
    assert_int_equal(bits_of(0xDEADBEEF, 0, 4), 0xF);
    assert_int_equal(bits_of(0xDEADBEEF, 4, 8), 0xEE);
    assert_int_equal(bits_of(0xDEADBEEF, 28, 4), 0xD);
    assert_int_equal(bits_of(0xDEADBEEF, 31, 1), 1);
    assert_int_equal(bits_of(0xDEADBEEF, 0, 31), 0x5EADBEEF);
    assert_int_equal(bits_of(0xDEADBEEF, 7, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_take_the_bytes_in_their_order),
        cmocka_unit_test(stores_put_the_bytes_in_their_order),
        cmocka_unit_test(what_was_stored_is_loaded_at_any_alignment),
        cmocka_unit_test(sign_extend_takes_the_highest_bit_as_the_sign),
        cmocka_unit_test(sign_extend_ignores_bits_above),
        cmocka_unit_test(sign_extend_is_the_inverse_of_cutting_off),
        cmocka_unit_test(bits_of_takes_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
