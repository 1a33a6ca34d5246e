/* One model, two directions: the model code asks a coder to code a bit, and the coder either writes
 * the bit it is given or reads and returns the one that was written. src/decoder/range_decoder.c
 * and src/encoder/range_encoder.c are the two ends.
 *
 * The coder is a binary range coder with carry (as in LZMA): 32 bits of range, renormalised by
 * bytes when the range falls below 2^24.
 */
#ifndef WHITTLE_CODEC_CODER_H
#define WHITTLE_CODEC_CODER_H

#include <stdint.h>

#define WHITTLE_CODER_RANGE_MIN ((uint32_t)1 << 24)

/* Probabilities are 16-bit fractions, 1 to 65535. */
#define WHITTLE_PROBABILITY_ONE  65536
#define WHITTLE_PROBABILITY_HALF 32768

typedef struct whittle_coder whittle_coder;

struct whittle_coder {
    /* Codes one bit whose probability of being 1 is one / 65536. Returns the bit. */
    unsigned (*code)(whittle_coder *coder, uint32_t one, unsigned bit);
};

/* A bit without a model. */
static inline unsigned whittle_code_even(whittle_coder *coder, unsigned bit) {
    return coder->code(coder, WHITTLE_PROBABILITY_HALF, bit);
}

#endif
