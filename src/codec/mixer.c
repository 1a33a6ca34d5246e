/* The mixing itself. Time is spent here: one pass over the inputs to predict, one to learn. */
#include "codec/mixer.h"

#include <assert.h>

#include "codec/logistic.h"

/* The logit of the constant input. */
enum { BIAS = 256 };

enum { COUNT_BITS = 3, COUNT_MAX = 7, PROBABILITY_BITS = 13, STRETCH_BITS = 12 };

/* What a slot's count stands for: how fast the slot learns, in 1/65536; how likely it is then
 * counted up, in 1/65536; how much it is believed, in 1/16. The first bit seen in a context nearly
 * settles its probability, because most contexts of firmware are deterministic. */
static const uint16_t learning_rate[COUNT_MAX + 1] = {
    60000, 24000, 16000, 11500, 8200, 5200, 3300, 2048,
};
static const uint16_t counting_rate[COUNT_MAX + 1] = {
    65535, 65535, 65535, 40000, 24000, 12000, 8000, 0,
};
static const uint8_t confidence[COUNT_MAX + 1] = {0, 7, 10, 13, 14, 15, 16, 16};

/* The index of a slot is a fraction of their count, computed in 32 bits: many cores have no more.
 */
enum { SLOT_GROUPS_MAX = 65536 };

/* A slot that is taken is aged with this probability, in 1/65536, by whoever wanted it; with a
 * count up to AGED it is taken over. */
enum { AGING_RATE = 24576, AGED = 1 };

uint32_t whittle_hash(uint32_t first, uint32_t second, uint32_t third) {
    uint32_t hash = first * 0x9E3779B1u + second * 0x85EBCA77u + third * 0xC2B2AE3Du;
    hash ^= hash >> 15;
    hash *= 0x2C1B3C6Du;
    return hash ^ hash >> 13;
}

void whittle_hash_contexts(const whittle_context *contexts, unsigned count, uint32_t family,
                           uint32_t *hashes) {
    for (unsigned i = 0; i < count; i++) {
        hashes[i] = whittle_hash(family + i, contexts[i].first, contexts[i].second);
    }
}

void whittle_mixer_init(whittle_mixer *mixer, void *memory, size_t size) {
    mixer->slot_groups = (uint32_t)(size / WHITTLE_SLOT_SIZE);
    mixer->group_bits = 0;
    while (mixer->slot_groups > SLOT_GROUPS_MAX) {
        mixer->slot_groups /= 2;
        mixer->group_bits++;
    }
    uint32_t slot_count = mixer->slot_groups << mixer->group_bits;
    mixer->slots = memory;
    mixer->checks = (uint8_t *)(mixer->slots + slot_count);
    mixer->noise = 1;
    for (uint32_t i = 0; i < slot_count; i++) {
        mixer->slots[i] = WHITTLE_SLOT_INITIAL;
        mixer->checks[i] = 0;
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

/* A number for rounding at random: small updates must not be lost in 13 bits. */
static uint32_t next_noise(whittle_mixer *mixer) {
    mixer->noise = mixer->noise * 1664525u + 1013904223u;
    return mixer->noise >> 16;
}

static_assert(-3 >> 1 == -2, "right shifts of negative numbers must round down");

static inline uint16_t learned_slot(uint32_t slot, unsigned bit, uint32_t noise) {
    uint32_t count = slot & COUNT_MAX;
    int32_t probability = (int32_t)(slot >> COUNT_BITS);
    int32_t target = bit ? (1 << PROBABILITY_BITS) - 1 : 0;
    probability += ((target - probability) * (int32_t)learning_rate[count] + (int32_t)noise) >> 16;
    count += (noise * 40503u & 0xFFFF) < counting_rate[count];
    return (uint16_t)((uint32_t)probability << COUNT_BITS | count);
}

/* Moves a weight by delta / 2^22, rounded at random. */
static inline int16_t learned_weight(int32_t weight, int32_t delta, uint32_t noise) {
    weight += (delta + (int32_t)(noise << 6)) >> 22;
    return (int16_t)(weight > INT16_MAX ? INT16_MAX : weight < INT16_MIN ? INT16_MIN : weight);
}

/* The slot of a hash, or NULL if it is another's. */
static inline uint16_t *find_slot(whittle_mixer *mixer, uint32_t hash) {
    uint32_t high = (hash >> 16) * mixer->slot_groups;
    uint32_t low = (hash & 0xFFFF) * mixer->slot_groups >> 16;
    uint32_t index = (high + low) >> (16 - mixer->group_bits);
    uint16_t *slot = &mixer->slots[index];
    uint8_t check = (uint8_t)hash;
    if (mixer->checks[index] == check) {
        return slot;
    }
    if ((*slot & COUNT_MAX) <= AGED) {
        *slot = WHITTLE_SLOT_INITIAL;
        mixer->checks[index] = check;
        return slot;
    }
    if (next_noise(mixer) < AGING_RATE) {
        (*slot)--;
    }
    return NULL;
}

unsigned whittle_mixer_code(whittle_mixer *mixer, whittle_coder *coder, whittle_weights *weights,
                            unsigned set, const uint32_t *hashes, unsigned bit) {
    unsigned inputs = weights->inputs;
    int16_t *weight = weights->values + set * (inputs + 1);
    uint16_t *slots[WHITTLE_MIXER_INPUTS_MAX];
    int32_t logits[WHITTLE_MIXER_INPUTS_MAX];
    int32_t sum = weight[inputs] * BIAS;
    for (unsigned i = 0; i < inputs; i++) {
        slots[i] = find_slot(mixer, hashes[i]);
        if (slots[i]) {
            uint32_t slot = *slots[i];
            logits[i] = whittle_stretch(slot >> (16 - STRETCH_BITS)) * confidence[slot & COUNT_MAX];
            sum += weight[i] * logits[i] >> 4;
        }
    }
    uint32_t one = whittle_squash(sum >> 12);
    bit = coder->code(coder, one, bit);
    int32_t error = ((int32_t)(bit << 16) - (int32_t)one) * weights->rate >> 6;
    uint32_t noise = next_noise(mixer);
    weight[inputs] = learned_weight(weight[inputs], BIAS * 16 * error, noise);
    for (unsigned i = 0; i < inputs; i++) {
        noise = (noise + 0x5555u) & 0xFFFFu;
        if (slots[i]) {
            weight[i] = learned_weight(weight[i], logits[i] * error, noise);
            *slots[i] = learned_slot(*slots[i], bit, noise);
        }
    }
    return bit;
}

unsigned whittle_slot_code(whittle_mixer *mixer, whittle_coder *coder, uint16_t *slot,
                           unsigned bit) {
    uint32_t one = (uint32_t)(*slot >> COUNT_BITS) * 8 + 4;
    bit = coder->code(coder, one, bit);
    *slot = learned_slot(*slot, bit, next_noise(mixer));
    return bit;
}
