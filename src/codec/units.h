/* Units of a copy: is the unit as predicted, and if not, how does it differ? */
#ifndef WHITTLE_CODEC_UNITS_H
#define WHITTLE_CODEC_UNITS_H

#include "codec/stream.h"

#define WHITTLE_UNIT_INPUTS 8

/* The weight sets: 32 for the first question about a unit, by run and kind; then for the others;
 * the last two for blocks. */
#define WHITTLE_UNIT_SETS        48
#define WHITTLE_UNIT_SET_BLOCK   46
#define WHITTLE_UNIT_SET_HALVING 47

/* Codes a unit that has been predicted, and appends it to the target. */
void whittle_code_unit(whittle_stream *stream, const whittle_unit *unit);

/* The bytes of the unit that a writer has to code; 0 for a reader. */
uint32_t whittle_planned_bytes(const whittle_stream *stream, unsigned size);

/* Appends the bytes of a unit to the target. */
void whittle_append_bytes(whittle_stream *stream, uint32_t bytes, unsigned size);

/* The order of magnitude of a run of hits, 0 to 7. */
unsigned whittle_run_class(uint32_t run);

#endif
