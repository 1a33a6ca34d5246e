/* What a patch costs its decoder: an estimate in instructions, from what the encoder counts. */
#ifndef WHITTLE_ENCODER_DECODE_COST_H
#define WHITTLE_ENCODER_DECODE_COST_H

#include <stddef.h>
#include <stdint.h>

#include "encoder/parse.h"

/* What was coded. */
typedef struct coded_elements {
    uint8_t isa;
    uint8_t contexts; /* of each decision, at most */
    uint32_t target_size;
    uint64_t decisions;    /* binary decisions in all */
    uint64_t copied_bytes; /* bytes of all copies */
    size_t copies;
} coded_elements;

/* Instructions per byte of the target, rounded up; 0 for an empty target. */
uint32_t decode_cost(const coded_elements *coded);

/* The costs of a parse that spares decisions: each counts as much as that many 1/16 bit. */
parse_costs decode_cost_thrifty(uint32_t sixteenths);

#endif
