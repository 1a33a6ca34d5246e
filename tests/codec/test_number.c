/* The adaptive code for numbers: every magnitude, both signs, and bytes that nobody wrote. */
#include "codec/number.h"

#include <stdlib.h>
#include <string.h>

#include "decoder/range_decoder.h"
#include "encoder/range_encoder.h"
#include "support/generate.h"
#include "support/unit_test.h"

enum { TABLE = 64 };

typedef struct model {
    whittle_mixer mixer;
    whittle_number number;
    uint16_t table[TABLE];
} model;

static void start(model *new) {
    memset(new, 0, sizeof *new);
    whittle_mixer_init(&new->mixer, new->table, TABLE);
    whittle_number_init(&new->number);
}

static void start_reading(range_decoder *decoder, const uint8_t *data, size_t size) {
    range_decoder_init(decoder);
    range_decoder_supply(decoder, data, size);
    range_decoder_start(decoder);
}

/* Writes the numbers, reads them again, and returns the bytes that they took. */
static size_t size_of_written(const uint32_t *numbers, size_t count) {
    model writer;
    model reader;
    range_encoder encoder;
    range_decoder decoder;
    start(&writer);
    start(&reader);
    range_encoder_init(&encoder);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(
            whittle_number_code(&writer.number, &writer.mixer, &encoder.coder, numbers[i]),
            numbers[i]);
    }
    assert_int_equal(range_encoder_finish(&encoder), 0);
    start_reading(&decoder, encoder.data, encoder.size);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(whittle_number_code(&reader.number, &reader.mixer, &decoder.coder, 0),
                         numbers[i]);
    }
    assert_memory_equal(&reader.number, &writer.number, sizeof reader.number);
    free(encoder.data);
    return encoder.size;
}

static size_t size_of_written_signed(const int32_t *numbers, size_t count) {
    model writer;
    model reader;
    range_encoder encoder;
    range_decoder decoder;
    start(&writer);
    start(&reader);
    range_encoder_init(&encoder);
    for (size_t i = 0; i < count; i++) {
        (void)whittle_number_code_signed(&writer.number, &writer.mixer, &encoder.coder, numbers[i]);
    }
    assert_int_equal(range_encoder_finish(&encoder), 0);
    start_reading(&decoder, encoder.data, encoder.size);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(
            whittle_number_code_signed(&reader.number, &reader.mixer, &decoder.coder, 0),
            numbers[i]);
    }
    free(encoder.data);
    return encoder.size;
}

static void every_power_of_two_and_its_neighbours_are_read_again(void **state) {
    (void)state;
    uint32_t numbers[93];
    size_t count = 0;
    for (unsigned bit = 0; bit < 31; bit++) {
        uint32_t power = (uint32_t)1 << bit;
        numbers[count++] = power - 1;
        numbers[count++] = power;
        numbers[count++] = power + 1;
    }
    for (size_t i = 0; i < count; i++) { /* each alone, then all together */
        (void)size_of_written(&numbers[i], 1);
    }
    (void)size_of_written(numbers, count);
}

static void the_largest_number_is_read_again(void **state) {
    (void)state;
    const uint32_t numbers[] = {WHITTLE_NUMBER_MAX, 0, WHITTLE_NUMBER_MAX - 1, WHITTLE_NUMBER_MAX};
    (void)size_of_written(numbers, COUNT_OF(numbers));
}

static void signed_extremes_are_read_again(void **state) {
    (void)state;
    const int32_t limit = (int32_t)WHITTLE_NUMBER_MAX;
    const int32_t numbers[] = {0,  1,      -1,    2,         -2,           127,    -128, 128,
                               -1, -limit, limit, limit / 2, -(limit / 2), 0x4000, 0};
    (void)size_of_written_signed(numbers, COUNT_OF(numbers));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        (void)size_of_written_signed(&numbers[i], 1);
    }
}

static void random_numbers_of_all_magnitudes_are_read_again(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    static uint32_t numbers[COUNT];
    static int32_t signed_numbers[COUNT];
    generator random = generator_start(30);
    for (size_t i = 0; i < COUNT; i++) {
        numbers[i] = generate_magnitude(&random) >> 1;
        numbers[i] -= numbers[i] > WHITTLE_NUMBER_MAX;
        signed_numbers[i] = (int32_t)numbers[i] * (generate_below(&random, 2) ? 1 : -1);
    }
    (void)size_of_written(numbers, COUNT);
    (void)size_of_written_signed(signed_numbers, COUNT);
}

