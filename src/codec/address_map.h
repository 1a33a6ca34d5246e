/* The address map: where the pieces of the source image went in the target.
 *
 * Each entry says: from this source offset on (up to the next entry's), the target offset is the
 * source offset plus a constant. The map predicts addresses (lookups by source offset) and also is
 * the list of the long segments (walked in the order of the target). Both orders live in one array
 * of eight bytes an entry: offsets of 24 bits, and 16 bits that link the target order.
 */
#ifndef WHITTLE_CODEC_ADDRESS_MAP_H
#define WHITTLE_CODEC_ADDRESS_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define WHITTLE_MAP_ENTRY_MAX  16384u
#define WHITTLE_MAP_OFFSET_MAX 0xFFFFFFu /* images beyond this size go without a map */

typedef struct whittle_map_entry {
    uint32_t source; /* source offset in the low 24 bits; high byte of the link above */
    uint32_t target; /* target offset in the low 24 bits; low byte of the link above */
} whittle_map_entry;

typedef struct whittle_map {
    whittle_map_entry *entries; /* ascending by source offset */
    uint32_t count;
} whittle_map;

/* Adds an entry; target offsets must come in ascending order, and room for it must be there. */
void whittle_map_add(whittle_map *map, uint32_t source, uint32_t target);

/* The entry that comes index-th in the order of the target. */
void whittle_map_get(const whittle_map *map, uint32_t index, uint32_t *source, uint32_t *target);

/* Where the source offset probably is in the target; false for an empty map. */
bool whittle_map_find(const whittle_map *map, uint32_t source, uint32_t *target);

#endif
