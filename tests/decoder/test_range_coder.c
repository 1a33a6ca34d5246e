/* The two ends of the range coder: whatever one writes, the other reads, and at the price that the
 * probabilities promise. */
#include <math.h>
#include <stdlib.h>

#include "decoder/range_decoder.h"
#include "encoder/range_encoder.h"
#include "support/generate.h"
#include "support/unit_test.h"

enum { BITS_MAX = 100000 };

typedef struct coded_bit {
    uint32_t one; /* its probability of being 1, in 1/65536 */
    unsigned bit;
} coded_bit;

static coded_bit bits[BITS_MAX];

static double cost_of(const coded_bit *coded) {
    uint32_t probability = coded->bit ? coded->one : WHITTLE_PROBABILITY_ONE - coded->one;
    return -log2(probability / 65536.0);
}

static void start_reading(range_decoder *decoder, const uint8_t *data, size_t size) {
    range_decoder_init(decoder);
    range_decoder_supply(decoder, data, size);
    range_decoder_start(decoder);
}

/* Writes the first count bits, reads them again, and returns the bytes that they took. */
static size_t write_and_read(size_t count) {
    range_encoder encoder;
    range_decoder decoder;
    double cost = 0;
    range_encoder_init(&encoder);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(encoder.coder.code(&encoder.coder, bits[i].one, bits[i].bit), bits[i].bit);
        cost += cost_of(&bits[i]);
    }
    assert_int_equal(range_encoder_finish(&encoder), 0);
    start_reading(&decoder, encoder.data, encoder.size);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(decoder.coder.code(&decoder.coder, bits[i].one, 0), bits[i].bit);
    }
    assert_ptr_equal(decoder.next, decoder.end); /* no byte too many */
    assert_true((double)encoder.size * 8 < cost * 1.004 + 24);
    free(encoder.data);
    return encoder.size;
}

static void no_bits_take_no_bytes(void **state) {
    (void)state;
    assert_int_equal(write_and_read(0), 0);
}

static void even_bits_take_a_bit_each(void **state) {
    (void)state;
    generator random = generator_start(40);
    for (size_t i = 0; i < BITS_MAX; i++) {
        bits[i] = (coded_bit){WHITTLE_PROBABILITY_HALF, generate_below(&random, 2)};
    }
    assert_in_range(write_and_read(BITS_MAX), BITS_MAX / 8 - 1, BITS_MAX / 8 + 2);
}

static void bits_of_random_probabilities_are_read_again(void **state) {
    (void)state;
    for (uint64_t seed = 41; seed < 49; seed++) {
        generator random = generator_start(seed);
        for (size_t i = 0; i < BITS_MAX / 4; i++) {
            uint32_t one = 1 + generate_below(&random, 65535);
            bits[i] = (coded_bit){one, generate_below(&random, 65536) < one};
        }
        (void)write_and_read(BITS_MAX / 4);
    }
}

/* The rarest symbols at every turn: each takes 16 bits, two bytes of input. */
static void improbable_bits_are_read_again(void **state) {
    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        generator random = generator_start(50 + pattern);
        for (size_t i = 0; i < 5000; i++) {
            unsigned bit = pattern < 2 ? pattern : generate_below(&random, 2);
            bool surprise = pattern != 3 || generate_below(&random, 3) == 0;
            bits[i] = (coded_bit){bit == surprise ? 1 : 65535, bit};
        }
        (void)write_and_read(5000);
    }
}

/* A certain bit narrows the range by a hair: thousands of them hold back bytes 0xFF that a carry
 * may turn over, and then it comes. */
static void carries_run_through_many_bytes(void **state) {
    (void)state;
    for (uint64_t seed = 60; seed < 260; seed++) {
        generator random = generator_start(seed);
        size_t count = 0;
        uint32_t start = 1 + generate_below(&random, 65535);
        bits[count++] = (coded_bit){start, 0};
        while (count < 600) { /* drive low up to the very end of the range ... */
            bits[count++] = (coded_bit){65535, 0};
        }
        while (count < 700) { /* ... and play around it */
            bits[count++] =
                (coded_bit){1 + generate_below(&random, 65535), generate_below(&random, 2)};
        }
        (void)write_and_read(count);
    }
}

/* Every short message: its end is cut off as far as it goes, and still it is read. */
static void short_messages_are_read_again(void **state) {
    (void)state;
    static const uint32_t ones[] = {1, 256, 20000, 32768, 65000, 65535};
    for (size_t probability = 0; probability < COUNT_OF(ones); probability++) {
        for (size_t count = 1; count <= 9; count++) {
            for (uint32_t message = 0; message < (uint32_t)1 << count; message++) {
                for (size_t i = 0; i < count; i++) {
                    bits[i] =
                        (coded_bit){ones[(probability + i) % COUNT_OF(ones)], message >> i & 1};
                }
                (void)write_and_read(count);
            }
        }
    }
}

