/* Context mixing: that it learns, that it stays within its numbers, and that a reader's model goes
 * through the same states as the writer's. */
#include "codec/mixer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decoder/range_decoder.h"
#include "encoder/range_encoder.h"
#include "support/generate.h"
#include "support/unit_test.h"

enum { INPUTS = 4, SETS = 2, TABLE = 12288, INITIAL_WEIGHT = 1200, RATE = 24 };

/* A coder that only counts what the bits would cost. */
typedef struct counting_coder {
    whittle_coder coder;
    double cost; /* bits */
} counting_coder;

static unsigned count_bit(whittle_coder *coder, uint32_t one, unsigned bit) {
    counting_coder *counting = (counting_coder *)coder;
    assert_in_range(one, 1, WHITTLE_PROBABILITY_ONE - 1);
    counting->cost -= log2((bit ? one : WHITTLE_PROBABILITY_ONE - one) / 65536.0);
    return bit;
}

typedef struct model {
    whittle_mixer mixer;
    whittle_weights weights;
    uint16_t table[TABLE];
    int16_t values[SETS * (INPUTS + 1)];
} model;

static void start(model *new, int32_t weight) {
    memset(new, 0, sizeof *new);
    whittle_mixer_init(&new->mixer, new->table, TABLE);
    whittle_weights_init(&new->weights, new->values, SETS, INPUTS, weight, RATE);
}

/* Codes a bit under hashes of the contexts. */
static unsigned code_bit(model *with, whittle_coder *coder, unsigned set, const uint32_t *contexts,
                         unsigned bit) {
    uint32_t hashes[INPUTS];
    for (uint32_t i = 0; i < INPUTS; i++) {
        hashes[i] = whittle_hash(i, contexts[i], 0);
    }
    return whittle_mixer_code(&with->mixer, coder, &with->weights, set, hashes, bit);
}

static double entropy(double probability) {
    return -probability * log2(probability) - (1 - probability) * log2(1 - probability);
}

/* What bits that are 1 with that probability cost, each, once the model had time to learn. */
static double cost_of_biased_bits(double probability, bool mixed) {
    enum { LEARNING = 500, MEASURED = 20000 };
    static model learner;
    counting_coder counting = {.coder = {count_bit}};
    generator random = generator_start(11);
    uint16_t slot = WHITTLE_SLOT_INITIAL;
    const uint32_t contexts[INPUTS] = {0};
    start(&learner, INITIAL_WEIGHT);
    for (unsigned i = 0; i < LEARNING + MEASURED; i++) {
        unsigned bit = generate_word(&random) < probability * 4294967296.0;
        if (i == LEARNING) {
            counting.cost = 0;
        }
        if (mixed) {
            (void)code_bit(&learner, &counting.coder, 0, contexts, bit);
        } else {
            (void)whittle_slot_code(&learner.mixer, &counting.coder, &slot, bit);
        }
    }
    return counting.cost / MEASURED;
}

static void a_biased_bit_costs_little_more_than_its_entropy(void **state) {
    (void)state;
    const double probabilities[] = {0.5, 0.3, 0.1, 0.95, 0.99};
    for (size_t i = 0; i < COUNT_OF(probabilities); i++) {
        double least = entropy(probabilities[i]);
        for (unsigned mixed = 0; mixed < 2; mixed++) {
            double cost = cost_of_biased_bits(probabilities[i], mixed);
            assert_true(cost > 0.95 * least);
            assert_true(cost < 1.10 * least + 0.01);
        }
    }
}

static void a_constant_bit_costs_next_to_nothing(void **state) {
    (void)state;
    for (unsigned mixed = 0; mixed < 2; mixed++) {
        assert_true(cost_of_biased_bits(0, mixed) < 0.002);
        assert_true(cost_of_biased_bits(1, mixed) < 0.002);
    }
}

/* The bit follows from one of four contexts, while the others are noise: the weights must find out
 * which one to listen to. */
static void the_context_that_tells_is_found(void **state) {
    (void)state;
    for (unsigned telling = 0; telling < INPUTS; telling++) {
        static model learner;
        counting_coder counting = {.coder = {count_bit}};
        generator random = generator_start(12);
        start(&learner, INITIAL_WEIGHT);
        for (unsigned i = 0; i < 8000; i++) {
            uint32_t contexts[INPUTS];
            for (unsigned k = 0; k < INPUTS; k++) {
                contexts[k] = generate_below(&random, 16);
            }
            if (i == 4000) {
                counting.cost = 0;
            }
            (void)code_bit(&learner, &counting.coder, 0, contexts, contexts[telling] % 3 == 0);
        }
        assert_true(counting.cost / 4000 < 0.08);
    }
}

