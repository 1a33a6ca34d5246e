/* What the parts of a patch will cost once bzip2 has compressed them, learned from a parse that was
 * written out before. All of it is integer arithmetic, so that every machine decides alike. */
#ifndef WHITTLE_BSDIFF40_COSTS_H
#define WHITTLE_BSDIFF40_COSTS_H

#include <stdint.h>

#include "bsdiff40/segments.h"
#include "bsdiff40/streams.h"

/* Costs are in 1/1024 bit. */
#define COST_BIT 1024u

typedef struct bsdiff40_costs bsdiff40_costs;

/* Learns from the segments and from the sizes of the patch that they gave. */
int costs_learn(const bsdiff40_images *images, const bsdiff40_segments *segments,
                const bsdiff40_patch *patch, bsdiff40_costs **costs);
void costs_free(bsdiff40_costs *costs);

/* Of a byte of the difference stream; before holds the four bytes before it in the same copy, the
 * last one lowest, zero where the copy began later. */
uint32_t costs_of_difference(const bsdiff40_costs *costs, uint32_t before, uint8_t difference);

/* Of an inserted byte after another byte of the target. */
uint32_t costs_of_insert(const bsdiff40_costs *costs, uint8_t before, uint8_t inserted);

/* Of a segment's entry in the control stream. */
uint32_t costs_of_segment(const bsdiff40_costs *costs);

#endif
