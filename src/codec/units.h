/* Units of a copy: is the unit as predicted, and if not, how does it differ? */
#ifndef WHITTLE_CODEC_UNITS_H
#define WHITTLE_CODEC_UNITS_H

#include "codec/stream.h"

#define WHITTLE_UNIT_INPUTS 8

/* The weight sets: the first question about a unit has 16, by run and kind; then one for the other
 * guess, four for single bytes, and two for blocks. */
enum {
    WHITTLE_UNIT_SET_FIRST = 0,
    WHITTLE_UNIT_SET_SECOND = 16,
    WHITTLE_UNIT_SET_BYTE = 17,
    WHITTLE_UNIT_SET_BLOCK = 21,
    WHITTLE_UNIT_SET_HALVING = 22,
    WHITTLE_UNIT_SETS = 23,
};

/* Codes a unit that has been predicted, and appends it to the target. */
void whittle_code_unit(whittle_stream *stream, const whittle_unit *unit);

/* Appends the bytes of a unit to the target. */
void whittle_append_bytes(whittle_stream *stream, uint32_t bytes, unsigned size);

/* The order of magnitude of a run of hits, 0 to 7. */
unsigned whittle_run_class(uint32_t run);

#endif
