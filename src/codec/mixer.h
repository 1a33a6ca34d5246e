/* Context mixing: many small adaptive predictions of one bit, weighed into one.
 *
 * Each context is a hash that picks a slot of one shared table: a probability, a count that sets
 * its rate of learning, and a check byte that tells whose slot it is. A context that finds its slot
 * taken has no say, but now and then ages the other until it can take the slot over: so a small
 * table keeps what is used often. The slots' logits are added with weights that learn by gradient
 * descent (as in Mahoney's lpaq family), chosen by a small selector. All of it is integer
 * arithmetic, the same on every CPU.
 */
#ifndef WHITTLE_CODEC_MIXER_H
#define WHITTLE_CODEC_MIXER_H

#include <stddef.h>
#include <stdint.h>

#include "codec/coder.h"

#define WHITTLE_MIXER_INPUTS_MAX 16

/* Bytes of the table for each slot. */
#define WHITTLE_SLOT_SIZE 3

typedef struct whittle_mixer {
    uint16_t *slots;      /* the hashed table */
    uint8_t *checks;      /* one for each slot */
    uint32_t slot_groups; /* the slots are so many groups, at most 65536, ... */
    uint8_t group_bits;   /* ... of 2^group_bits each */
    uint32_t noise; /* state of the generator that rounds at random, the same in both directions */
} whittle_mixer;

/* The inputs' weights for one kind of decision: sets of (inputs + 1) values, 4096 = 1.0. */
typedef struct whittle_weights {
    int16_t *values;
    uint8_t inputs;
    uint8_t rate; /* learning rate */
} whittle_weights;

/* Sets up the table in memory of that size, aligned for uint16_t. */
void whittle_mixer_init(whittle_mixer *mixer, void *memory, size_t size);

void whittle_weights_init(whittle_weights *weights, int16_t *values, unsigned sets, unsigned inputs,
                          int32_t initial, unsigned rate);

/* Codes one bit under weights->inputs contexts, given by hashes, with the weight set of that
 * number.
 */
unsigned whittle_mixer_code(whittle_mixer *mixer, whittle_coder *coder, whittle_weights *weights,
                            unsigned set, const uint32_t *hashes, unsigned bit);

/* Codes one bit with the single slot given: for rare decisions that need no mixing. */
unsigned whittle_slot_code(whittle_mixer *mixer, whittle_coder *coder, uint16_t *slot,
                           unsigned bit);

#define WHITTLE_SLOT_INITIAL 0x8000u

/* A context: what it knows, in two numbers.
 *
 * A decision lists its contexts in the order of how much they tell: a header may ask for fewer than
 * all (WHITTLE_FLAG_CONTEXTS), and it is the first ones then that are used. */
typedef struct whittle_context {
    uint32_t first;
    uint32_t second;
} whittle_context;

/* Hashes the first count contexts; family tells those of one decision from those of others. */
void whittle_hash_contexts(const whittle_context *contexts, unsigned count, uint32_t family,
                           uint32_t *hashes);

/* A hash of three numbers, well mixed in its high bits. */
uint32_t whittle_hash(uint32_t first, uint32_t second, uint32_t third);

#endif
