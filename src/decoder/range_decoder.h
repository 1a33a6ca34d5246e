/* The reading end of the range coder: takes bits out of payload bytes that are already in memory.
 */
#ifndef WHITTLE_DECODER_RANGE_DECODER_H
#define WHITTLE_DECODER_RANGE_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec/coder.h"

#define WHITTLE_RANGE_START_SIZE 4 /* payload bytes that the decoder takes before the first bit */

typedef struct range_decoder {
    whittle_coder coder; /* first: the model sees only this */
    uint32_t range;
    uint32_t value;      /* distance of the code from the low end of the range */
    const uint8_t *next; /* next payload byte; past the end, zeros are read */
    const uint8_t *end;
} range_decoder;

/* Prepares for a payload; its first bytes are taken by range_decoder_start. */
void range_decoder_init(range_decoder *decoder);

/* Points the decoder to the bytes at hand. Each coded bit takes at most two of them. */
void range_decoder_supply(range_decoder *decoder, const uint8_t *data, size_t size);

/* Takes the first WHITTLE_RANGE_START_SIZE bytes of the payload. */
void range_decoder_start(range_decoder *decoder);

#endif
