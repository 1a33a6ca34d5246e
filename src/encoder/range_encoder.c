/* The writing end of the range coder. A carry out of low can run through bytes 0xFF already
 * produced, so one byte and a count of 0xFF are held back until no carry can reach them. */
#include "encoder/range_encoder.h"

#include <stdlib.h>

#include "whittle/error.h"

static void put(range_encoder *encoder, uint8_t byte) {
    if (encoder->size == encoder->capacity) {
        size_t capacity = encoder->capacity ? 2 * encoder->capacity : 4096;
        uint8_t *data = realloc(encoder->data, capacity);
        if (!data) {
            encoder->error = WHITTLE_ERROR_MEMORY;
            return;
        }
        encoder->data = data;
        encoder->capacity = capacity;
    }
    encoder->data[encoder->size++] = byte;
}

static void shift_out(range_encoder *encoder) {
    uint8_t carry = (uint8_t)(encoder->low >> 32);
    uint32_t low = (uint32_t)encoder->low;
    if (carry || low < 0xFF000000u) {
        if (encoder->started) {
            put(encoder, (uint8_t)(encoder->cache + carry));
        }
        for (; encoder->pending; encoder->pending--) {
            put(encoder, (uint8_t)(0xFF + carry));
        }
        encoder->cache = (uint8_t)(low >> 24);
        encoder->started = 1;
    } else {
        encoder->pending++;
    }
    encoder->low = (uint32_t)(low << 8);
}

static unsigned write_bit(whittle_coder *coder, uint32_t one, unsigned bit) {
    range_encoder *encoder = (range_encoder *)coder;
    uint32_t bound = (encoder->range >> 16) * one;
    encoder->decisions++;
    if (bit) {
        encoder->range = bound;
    } else {
        encoder->low += bound;
        encoder->range -= bound;
    }
    while (encoder->range < WHITTLE_CODER_RANGE_MIN) {
        encoder->range <<= 8;
        shift_out(encoder);
    }
    return bit;
}

void range_encoder_init(range_encoder *encoder) {
    *encoder = (range_encoder){.coder = {write_bit}, .range = UINT32_MAX};
}

/* Any code within [low, low + range) will do: choose the one with the most zero bytes at its end,
 * because the decoder reads zeros past the end of the payload. */
int range_encoder_finish(range_encoder *encoder) {
    uint64_t high = encoder->low + encoder->range - 1;
    for (unsigned bits = 32; bits > 0; bits -= 8) {
        uint64_t mask = ((uint64_t)1 << bits) - 1;
        uint64_t code = (encoder->low + mask) & ~mask;
        if (code <= high) {
            encoder->low = code;
            break;
        }
    }
    for (unsigned i = 0; i < 5; i++) {
        shift_out(encoder);
    }
    while (encoder->size > 0 && encoder->data[encoder->size - 1] == 0) {
        encoder->size--;
    }
    return encoder->error;
}
