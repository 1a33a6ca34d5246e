/* The walk over instruction boundaries, the choice between instruction and pointer, and the way of
 * an address from the source to the target. */
#include "codec/prediction.h"

#include <string.h>

#include "codec/bytes.h"

enum { NEAR_DISTANCE = 64, FAR_DISTANCE = 4096 };

/* Instructions of different lengths fall into step after a few: start that far before a segment. */
enum { WALK_BEFORE = 32 };

/* Words below are rather small numbers than addresses. */
#define POINTER_MIN 0x1000u

/* Addresses do not move further than that from one version to the next. */
#define SHIFT_MAX 0x100000u

void whittle_predictor_seek(whittle_predictor *predictor, uint32_t source) {
    predictor->boundary = source > WALK_BEFORE ? (source - WALK_BEFORE) & ~3u : 0;
}

static uint32_t word_order(const whittle_predictor *predictor, uint32_t word) {
    if (!predictor->big_endian) {
        return word;
    }
    return word << 24 | (word & 0xFF00) << 8 | (word >> 8 & 0xFF00) | word >> 24;
}

static bool is_in_source(const whittle_predictor *predictor, uint32_t address, uint32_t *offset) {
    return whittle_address_to_offset(predictor->source_regions, predictor->source_region_count,
                                     address, offset);
}

/* Where a source address went: the map for image addresses, unless that very address was seen to
 * go elsewhere; the nearest learned shift for others. */
static uint8_t move_address(const whittle_predictor *predictor, uint32_t address, uint32_t *moved) {
    uint32_t shift;
    uint32_t distance = whittle_shifts_find(&predictor->shifts, address, &shift);
    *moved = address + shift;
    if (distance == 0) {
        return WHITTLE_CERTAINTY_LEARNED;
    }
    uint32_t offset;
    if (is_in_source(predictor, address, &offset)) {
        uint32_t target;
        if (whittle_map_find(&predictor->map, offset, &target) &&
            whittle_offset_to_address(predictor->target_regions, predictor->target_region_count,
                                      target, moved)) {
            return WHITTLE_CERTAINTY_MAP;
        }
        *moved = address;
        return WHITTLE_CERTAINTY_NONE;
    }
    if (distance <= NEAR_DISTANCE) {
        return WHITTLE_CERTAINTY_NEAR;
    }
    if (distance <= FAR_DISTANCE) {
        return WHITTLE_CERTAINTY_FAR;
    }
    *moved = address;
    return WHITTLE_CERTAINTY_NONE;
}

static bool predict_instruction(whittle_predictor *predictor, uint32_t source, whittle_unit *unit) {
    uint32_t address;
    if (!whittle_offset_to_address(predictor->source_regions, predictor->source_region_count,
                                   source, &address) ||
        !whittle_offset_to_address(predictor->target_regions, predictor->target_region_count,
                                   predictor->images->position, &unit->place)) {
        return false;
    }
    predictor->isa->refer(predictor->images, source, address, &unit->reference);
    if (!unit->reference.kind) {
        return false;
    }
    unit->kind = unit->reference.kind;
    unit->referred = unit->reference.referred;
    unit->certainty = move_address(predictor, unit->referred, &unit->expected);
    uint32_t bits;
    if (unit->certainty != WHITTLE_CERTAINTY_NONE &&
        predictor->isa->rewrite(&unit->reference, unit->place, unit->expected, &bits)) {
        unit->predicted = bits;
    }
    return true;
}

static bool predict_pointer(whittle_predictor *predictor, whittle_unit *unit) {
    uint32_t word = word_order(predictor, unit->source);
    uint32_t offset;
    if (word < POINTER_MIN || word == UINT32_MAX) {
        return false;
    }
    unit->kind = is_in_source(predictor, word, &offset) ? WHITTLE_KIND_POINTER : WHITTLE_KIND_WORD;
    unit->certainty = move_address(predictor, word, &unit->expected);
    if (unit->kind == WHITTLE_KIND_WORD && unit->certainty == WHITTLE_CERTAINTY_NONE &&
        predictor->isa) {
        return false;
    }
    unit->referred = word;
    unit->predicted = word_order(predictor, unit->expected);
    return true;
}

static unsigned length_at(whittle_predictor *predictor, uint32_t source) {
    return predictor->isa->length(whittle_source_load(predictor->images, source, 2), source);
}

/* Bytes from source to the next instruction boundary; 0 on a boundary. */
static uint32_t distance_to_boundary(whittle_predictor *predictor, uint32_t source) {
    while (predictor->boundary < source) {
        predictor->boundary += length_at(predictor, predictor->boundary);
    }
    return predictor->boundary - source;
}

void whittle_predict(whittle_predictor *predictor, uint32_t source, uint32_t limit,
                     whittle_unit *unit) {
    whittle_images *images = predictor->images;
    memset(unit, 0, sizeof *unit);
    unsigned size = 4 - (source & 3);
    if (predictor->isa) {
        uint32_t distance = distance_to_boundary(predictor, source);
        size = distance ? distance : length_at(predictor, source);
        if (distance == 0 && size <= limit) {
            unit->source = whittle_source_load(images, source, size);
            unit->predicted = unit->source;
            if (predict_instruction(predictor, source, unit)) {
                unit->size = (uint8_t)size;
                return;
            }
        }
    }
    if ((source & 3) == 0 && limit >= 4) {
        unit->source = whittle_source_load(images, source, 4);
        unit->predicted = unit->source;
        if (predict_pointer(predictor, unit)) {
            unit->size = 4;
            return;
        }
    }
    unit->size = (uint8_t)(size < limit ? size : limit);
    unit->kind = WHITTLE_KIND_PLAIN;
    unit->certainty = WHITTLE_CERTAINTY_NONE;
    unit->source = whittle_source_load(images, source, unit->size);
    unit->predicted = unit->source;
}

static void learn_move(whittle_predictor *predictor, uint32_t from, uint32_t to) {
    uint32_t shift = to - from;
    if (shift + SHIFT_MAX < 2 * SHIFT_MAX) {
        whittle_shifts_learn(&predictor->shifts, from, shift);
    }
}

/* A word that was taken for plain bytes, but changed as an address does. */
static void learn_plain(whittle_predictor *predictor, uint32_t end, uint32_t copied) {
    if (end & 3 || copied < 4) {
        return;
    }
    uint32_t from = word_order(predictor, whittle_source_load(predictor->images, end - 4, 4));
    uint32_t to = word_order(predictor, whittle_target_load(predictor->images, 4, 4));
    if (from != to && from >= POINTER_MIN && from != UINT32_MAX) {
        learn_move(predictor, from, to);
    }
}

void whittle_predictor_learn(whittle_predictor *predictor, const whittle_unit *unit,
                             uint32_t source, uint32_t copied, uint32_t actual) {
    if (actual == unit->predicted && unit->kind != WHITTLE_KIND_PLAIN) {
        return;
    }
    if (unit->kind == WHITTLE_KIND_PLAIN) {
        learn_plain(predictor, source + unit->size, copied);
    } else if (unit->kind >= WHITTLE_KIND_POINTER) {
        learn_move(predictor, unit->referred, word_order(predictor, actual));
    } else {
        const whittle_reference *reference = &unit->reference;
        uint32_t first = reference->first;
        if (reference->back) {
            first = whittle_target_load(predictor->images, reference->back + unit->size, 4);
        }
        learn_move(predictor, unit->referred,
                   predictor->isa->resolve(reference, unit->place, actual, first));
    }
}
