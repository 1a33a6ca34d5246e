/* One payload: the stream, run as a writer over a plan. */
#ifndef WHITTLE_ENCODER_PAYLOAD_H
#define WHITTLE_ENCODER_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "codec/stream.h"
#include "encoder/decode_cost.h"
#include "encoder/recognise.h"

/* What a patch is made from, and the decisions that its header records. */
typedef struct payload_input {
    const uint8_t *source;
    const uint8_t *target;
    size_t source_size;
    size_t target_size;
    const whittle_copy *copies;
    size_t copy_count;
    uint8_t isa;
    const layout *source_layout;
    const layout *target_layout;
    const whittle_header *fields; /* ram, flags, and what the caller of the encoder sets */
} payload_input;

/* A whole patch: header, payload and checksum; freed by the caller. coded: what it consists of. */
int payload_write_patch(const payload_input *input, uint8_t **patch, size_t *size,
                        coded_elements *coded);

#endif
