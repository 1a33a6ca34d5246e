/* The parse: which bytes of the target are copied from where in the source, and which are inserted.
 *
 * Chosen by estimated coding cost: a shortest path over the target, whose states are "insert" and
 * the diagonals (target offset minus source offset) on which exact matches were found nearby.
 */
#ifndef WHITTLE_ENCODER_PARSE_H
#define WHITTLE_ENCODER_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/stream.h"
#include "encoder/matches.h"

/* Costs in 1/16 bit, and how much is considered. */
typedef struct parse_costs {
    uint32_t hit;          /* a copied byte that is right */
    uint32_t miss;         /* a copied byte that is wrong */
    uint32_t explained;    /* one that is wrong, but that address prediction puts right */
    uint32_t insert;       /* an inserted byte */
    uint32_t new_copy;     /* starting a copy on another diagonal */
    uint32_t start_insert; /* going from copying to inserting */
    uint32_t match_min;    /* bytes of an exact match that makes its diagonal a candidate */
    uint32_t lead;         /* bytes before a match at which its diagonal becomes active */
} parse_costs;

extern const parse_costs parse_costs_default;

/* Tells whether the wrong byte target[target] of a copy from source[source] will be predicted. */
typedef struct parse_explainer {
    bool (*explains)(void *context, uint32_t source, uint32_t target);
    void *context;
} parse_explainer;

/* Parses the target. explainer may be NULL. copies is freed by the caller. */
int parse_target(const match_index *index, const uint8_t *target, size_t size,
                 const parse_costs *costs, const parse_explainer *explainer, whittle_copy **copies,
                 size_t *count);

#endif
