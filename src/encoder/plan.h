/* The plan of a patch: what a writer of the stream needs to know. */
#ifndef WHITTLE_ENCODER_PLAN_H
#define WHITTLE_ENCODER_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "codec/stream.h"

typedef struct plan {
    whittle_writer writer; /* first: the stream sees only this */
    const uint8_t *target;
    uint32_t target_size;
    const whittle_copy *copies; /* ascending by target, without overlap, none empty */
    size_t copy_count;
} plan;

/* Sets up a plan; target and copies must stay. */
void plan_init(plan *new, const uint8_t *target, uint32_t target_size, const whittle_copy *copies,
               size_t copy_count);

#endif
