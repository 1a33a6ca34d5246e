/* A predictor without a stream: it is asked about single places, in any order. */
#include "encoder/explain.h"

#include <stdlib.h>
#include <string.h>

#include "whittle/error.h"

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const explainer *explain = context;
    memcpy(data, explain->source + offset, size);
    return WHITTLE_OK;
}

static void find_boundaries(explainer *explain) {
    const whittle_isa_model *isa = explain->predictor.isa;
    uint32_t size = explain->images.source_size;
    for (uint32_t at = 0; isa && at < size;) {
        explain->boundaries[at] = 1;
        at += isa->length(whittle_source_load(&explain->images, at, 2), at);
    }
}

int explainer_init(explainer *explain, uint8_t isa, const layout *source_layout,
                   const layout *target_layout, const uint8_t *source, size_t source_size,
                   const uint8_t *target, size_t target_size) {
    memset(explain, 0, sizeof *explain);
    explain->source = source;
    explain->target = target;
    explain->images.read_source = read_source;
    explain->images.context = explain;
    explain->images.source_size = (uint32_t)source_size;
    explain->images.target_size = (uint32_t)target_size;
    whittle_predictor *predictor = &explain->predictor;
    predictor->images = &explain->images;
    predictor->isa = whittle_isa_find(isa);
    explain->images.big_endian = isa == WHITTLE_ISA_MIPS_BE;
    predictor->source_regions = source_layout->regions;
    predictor->source_region_count = source_layout->count;
    predictor->target_regions = target_layout->regions;
    predictor->target_region_count = target_layout->count;
    explain->boundaries = calloc(source_size + 1, 1);
    if (!explain->boundaries) {
        return WHITTLE_ERROR_MEMORY;
    }
    find_boundaries(explain);
    return WHITTLE_OK;
}

void explainer_free(explainer *explain) {
    free(explain->boundaries);
    free(explain->entries);
    explain->boundaries = NULL;
    explain->entries = NULL;
}

int explainer_set_map(explainer *explain, const whittle_copy *copies, size_t count) {
    whittle_map *map = &explain->predictor.map;
    whittle_map_entry *entries = realloc(explain->entries, (count + 1) * sizeof *entries);
    if (!entries) {
        return WHITTLE_ERROR_MEMORY;
    }
    explain->entries = entries;
    map->entries = entries;
    map->count = 0;
    for (size_t i = 0; i < count && map->count < WHITTLE_MAP_ENTRY_MAX; i++) {
        if (copies[i].mapped) {
            whittle_map_add(map, copies[i].source, copies[i].target);
        }
    }
    return WHITTLE_OK;
}

/* Whether the unit that starts at source, copied to target, predicts the byte index right. */
static bool unit_explains(explainer *explain, uint32_t source, uint32_t target, uint32_t index) {
    whittle_unit unit;
    explain->images.position = target;
    explain->predictor.boundary = source;
    whittle_predict(&explain->predictor, source, WHITTLE_UNIT_MAX, &unit);
    return index < unit.size && unit.predicted != unit.source &&
           (uint8_t)(unit.predicted >> 8 * index) == explain->target[target + index];
}

static bool pointer_explains(explainer *explain, uint32_t source, uint32_t target, uint32_t index) {
    const whittle_isa_model *isa = explain->predictor.isa;
    explain->predictor.isa = NULL;
    bool explains = unit_explains(explain, source, target, index);
    explain->predictor.isa = isa;
    return explains;
}

bool explainer_explains(void *context, uint32_t source, uint32_t target) {
    explainer *explain = context;
    for (uint32_t back = 0; back < WHITTLE_UNIT_MAX && back <= source && back <= target; back++) {
        if (explain->boundaries[source - back] &&
            unit_explains(explain, source - back, target - back, back)) {
            return true;
        }
    }
    uint32_t back = source & 3;
    return back <= target && pointer_explains(explain, source - back, target - back, back);
}

/* A score is estimated from about so many bytes: enough to choose by. */
enum { SCORE_SAMPLE = 8192 };

static bool is_wrong(const explainer *explain, const whittle_copy *copy, uint32_t k) {
    return explain->source[copy->source + k] != explain->target[copy->target + k];
}

static size_t count_wrong(const explainer *explain, const whittle_copy *copies, size_t count) {
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < copies[i].size; k++) {
            wrong += is_wrong(explain, &copies[i], k);
        }
    }
    return wrong;
}

size_t explainer_score(explainer *explain, const whittle_copy *copies, size_t count) {
    size_t stride = count_wrong(explain, copies, count) / SCORE_SAMPLE + 1;
    size_t wrong = 0;
    size_t score = 0;
    for (size_t i = 0; i < count; i++) {
        const whittle_copy *copy = &copies[i];
        for (uint32_t k = 0; k < copy->size; k++) {
            if (is_wrong(explain, copy, k) && wrong++ % stride == 0) {
                score += explainer_explains(explain, copy->source + k, copy->target + k);
            }
        }
    }
    return score * stride;
}
