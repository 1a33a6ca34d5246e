/* Literals: single bytes of the target, coded bit by bit under mixed contexts. */
#ifndef WHITTLE_CODEC_LITERALS_H
#define WHITTLE_CODEC_LITERALS_H

#include <stdint.h>

#include "codec/stream.h"

#define WHITTLE_LITERAL_INPUTS 9
#define WHITTLE_LITERAL_SETS   12

/* Finds the instructions before the bytes inserted next. */
void whittle_insertion_begins(whittle_stream *stream);

/* Codes inserted bytes, at least one and at most as many as given, and appends them to the target.
 */
void whittle_code_inserted(whittle_stream *stream, uint32_t most);

/* Codes a byte of a unit that differs from expected, the prediction of its byte index, and appends
 * it to the target. Returns it. */
uint8_t whittle_code_corrected(whittle_stream *stream, const whittle_unit *unit, unsigned index,
                               uint8_t expected, uint8_t value);

#endif
