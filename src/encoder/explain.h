/* Which wrong bytes of a copy will be put right by address prediction? The parse asks, because such
 * bytes cost next to nothing; and the choice of the instruction set asks, because the right one
 * explains the most. */
#ifndef WHITTLE_ENCODER_EXPLAIN_H
#define WHITTLE_ENCODER_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/prediction.h"
#include "codec/stream.h"
#include "encoder/parse.h"
#include "encoder/recognise.h"

typedef struct explainer {
    whittle_images images;
    whittle_predictor predictor;
    const uint8_t *source;
    const uint8_t *target;
    uint8_t *boundaries; /* one for each source byte: an instruction starts there */
    whittle_map_entry *entries;
} explainer;

int explainer_init(explainer *explain, uint8_t isa, const layout *source_layout,
                   const layout *target_layout, const uint8_t *source, size_t source_size,
                   const uint8_t *target, size_t target_size);
void explainer_free(explainer *explain);

/* Takes the address map from these copies. */
int explainer_set_map(explainer *explain, const whittle_copy *copies, size_t count);

/* For parse_explainer: context is an explainer. */
bool explainer_explains(void *context, uint32_t source, uint32_t target);

/* How many wrong bytes of these copies are explained. */
size_t explainer_score(explainer *explain, const whittle_copy *copies, size_t count);

#endif
