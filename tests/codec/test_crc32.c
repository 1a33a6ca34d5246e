/* The checksum, against published values and against its definition. */
#include "codec/crc32.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"

static uint32_t crc_of(const char *text) {
    return whittle_crc32(0, (const uint8_t *)text, strlen(text));
}

/* "123456789" is the check value of the CRC catalogues (CRC-32/ISO-HDLC); the others are in common
 * use as test vectors. */
static void known_checksums(void **state) {
    (void)state;
    assert_int_equal(crc_of(""), 0);
    assert_int_equal(crc_of("a"), 0xE8B7BE43);
    assert_int_equal(crc_of("abc"), 0x352441C2);
    assert_int_equal(crc_of("123456789"), 0xCBF43926);
    assert_int_equal(crc_of("The quick brown fox jumps over the lazy dog"), 0x414FA339);
}

static void long_runs_of_zero_and_one_bits(void **state) {
    (void)state;
    uint8_t data[32];
    memset(data, 0x00, sizeof data);
    assert_int_equal(whittle_crc32(0, data, sizeof data), 0x190A55AD);
    memset(data, 0xFF, sizeof data);
    assert_int_equal(whittle_crc32(0, data, sizeof data), 0xFF6CAB0B);
}

/* The definition, bit by bit. */
static uint32_t plain_crc32(const uint8_t *data, size_t size) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

static void agrees_with_the_definition_in_any_pieces(void **state) {
    (void)state;
    generator random = generator_start(2);
    for (unsigned round = 0; round < 200; round++) {
        image data = image_of_bytes(&random, generate_below(&random, 300));
        uint32_t crc = 0;
        for (size_t done = 0; done < data.size;) {
            size_t piece = 1 + generate_below(&random, (uint32_t)(data.size - done));
            crc = whittle_crc32(crc, data.data + done, piece);
            crc = whittle_crc32(crc, data.data, 0);
            done += piece;
        }
        assert_int_equal(crc, plain_crc32(data.data, data.size));
        image_free(&data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_checksums),
        cmocka_unit_test(long_runs_of_zero_and_one_bits),
        cmocka_unit_test(agrees_with_the_definition_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
