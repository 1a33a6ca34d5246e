/* The reading end of the range coder. Invariant: value < range, and range >= 2^24 between bits. */
#include "decoder/range_decoder.h"

static uint32_t next_byte(range_decoder *decoder) {
    return decoder->next < decoder->end ? *decoder->next++ : 0u;
}

static unsigned read_bit(whittle_coder *coder, uint32_t one, unsigned bit) {
    range_decoder *decoder = (range_decoder *)coder;
    uint32_t bound = (decoder->range >> 16) * one;
    bit = decoder->value < bound;
    if (bit) {
        decoder->range = bound;
    } else {
        decoder->value -= bound;
        decoder->range -= bound;
    }
    while (decoder->range < WHITTLE_CODER_RANGE_MIN) {
        decoder->range <<= 8;
        decoder->value = decoder->value << 8 | next_byte(decoder);
    }
    return bit;
}

void range_decoder_init(range_decoder *decoder) {
    decoder->coder.code = read_bit;
    decoder->range = UINT32_MAX;
    decoder->value = 0;
    decoder->next = 0;
    decoder->end = 0;
}

void range_decoder_supply(range_decoder *decoder, const uint8_t *data, size_t size) {
    decoder->next = data;
    decoder->end = data + size;
}

void range_decoder_start(range_decoder *decoder) {
    for (unsigned i = 0; i < WHITTLE_RANGE_START_SIZE; i++) {
        decoder->value = decoder->value << 8 | next_byte(decoder);
    }
}