/* Two sets of weights learn apart: in one the first context tells, in the other the second. */
static void weight_sets_are_independent(void **state) {
    (void)state;
    static model learner;
    counting_coder counting = {.coder = {count_bit}};
    generator random = generator_start(13);
    start(&learner, INITIAL_WEIGHT);
    for (unsigned i = 0; i < 8000; i++) {
        unsigned set = i & 1;
        uint32_t contexts[INPUTS];
        for (unsigned k = 0; k < INPUTS; k++) {
            contexts[k] = generate_below(&random, 16) << 1 | set;
        }
        if (i == 4000) {
            counting.cost = 0;
        }
        (void)code_bit(&learner, &counting.coder, set, contexts, contexts[set] >> 1 & 1);
    }
    assert_true(counting.cost / 4000 < 0.08);
    assert_true(learner.values[0] > 2 * learner.values[1]);
    assert_true(learner.values[INPUTS + 2] > 2 * learner.values[INPUTS + 1]);
}

/* Weights as far as their type goes, and contexts that are as sure as they can be: the sum of it
 * all is still a probability on the right side, and learning from a surprise does not wrap around.
 */
static void extreme_weights_do_not_overflow(void **state) {
    (void)state;
    const int32_t weights[] = {INT16_MAX, INT16_MIN};
    const uint32_t contexts[INPUTS] = {0};
    for (unsigned situation = 0; situation < 8; situation++) {
        static model extreme;
        int32_t weight = weights[situation & 1];
        unsigned seen = situation >> 1 & 1;
        unsigned bit = situation >> 2;
        counting_coder counting = {.coder = {count_bit}};
        start(&extreme, INITIAL_WEIGHT);
        for (unsigned i = 0; i < 1000; i++) {
            (void)code_bit(&extreme, &counting.coder, 0, contexts, seen);
        }
        whittle_weights_init(&extreme.weights, extreme.values, SETS, INPUTS, weight, RATE);
        counting.cost = 0;
        (void)code_bit(&extreme, &counting.coder, 0, contexts, bit);
        bool expected = (weight > 0) == (bit == seen);
        assert_true(expected ? counting.cost < 0.001 : counting.cost > 15);
        for (unsigned k = 0; k < INPUTS; k++) {
            assert_int_equal(extreme.values[k] < 0, weight < 0);
        }
    }
}

/* A long random life, under bits that contradict what was learned again and again. */
static void a_hostile_life_keeps_every_number_in_its_range(void **state) {
    (void)state;
    static model learner;
    counting_coder counting = {.coder = {count_bit}}; /* checks each probability */
    generator random = generator_start(14);
    start(&learner, INITIAL_WEIGHT);
    for (unsigned i = 0; i < 200000; i++) {
        uint32_t contexts[INPUTS];
        unsigned bit = i >> 10 & 1;
        for (unsigned k = 0; k < INPUTS; k++) {
            contexts[k] = generate_below(&random, 8) ? 0 : generate_word(&random);
        }
        bit ^= contexts[0] != 0;
        (void)code_bit(&learner, &counting.coder, i >> 8 & 1, contexts, bit);
    }
}

/* What is written under random contexts is read, and leaves both models in the same state. */
static void both_directions_stay_in_step(void **state) {
    (void)state;
    enum { BITS = 30000 };
    static model writer;
    static model reader;
    static uint8_t bits[BITS];
    for (uint64_t seed = 20; seed < 25; seed++) {
        range_encoder encoder;
        range_decoder decoder;
        generator contents = generator_start(seed);
        generator contexts_written = generator_start(seed + 100);
        generator contexts_read = contexts_written;
        uint32_t contexts[INPUTS];
        uint16_t slot_written = WHITTLE_SLOT_INITIAL;
        uint16_t slot_read = WHITTLE_SLOT_INITIAL;
        start(&writer, INITIAL_WEIGHT);
        start(&reader, INITIAL_WEIGHT);
        range_encoder_init(&encoder);
        for (unsigned i = 0; i < BITS; i++) {
            for (unsigned k = 0; k < INPUTS; k++) {
                contexts[k] = generate_magnitude(&contexts_written);
            }
            bits[i] = generate_below(&contents, 100) < contexts[0] % 100;
            (void)code_bit(&writer, &encoder.coder, i % SETS, contexts, bits[i]);
            (void)whittle_slot_code(&writer.mixer, &encoder.coder, &slot_written, bits[i]);
        }
        assert_int_equal(range_encoder_finish(&encoder), 0);
        range_decoder_init(&decoder);
        range_decoder_supply(&decoder, encoder.data, encoder.size);
        range_decoder_start(&decoder);
        for (unsigned i = 0; i < BITS; i++) {
            for (unsigned k = 0; k < INPUTS; k++) {
                contexts[k] = generate_magnitude(&contexts_read);
            }
            assert_int_equal(code_bit(&reader, &decoder.coder, i % SETS, contexts, 0), bits[i]);
            assert_int_equal(whittle_slot_code(&reader.mixer, &decoder.coder, &slot_read, 0),
                             bits[i]);
        }
        assert_int_equal(slot_read, slot_written);
        assert_int_equal(reader.mixer.noise, writer.mixer.noise);
        assert_memory_equal(reader.table, writer.table, sizeof reader.table);
        assert_memory_equal(reader.values, writer.values, sizeof reader.values);
        free(encoder.data);
    }
}

