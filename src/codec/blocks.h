/* Blocks: many units of a copy, coded by one decision while everything goes as predicted. */
#ifndef WHITTLE_CODEC_BLOCKS_H
#define WHITTLE_CODEC_BLOCKS_H

#include "codec/stream.h"

/* Codes the next unit of the present copy, or a block of them, and appends it to the target; or
 * only learns that the next block holds a miss. */
void whittle_code_copied(whittle_stream *stream);

/* Predicts the unit of the present copy at that source offset, for the next place in the target;
 * true if it may be part of a block. */
bool whittle_predict_next(whittle_stream *stream, uint32_t source, whittle_unit *unit);

#endif
