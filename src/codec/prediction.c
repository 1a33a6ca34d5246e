/* The walk over instruction boundaries, the choice between instruction and pointer, and the way of
 * an address from the source to the target. */
#include "codec/prediction.h"

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

static bool is_in_source(const whittle_predictor *predictor, uint32_t address, uint32_t *offset) {
    return whittle_address_to_offset(predictor->source_regions, predictor->source_region_count,
                                     address, offset);
}

/* Where a source address went: as that very address was seen to go; or by the map, for an address
 * of the image; or like the nearest one that was seen to move. */
static uint8_t move_address(const whittle_predictor *predictor, uint32_t address, uint32_t *moved) {
    uint32_t shift;
    uint32_t offset;
    bool in_source = is_in_source(predictor, address, &offset);
    uint32_t reach = in_source ? 0 : FAR_DISTANCE;
    uint32_t distance = whittle_shifts_find(&predictor->shifts, address, reach, &shift);
    *moved = address + shift;
    if (distance == 0) {
        return WHITTLE_CERTAINTY_LEARNED;
    }
    uint32_t target;
    if (in_source && whittle_map_find(&predictor->map, offset, &target) &&
        whittle_offset_to_address(predictor->target_regions, predictor->target_region_count, target,
                                  moved)) {
        return WHITTLE_CERTAINTY_MAP;
    }
    if (in_source || distance > FAR_DISTANCE) {
        *moved = address;
        return WHITTLE_CERTAINTY_NONE;
    }
    return distance <= NEAR_DISTANCE ? WHITTLE_CERTAINTY_NEAR : WHITTLE_CERTAINTY_FAR;
}

static bool predict_instruction(whittle_predictor *predictor, uint32_t source, whittle_unit *unit) {
    whittle_images *images = predictor->images;
    whittle_reference *reference = &unit->reference;
    uint32_t word = whittle_word_order(images, unit->source);
    uint32_t address;
    if (!predictor->isa->classify(word, source) ||
        !whittle_offset_to_address(predictor->source_regions, predictor->source_region_count,
                                   source, &address) ||
        !whittle_offset_to_address(predictor->target_regions, predictor->target_region_count,
                                   images->position, &unit->place) ||
        !whittle_isa_refer(predictor->isa, images, source, address, word, reference)) {
        return false;
    }
    unit->kind = reference->kind;
    unit->referred = reference->referred;
    unit->certainty = move_address(predictor, unit->referred, &unit->expected);
    if (unit->certainty != WHITTLE_CERTAINTY_NONE &&
        whittle_isa_rewrite(predictor->isa, reference, unit->place, unit->expected, &word)) {
        unit->predicted = whittle_word_order(images, word);
    }
    return true;
}

static bool predict_pointer(whittle_predictor *predictor, whittle_unit *unit) {
    uint32_t word = whittle_word_order(predictor->images, unit->source);
    uint32_t offset;
    if (word < POINTER_MIN || word == UINT32_MAX) {
        return false;
    }
    uint8_t kind =
        is_in_source(predictor, word, &offset) ? WHITTLE_KIND_POINTER : WHITTLE_KIND_WORD;
    unit->certainty = move_address(predictor, word, &unit->expected);
    if (kind == WHITTLE_KIND_WORD && unit->certainty == WHITTLE_CERTAINTY_NONE && predictor->isa) {
        return false;
    }
    unit->kind = kind;
    unit->referred = word;
    unit->predicted = whittle_word_order(predictor->images, unit->expected);
    return true;
}

static unsigned length_at(const whittle_predictor *predictor, uint32_t source) {
    return predictor->isa->length(whittle_source_load(predictor->images, source, 2), source);
}

/* Bytes from source to the next instruction boundary; 0 on a boundary. */
static uint32_t distance_to_boundary(whittle_predictor *predictor, uint32_t source) {
    while (predictor->boundary < source) {
        predictor->boundary += length_at(predictor, predictor->boundary);
    }
    return predictor->boundary - source;
}

static void cut_unit(whittle_unit *unit, uint32_t bytes, unsigned size) {
    unit->size = (uint8_t)size;
    unit->source = size < 4 ? bytes & (((uint32_t)1 << 8 * size) - 1) : bytes;
    unit->predicted = unit->source;
}

/* The word at the source offset, if it is a pointer. */
static bool predict_word(whittle_predictor *predictor, uint32_t source, uint32_t limit,
                         uint32_t bytes, whittle_unit *unit) {
    if ((source & 3) != 0 || limit < 4) {
        return false;
    }
    cut_unit(unit, bytes, 4);
    return predict_pointer(predictor, unit);
}

/* In a set of short instructions, one is easily found in data, and so is not believed before the
 * pointer that lies there. */
void whittle_predict(whittle_predictor *predictor, uint32_t source, uint32_t limit,
                     whittle_unit *unit) {
    const whittle_isa_model *isa = predictor->isa;
    uint32_t bytes = whittle_source_load(predictor->images, source, 4);
    uint32_t size = 4 - (source & 3);
    bool pointers_first = !isa || isa->prefers_pointers;
    if (pointers_first && predict_word(predictor, source, limit, bytes, unit)) {
        return;
    }
    if (isa) {
        uint32_t distance = distance_to_boundary(predictor, source);
        size = distance ? distance : isa->length(bytes, source);
        cut_unit(unit, bytes, size);
        if (distance == 0 && size <= limit && predict_instruction(predictor, source, unit)) {
            return;
        }
    }
    if (!pointers_first && predict_word(predictor, source, limit, bytes, unit)) {
        return;
    }
    cut_unit(unit, bytes, size < limit ? size : limit);
    unit->kind = WHITTLE_KIND_PLAIN;
    unit->certainty = WHITTLE_CERTAINTY_NONE;
    unit->referred = 0;
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
    whittle_images *images = predictor->images;
    uint32_t from = whittle_source_word(images, end - 4);
    uint32_t to = whittle_word_order(images, whittle_target_load(images, 4, 4));
    if (from != to && from >= POINTER_MIN && from != UINT32_MAX) {
        learn_move(predictor, from, to);
    }
}

void whittle_predictor_learn(whittle_predictor *predictor, const whittle_unit *unit,
                             uint32_t source, uint32_t copied, uint32_t actual) {
    if (actual == unit->predicted && unit->kind != WHITTLE_KIND_PLAIN) {
        return;
    }
    actual = whittle_word_order(predictor->images, actual);
    if (unit->kind == WHITTLE_KIND_PLAIN) {
        learn_plain(predictor, source + unit->size, copied);
    } else if (unit->kind >= WHITTLE_KIND_POINTER) {
        learn_move(predictor, unit->referred, actual);
    } else {
        const whittle_reference *reference = &unit->reference;
        uint32_t first = reference->first;
        if (reference->back) {
            first = whittle_word_order(
                predictor->images,
                whittle_target_load(predictor->images, reference->back + unit->size, 4));
        }
        learn_move(predictor, unit->referred,
                   whittle_isa_resolve(predictor->isa, reference, unit->place, actual, first));
    }
}
