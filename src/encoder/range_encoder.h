/* The writing end of the range coder: collects the payload in a growing buffer. */
#ifndef WHITTLE_ENCODER_RANGE_ENCODER_H
#define WHITTLE_ENCODER_RANGE_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec/coder.h"

typedef struct range_encoder {
    whittle_coder coder; /* first: the model sees only this */
    uint64_t low;        /* 33 bits: the lowest is carried into bytes not yet written */
    uint32_t range;
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t pending; /* bytes 0xFF that a carry may still turn over */
    uint8_t cache;  /* the byte before them */
    int started;
    uint64_t decisions; /* bits coded so far */
    int error;          /* WHITTLE_ERROR_MEMORY once the buffer could not grow */
} range_encoder;

void range_encoder_init(range_encoder *encoder);

/* Writes what is needed for the last bit to be read, and no byte more. Returns 0 or an error;
 * data and size then hold the payload, which the caller frees. */
int range_encoder_finish(range_encoder *encoder);

#endif
