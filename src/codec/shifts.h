/* Learned shifts: how addresses outside the map moved, by what was seen so far.
 *
 * A variable in RAM that moved by 8 tells that its neighbours probably moved by 8, too. Only what
 * was predicted wrongly is learned, so a few entries cover much.
 */
#ifndef WHITTLE_CODEC_SHIFTS_H
#define WHITTLE_CODEC_SHIFTS_H

#include <stdint.h>

typedef struct whittle_shift {
    uint32_t address; /* in the source's address space */
    uint32_t shift;   /* to be added for the target's, modulo 2^32 */
} whittle_shift;

typedef struct whittle_shifts {
    whittle_shift *entries; /* ascending by address */
    uint32_t count;
    uint32_t capacity;
} whittle_shifts;

/* The shift of the entry nearest to the address, and how far away that is; a distance of
 * UINT32_MAX means that nothing is known within that reach, with a shift of 0. */
uint32_t whittle_shifts_find(const whittle_shifts *shifts, uint32_t address, uint32_t reach,
                             uint32_t *shift);

/* Remembers a shift. When there is no more room, the nearest entry gives way. */
void whittle_shifts_learn(whittle_shifts *shifts, uint32_t address, uint32_t shift);

#endif
