/* The logistic domain of context mixing: stretch(p) = ln(p / (1 - p)) and squash, its inverse.
 * Integers only: logits are in 1/256, so that +-2304 covers all 12-bit probabilities. */
#ifndef WHITTLE_CODEC_LOGISTIC_H
#define WHITTLE_CODEC_LOGISTIC_H

#include <stdint.h>

#define WHITTLE_LOGIT_MAX 2815 /* squash(2815) = 65535 / 65536 */

extern const int16_t whittle_stretch_fine[64];
extern const int16_t whittle_stretch_coarse[62];

/* probability: 12 bits, 0 to 4095, taken as the middle of its step. Returns a logit. */
static inline int32_t whittle_stretch(uint32_t probability) {
    uint32_t small = probability < 2048 ? probability : 4095 - probability;
    int32_t logit =
        small < 64 ? whittle_stretch_fine[small] : whittle_stretch_coarse[(small >> 5) - 2];
    return small == probability ? logit : -logit;
}

/* Returns a probability of 16 bits, 1 to 65535, for any logit. */
uint32_t whittle_squash(int32_t logit);

#endif
