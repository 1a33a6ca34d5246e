/* The mixing itself. Time is spent here: one pass over the inputs to predict, one to learn. */
#include "codec/mixer.h"

#include <assert.h>

#include "codec/logistic.h"

/* The logit of the constant input. */
enum { BIAS = 256 };

enum { COUNT_BITS = 4, COUNT_MAX = 15, PROBABILITY_BITS = 12 };

/* Learning rate of a slot by its count, in 1/65536: about 1 / (count + 1.6). */
static const uint16_t slot_rate[COUNT_MAX + 1] = {
    40960, 25206, 18204, 14247, 11703, 9930, 8623, 7620,
    6827,  6183,  5650,  5201,  4369,  3449, 2621, 2048,
};

/* How much a slot is believed by its count, in 1/16. */
static const uint8_t slot_confidence[COUNT_MAX + 1] = {
    0, 8, 11, 12, 13, 14, 14, 15, 15, 16, 16, 16, 16, 16, 16, 16,
};

void whittle_mixer_init(whittle_mixer *mixer, uint16_t *slots, uint32_t slot_count) {
    mixer->slots = slots;
    mixer->slot_count = slot_count;
    mixer->noise = 1;
    for (uint32_t i = 0; i < slot_count; i++) {
        slots[i] = WHITTLE_SLOT_INITIAL;
    }
}

void whittle_weights_init(whittle_weights *weights, int16_t *values, unsigned sets, unsigned inputs,
                          int32_t initial, unsigned rate) {
    weights->values = values;
    weights->inputs = (uint8_t)inputs;
    weights->rate = (uint8_t)rate;
    for (unsigned set = 0; set < sets; set++) {
        for (unsigned i = 0; i < inputs; i++) {
            *values++ = (int16_t)initial;
        }
        *values++ = 0;
    }
}

/* A number for rounding at random: small updates must not be lost in 12 bits. */
static uint32_t next_noise(whittle_mixer *mixer) {
    mixer->noise = mixer->noise * 1664525u + 1013904223u;
    return mixer->noise >> 16;
}

static_assert(-3 >> 1 == -2, "right shifts of negative numbers must round down");

static inline uint16_t learned_slot(uint32_t slot, unsigned bit, uint32_t noise) {
    uint32_t count = slot & COUNT_MAX;
    int32_t probability = (int32_t)(slot >> COUNT_BITS);
    int32_t target = bit ? (1 << PROBABILITY_BITS) - 1 : 0;
    probability += ((target - probability) * (int32_t)slot_rate[count] + (int32_t)noise) >> 16;
    return (uint16_t)((uint32_t)probability << COUNT_BITS | (count + (count < COUNT_MAX)));
}

/* Moves a weight by delta / 2^22, rounded at random. */
static inline int16_t learned_weight(int32_t weight, int32_t delta, uint32_t noise) {
    weight += (delta + (int32_t)(noise << 6)) >> 22;
    return (int16_t)(weight > INT16_MAX ? INT16_MAX : weight < INT16_MIN ? INT16_MIN : weight);
}

unsigned whittle_mixer_code(whittle_mixer *mixer, whittle_coder *coder, whittle_weights *weights,
                            unsigned set, uint16_t *const *slots, unsigned bit) {
    unsigned inputs = weights->inputs;
    int16_t *weight = weights->values + set * (inputs + 1);
    int32_t logits[WHITTLE_MIXER_INPUTS_MAX];
    int32_t sum = weight[inputs] * BIAS;
    for (unsigned i = 0; i < inputs; i++) {
        uint32_t slot = *slots[i];
        logits[i] = whittle_stretch(slot >> COUNT_BITS) * slot_confidence[slot & COUNT_MAX];
        sum += weight[i] * logits[i] >> 4;
    }
    uint32_t one = whittle_squash(sum >> 12);
    bit = coder->code(coder, one, bit);
    int32_t error = ((int32_t)(bit << 16) - (int32_t)one) * weights->rate >> 6;
    uint32_t noise = next_noise(mixer);
    weight[inputs] = learned_weight(weight[inputs], BIAS * 16 * error, noise);
    for (unsigned i = 0; i < inputs; i++) {
        noise = (noise + 0x5555u) & 0xFFFFu;
        weight[i] = learned_weight(weight[i], logits[i] * error, noise);
        *slots[i] = learned_slot(*slots[i], bit, noise);
    }
    return bit;
}

unsigned whittle_mixer_code_hashed(whittle_mixer *mixer, whittle_coder *coder,
                                   whittle_weights *weights, unsigned set,
                                   const uint32_t *hashes, unsigned bit) {
    uint16_t *slots[WHITTLE_MIXER_INPUTS_MAX];
    for (unsigned i = 0; i < weights->inputs; i++) {
        slots[i] = whittle_mixer_slot(mixer, hashes[i], 1);
    }
    return whittle_mixer_code(mixer, coder, weights, set, slots, bit);
}

unsigned whittle_slot_code(whittle_mixer *mixer, whittle_coder *coder, uint16_t *slot,
                           unsigned bit) {
    uint32_t one = ((uint32_t)(*slot >> COUNT_BITS) * 16) + 8;
    bit = coder->code(coder, one, bit);
    *slot = learned_slot(*slot, bit, next_noise(mixer));
    return bit;
}
