/* Which copies become entries of the address map? */
#ifndef WHITTLE_ENCODER_MAPPING_H
#define WHITTLE_ENCODER_MAPPING_H

#include <stddef.h>

#include "codec/stream.h"

/* Marks as mapped the copies that tell best where the source went: of each part of the source the
 * largest copy, at most capacity of them, and only where the shift changes. */
int mapping_choose(whittle_copy *copies, size_t count, size_t capacity);

/* How many copies are marked. */
size_t mapping_count(const whittle_copy *copies, size_t count);

#endif
