/* A sorted array: found by bisection, extended by insertion. */
#include "codec/shifts.h"

#include <stdbool.h>
#include <string.h>

/* The first entry at or above the address. */
static uint32_t rank_of(const whittle_shifts *shifts, uint32_t address) {
    uint32_t low = 0;
    uint32_t high = shifts->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (shifts->entries[middle].address < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The entry nearest to the address, given its rank; only where there is one. */
static uint32_t nearest(const whittle_shifts *shifts, uint32_t rank, uint32_t address) {
    const whittle_shift *entries = shifts->entries;
    if (rank == shifts->count) {
        return rank - 1;
    }
    if (rank > 0 && address - entries[rank - 1].address <= entries[rank].address - address) {
        return rank - 1;
    }
    return rank;
}

/* Whether the address is far from all entries: most words of code are. */
static bool is_out_of_reach(const whittle_shifts *shifts, uint32_t address, uint32_t reach) {
    if (shifts->count == 0) {
        return true;
    }
    uint32_t first = shifts->entries[0].address;
    uint32_t last = shifts->entries[shifts->count - 1].address;
    return (address < first && first - address > reach) ||
           (address > last && address - last > reach);
}

uint32_t whittle_shifts_find(const whittle_shifts *shifts, uint32_t address, uint32_t reach,
                             uint32_t *shift) {
    *shift = 0;
    if (is_out_of_reach(shifts, address, reach)) {
        return UINT32_MAX;
    }
    const whittle_shift *entry =
        &shifts->entries[nearest(shifts, rank_of(shifts, address), address)];
    uint32_t distance =
        entry->address < address ? address - entry->address : entry->address - address;
    if (distance > reach) {
        return UINT32_MAX;
    }
    *shift = entry->shift;
    return distance;
}

void whittle_shifts_learn(whittle_shifts *shifts, uint32_t address, uint32_t shift) {
    uint32_t rank = rank_of(shifts, address);
    if (rank < shifts->count && shifts->entries[rank].address == address) {
        shifts->entries[rank].shift = shift;
        return;
    }
    if (shifts->count == shifts->capacity) {
        if (shifts->capacity > 0) {
            whittle_shift *entry = &shifts->entries[nearest(shifts, rank, address)];
            entry->address = address;
            entry->shift = shift;
        }
        return;
    }
    memmove(&shifts->entries[rank + 1], &shifts->entries[rank],
            (shifts->count - rank) * sizeof *shifts->entries);
    shifts->entries[rank].address = address;
    shifts->entries[rank].shift = shift;
    shifts->count++;
}