static bool reads_message(const uint8_t *data, size_t size, size_t count) {
    range_decoder decoder;
    start_reading(&decoder, data, size);
    for (size_t i = 0; i < count; i++) {
        if (decoder.coder.code(&decoder.coder, bits[i].one, 0) != bits[i].bit) {
            return false;
        }
    }
    return true;
}

/* Where the writer took one or two bytes, none or any one byte would not have done. */
static void no_shorter_payload_would_do(void **state) {
    (void)state;
    generator random = generator_start(80);
    for (unsigned round = 0; round < 2000; round++) {
        size_t count = 1 + generate_below(&random, 12);
        for (size_t i = 0; i < count; i++) {
            bits[i] = (coded_bit){1 + generate_below(&random, 65535), generate_below(&random, 2)};
        }
        size_t size = write_and_read(count);
        const uint8_t none = 0;
        if (size == 1 || size == 2) {
            assert_false(reads_message(&none, 0, count));
        }
        for (unsigned byte = 0; size == 2 && byte < 256; byte++) {
            uint8_t shorter = (uint8_t)byte;
            assert_false(reads_message(&shorter, 1, count));
        }
    }
}

static void a_payload_does_not_end_in_zeros(void **state) {
    (void)state;
    for (uint64_t seed = 300; seed < 1300; seed++) {
        generator random = generator_start(seed);
        range_encoder encoder;
        range_encoder_init(&encoder);
        for (unsigned i = generate_below(&random, 60); i > 0; i--) {
            (void)encoder.coder.code(&encoder.coder, 1 + generate_below(&random, 65535),
                                     generate_below(&random, 2));
        }
        assert_int_equal(range_encoder_finish(&encoder), 0);
        assert_true(encoder.size == 0 || encoder.data[encoder.size - 1] != 0);
        free(encoder.data);
    }
}

/* What the decoder's memory relies on: no bit takes more than two bytes, whatever they are, and
 * past the end nothing is read. */
static void any_bytes_are_read_two_a_bit_at_most(void **state) {
    (void)state;
    generator random = generator_start(70);
    for (unsigned round = 0; round < 200; round++) {
        image data = image_of_bytes(&random, generate_below(&random, 400));
        range_decoder decoder;
        start_reading(&decoder, data.data, data.size);
        for (unsigned i = 0; i < 2000; i++) {
            const uint8_t *before = decoder.next;
            uint32_t one = 1 + (round % 2 ? generate_below(&random, 65535)
                                          : generate_below(&random, 2) * 65534);
            unsigned bit = decoder.coder.code(&decoder.coder, one, 0);
            assert_in_range(bit, 0, 1);
            assert_true(decoder.next - before <= 2);
            assert_true(decoder.next <= decoder.end);
            assert_true(decoder.range >= WHITTLE_CODER_RANGE_MIN);
        }
        image_free(&data);
    }
}

/* Supplied in pieces, as a decoder does that collects its input. */
static void bytes_may_come_in_pieces(void **state) {
    (void)state;
    generator random = generator_start(71);
    range_encoder encoder;
    range_decoder decoder;
    range_encoder_init(&encoder);
    for (size_t i = 0; i < 5000; i++) {
        bits[i] = (coded_bit){1 + generate_below(&random, 65535), generate_below(&random, 2)};
        (void)encoder.coder.code(&encoder.coder, bits[i].one, bits[i].bit);
    }
    assert_int_equal(range_encoder_finish(&encoder), 0);
    start_reading(&decoder, encoder.data, WHITTLE_RANGE_START_SIZE);
    size_t used = WHITTLE_RANGE_START_SIZE;
    for (size_t i = 0; i < 5000; i++) {
        size_t left = encoder.size - used;
        range_decoder_supply(&decoder, encoder.data + used, left < 2 ? left : 2);
        assert_int_equal(decoder.coder.code(&decoder.coder, bits[i].one, 0), bits[i].bit);
        used = (size_t)(decoder.next - encoder.data);
    }
    free(encoder.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bits_take_no_bytes),
        cmocka_unit_test(even_bits_take_a_bit_each),
        cmocka_unit_test(bits_of_random_probabilities_are_read_again),
        cmocka_unit_test(improbable_bits_are_read_again),
        cmocka_unit_test(carries_run_through_many_bytes),
        cmocka_unit_test(short_messages_are_read_again),
        cmocka_unit_test(no_shorter_payload_would_do),
        cmocka_unit_test(a_payload_does_not_end_in_zeros),
        cmocka_unit_test(any_bytes_are_read_two_a_bit_at_most),
        cmocka_unit_test(bytes_may_come_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
