/* Decisions that a forced fault must not turn. authority.c explains them. */
#ifndef WHITTLE_DEVICE_AUTHORITY_H
#define WHITTLE_DEVICE_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

/* True if size bytes are the same: found in two ways that share no result, and both must say so. */
bool whittle_is_same(const void *one, const void *other, uint32_t size);

#endif