static void numbers_that_repeat_become_cheap(void **state) {
    (void)state;
    uint32_t small[800];
    uint32_t medium[800];
    int32_t zeros[800] = {0};
    for (uint32_t i = 0; i < COUNT_OF(small); i++) {
        small[i] = 1;
        medium[i] = 20 + i % 3; /* 5 bits: 1.6 of them can be learned, 3 are even */
    }
    assert_true(size_of_written(small, COUNT_OF(small)) < 40);
    assert_true(size_of_written(medium, COUNT_OF(medium)) < 800 * 4 / 8);
    assert_true(size_of_written_signed(zeros, COUNT_OF(zeros)) < 40);
}

/* Which slots a number has a part in: "more bits?" for each length up to a common one, the bit
 * behind the leading one by length, and the sign. */
static void each_length_has_its_own_slots(void **state) {
    (void)state;
    enum { LENGTHS = 20, SECOND_LAST = 8, SIGN = 29 };
    for (unsigned length = 0; length <= 30; length++) {
        model writer;
        range_encoder encoder;
        bool expected[WHITTLE_NUMBER_SLOTS] = {false};
        for (unsigned i = 0; i <= length && i < LENGTHS; i++) {
            expected[i] = true;
        }
        if (length > 0) {
            expected[LENGTHS + (length < SECOND_LAST ? length : SECOND_LAST)] = true;
            expected[SIGN] = true;
        }
        start(&writer);
        range_encoder_init(&encoder);
        int32_t number = (int32_t)(((uint32_t)1 << length) - 1);
        (void)whittle_number_code_signed(&writer.number, &writer.mixer, &encoder.coder, number);
        for (unsigned i = 0; i < WHITTLE_NUMBER_SLOTS; i++) {
            assert_int_equal(writer.number.slots[i] != WHITTLE_SLOT_INITIAL, expected[i]);
        }
        /* Longer ones use the last slot again and again, and no other. */
        unsigned uses = writer.number.slots[LENGTHS - 2] & 7;
        assert_int_equal(uses, length >= LENGTHS - 2);
        assert_int_equal(range_encoder_finish(&encoder), 0);
        free(encoder.data);
    }
}

/* A reader of anything stays within the bounds that its callers rely on. */
static void no_bytes_make_a_reader_leave_the_bounds(void **state) {
    (void)state;
    generator random = generator_start(31);
    for (unsigned round = 0; round < 3000; round++) {
        enum { SIZE = 200, NUMBER_BYTES_MAX = 68 };
        uint8_t data[SIZE];
        model reader;
        range_decoder decoder;
        generate_bytes(&random, data, SIZE);
        if (round % 4 < 2) { /* long runs of equal bits: the longest numbers */
            memset(data, round % 4 ? 0x00 : 0xFF, generate_below(&random, SIZE));
        }
        start(&reader);
        start_reading(&decoder, data, SIZE);
        for (unsigned i = 0; i < 20; i++) {
            const uint8_t *before = decoder.next;
            uint32_t value = whittle_number_code(&reader.number, &reader.mixer, &decoder.coder, 0);
            assert_true(value <= WHITTLE_NUMBER_MAX);
            assert_true(decoder.next - before <= NUMBER_BYTES_MAX);
            int32_t signed_value =
                whittle_number_code_signed(&reader.number, &reader.mixer, &decoder.coder, 0);
            assert_true(signed_value >= -(int32_t)WHITTLE_NUMBER_MAX);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_power_of_two_and_its_neighbours_are_read_again),
        cmocka_unit_test(the_largest_number_is_read_again),
        cmocka_unit_test(signed_extremes_are_read_again),
        cmocka_unit_test(random_numbers_of_all_magnitudes_are_read_again),
        cmocka_unit_test(numbers_that_repeat_become_cheap),
        cmocka_unit_test(each_length_has_its_own_slots),
        cmocka_unit_test(no_bytes_make_a_reader_leave_the_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
