/* Entry i of the array holds, besides its own offsets, the array index of the i-th entry in target
 * order. Adding keeps both: the array by insertion, the links by renumbering. Segments mostly keep
 * their order, so nearly every insertion is an append. */
#include "codec/address_map.h"

#include <string.h>

static uint32_t offset_of(uint32_t word) {
    return word & WHITTLE_MAP_OFFSET_MAX;
}

static uint32_t link_of(const whittle_map_entry *entry) {
    return (entry->source >> 24) << 8 | entry->target >> 24;
}

static void set_link(whittle_map_entry *entry, uint32_t link) {
    entry->source = offset_of(entry->source) | (link >> 8) << 24;
    entry->target = offset_of(entry->target) | (link & 0xFF) << 24;
}

/* How many entries have a source offset of at most that. */
static uint32_t rank_of(const whittle_map *map, uint32_t source) {
    uint32_t low = 0;
    uint32_t high = map->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (offset_of(map->entries[middle].source) <= source) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Moves the offsets, but not the links, of the entries from rank on one place up. */
static void make_room(whittle_map *map, uint32_t rank) {
    for (uint32_t i = map->count; i > rank; i--) {
        whittle_map_entry *to = &map->entries[i];
        uint32_t link = link_of(to);
        *to = map->entries[i - 1];
        set_link(to, link);
    }
    for (uint32_t i = 0; rank < map->count && i < map->count; i++) {
        uint32_t link = link_of(&map->entries[i]);
        if (link >= rank) {
            set_link(&map->entries[i], link + 1);
        }
    }
}

void whittle_map_add(whittle_map *map, uint32_t source, uint32_t target) {
    uint32_t rank = rank_of(map, source);
    map->entries[map->count].source = 0;
    map->entries[map->count].target = 0;
    make_room(map, rank);
    whittle_map_entry *entry = &map->entries[rank];
    uint32_t link = link_of(entry);
    entry->source = source;
    entry->target = target;
    set_link(entry, link);
    set_link(&map->entries[map->count], rank);
    map->count++;
}

void whittle_map_get(const whittle_map *map, uint32_t index, uint32_t *source, uint32_t *target) {
    const whittle_map_entry *entry = &map->entries[link_of(&map->entries[index])];
    *source = offset_of(entry->source);
    *target = offset_of(entry->target);
}

bool whittle_map_find(const whittle_map *map, uint32_t source, uint32_t *target) {
    if (map->count == 0) {
        return false;
    }
    uint32_t rank = rank_of(map, source);
    const whittle_map_entry *entry = &map->entries[rank ? rank - 1 : 0];
    *target = source - offset_of(entry->source) + offset_of(entry->target);
    return true;
}