/* Lets the next number for rounding be that one, of 16 bits. */
static void expect_noise(whittle_mixer *mixer, uint32_t noise) {
    uint32_t inverse = 1; /* of the generator's factor; each step doubles the bits that are right */
    for (unsigned i = 0; i < 5; i++) {
        inverse *= 2 - 1664525u * inverse;
    }
    mixer->noise = ((noise << 16) - 1013904223u) * inverse;
}

/* Over all numbers for rounding, a count rises as often as it is likely to. */
static void counts_rise_exactly_as_often_as_specified(void **state) {
    (void)state;
    static const uint32_t rates[] = {65535, 65535, 65535, 40000, 24000, 12000, 8000, 0};
    counting_coder counting = {.coder = {count_bit}};
    model with;
    start(&with, INITIAL_WEIGHT);
    for (unsigned count = 0; count < COUNT_OF(rates); count++) {
        uint32_t risen = 0;
        for (uint32_t noise = 0; noise < 65536; noise++) {
            uint16_t slot = (uint16_t)(WHITTLE_SLOT_INITIAL | count);
            expect_noise(&with.mixer, noise);
            (void)whittle_slot_code(&with.mixer, &counting.coder, &slot, 1);
            risen += (slot & 7u) - count;
        }
        assert_int_equal(risen, rates[count]);
    }
}

static void a_slot_of_another_ages_exactly_as_often_as_specified(void **state) {
    (void)state;
    enum { USED = WHITTLE_SLOT_INITIAL | 5 };
    const uint32_t hash = 0x12345678;
    counting_coder counting = {.coder = {count_bit}};
    uint32_t aged = 0;
    model with;
    start(&with, INITIAL_WEIGHT);
    whittle_mixer_init(&with.mixer, with.table, WHITTLE_SLOT_SIZE); /* a single slot */
    whittle_weights_init(&with.weights, with.values, SETS, 1, INITIAL_WEIGHT, RATE);
    for (uint32_t noise = 0; noise < 65536; noise++) {
        with.mixer.slots[0] = USED;
        with.mixer.checks[0] = 0x77;
        expect_noise(&with.mixer, noise);
        (void)whittle_mixer_code(&with.mixer, &counting.coder, &with.weights, 0, &hash, 1);
        aged += USED - with.mixer.slots[0];
    }
    assert_int_equal(aged, 24576);
}

/* Tables beyond 65,536 slots, too: every slot is reached, and none behind the last. */
static void tables_of_all_sizes_are_used_whole(void **state) {
    (void)state;
    static const uint32_t slot_counts[] = {170, 10000, 65535, 65536, 65537, 87381, 349525};
    for (size_t i = 0; i < COUNT_OF(slot_counts); i++) {
        uint32_t count = slot_counts[i];
        model table;
        counting_coder counting = {.coder = {count_bit}};
        uint8_t *memory = malloc((size_t)count * WHITTLE_SLOT_SIZE);
        assert_non_null(memory);
        whittle_mixer_init(&table.mixer, memory, (size_t)count * WHITTLE_SLOT_SIZE);
        assert_in_range(table.mixer.slot_groups, 1, 65536); /* or 32 bits would not do */
        whittle_weights_init(&table.weights, table.values, SETS, 1, INITIAL_WEIGHT, RATE);
        uint32_t step = UINT32_MAX / count / 2;
        for (uint32_t hash = UINT32_MAX; hash > step; hash -= step) {
            (void)whittle_mixer_code(&table.mixer, &counting.coder, &table.weights, 0, &hash, 1);
        }
        uint32_t used = 0;
        for (uint32_t slot = 0; slot < count; slot++) {
            used += table.mixer.slots[slot] != WHITTLE_SLOT_INITIAL && slot < count / 8 * 8;
        }
        assert_in_range(used, count - 8, count);
        free(memory);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_biased_bit_costs_little_more_than_its_entropy),
        cmocka_unit_test(a_constant_bit_costs_next_to_nothing),
        cmocka_unit_test(the_context_that_tells_is_found),
        cmocka_unit_test(weight_sets_are_independent),
        cmocka_unit_test(extreme_weights_do_not_overflow),
        cmocka_unit_test(a_hostile_life_keeps_every_number_in_its_range),
        cmocka_unit_test(both_directions_stay_in_step),
        cmocka_unit_test(counts_rise_exactly_as_often_as_specified),
        cmocka_unit_test(a_slot_of_another_ages_exactly_as_often_as_specified),
        cmocka_unit_test(tables_of_all_sizes_are_used_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
