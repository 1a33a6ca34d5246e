/* Units of a copy: is the unit as predicted, and if not, how does it differ? */
#ifndef WHITTLE_CODEC_UNITS_H
#define WHITTLE_CODEC_UNITS_H

#include "codec/stream.h"

#define WHITTLE_UNIT_INPUTS 8
#define WHITTLE_UNIT_SETS   48

/* Codes the next unit of the present copy and appends it to the target. */
void whittle_code_unit(whittle_stream *stream);

#endif
