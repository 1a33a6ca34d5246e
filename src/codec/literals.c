/* The contexts of literals. A byte is a walk down a binary tree; at each node every context hash is
 * combined with the node. */
#include "codec/literals.h"

#include <assert.h>
#include <stddef.h>

enum { INPUTS = WHITTLE_LITERAL_INPUTS };

static_assert(INPUTS == WHITTLE_CONTEXT_MAX, "literals have the most contexts");

/* The weight sets: one for each byte of a corrected unit, then by alignment for inserted bytes. */
enum { SET_CORRECTED = 0, SET_INSERTED = 8 };

enum { FAMILY_INSERTED = 1, FAMILY_CORRECTED = 21 };

/* Codes a byte. The first context also tells whether the byte goes on as guess does. */
static uint8_t code_byte(whittle_stream *stream, const whittle_context *contexts, uint32_t family,
                         unsigned set, uint8_t guess, uint8_t value) {
    uint32_t bases[INPUTS];
    uint32_t hashes[INPUTS];
    unsigned inputs = stream->literal_weights.inputs;
    whittle_hash_contexts(contexts, inputs, family, bases);
    uint32_t node = 1;
    for (unsigned left = 8; left > 0; left--) {
        uint32_t step = node * 0x9E3779B1u;
        uint32_t follows = (guess | 0x100u) >> left == node;
        uint32_t expected = guess >> (left - 1) & 1u;
        hashes[0] = whittle_hash(bases[0], follows ? left * 2 + expected : 32, node * !follows);
        for (unsigned i = 1; i < inputs; i++) {
            hashes[i] = bases[i] ^ step;
        }
        unsigned bit = value >> (left - 1) & 1u;
        bit = whittle_mixer_code(&stream->mixer, stream->coder, &stream->literal_weights, set,
                                 hashes, bit);
        node = node << 1 | bit;
    }
    return (uint8_t)node;
}

/* Goes on to the instruction at the end of the target, which may have begun already. */
static void walk_instructions(whittle_stream *stream) {
    const whittle_isa_model *isa = stream->predictor.isa;
    const whittle_images *images = &stream->images;
    while (isa) {
        uint32_t behind = images->position - stream->instruction;
        if (behind < 2) {
            break;
        }
        uint32_t bits = whittle_target_load(images, behind, behind < 4 ? behind : 4);
        unsigned length = isa->length(bits & 0xFFFF, stream->instruction);
        if (length > behind) {
            break;
        }
        bits &= length == 4 ? UINT32_MAX : (1u << 8 * length) - 1;
        stream->opcode = (uint16_t)(whittle_hash(bits & isa->opcode_mask, 0, 0) >> 16);
        stream->instruction += length;
    }
}

enum { WALK_BEFORE = 32 };

void whittle_insertion_begins(whittle_stream *stream) {
    uint32_t position = stream->images.position;
    stream->instruction = position > WALK_BEFORE ? (position - WALK_BEFORE) & ~3u : 0;
    walk_instructions(stream);
}

/* Codes the j-th byte of a unit that begins at start. The bytes before it are those coded before
 * it, so that an opcode is known when its operands come. */
static uint8_t code_inserted(whittle_stream *stream, uint32_t start, unsigned j, unsigned unit,
                             uint8_t value) {
    whittle_images *images = &stream->images;
    uint32_t mask = unit - 1;
    uint32_t place = start + j;
    uint32_t c1 = *whittle_target_at(images, (place - 1) ^ mask);
    uint32_t c2 = *whittle_target_at(images, (place - 2) ^ mask);
    uint32_t c3 = *whittle_target_at(images, (place - 3) ^ mask);
    uint32_t c4 = *whittle_target_at(images, (place - 4) ^ mask);
    uint32_t c8 = *whittle_target_at(images, (place - 8) ^ mask);
    uint32_t last = c1 | c2 << 8 | c3 << 16 | c4 << 24;
    uint32_t phase = place - stream->instruction; /* bytes of the instruction so far */
    phase = phase < 4 ? phase : 4;
    uint32_t begun = phase < 4 ? last & (((uint32_t)1 << 8 * phase) - 1) : last;
    /* In the order of how much they tell: see mixer.h. */
    const whittle_context contexts[INPUTS] = {
        {0, 0},
        {begun | phase << 24, stream->opcode},
        {c1 | c2 << 8, 0},
        {begun | phase << 24, 0},
        {c1, phase},
        {last, 0},
        {phase, 0},
        {c1 | c2 << 8 | c3 << 16, 0},
        {c2, phase},
    };
    return code_byte(stream, contexts, FAMILY_INSERTED, SET_INSERTED + (phase & 3), (uint8_t)c8,
                     value);
}

void whittle_code_inserted(whittle_stream *stream, uint32_t most) {
    const whittle_isa_model *isa = stream->predictor.isa;
    uint32_t start = stream->images.position;
    unsigned unit = isa ? isa->coded_unit : 1;
    if (start % unit || most < unit) {
        unit = 1;
    }
    uint32_t bytes = whittle_planned_bytes(stream, unit);
    for (unsigned j = 0; j < unit; j++) {
        unsigned k = unit - 1 - j;
        *whittle_target_at(&stream->images, start + k) =
            code_inserted(stream, start, j, unit, (uint8_t)(bytes >> 8 * k));
    }
    for (unsigned k = 0; k < unit; k++) {
        whittle_target_append(&stream->images, *whittle_target_at(&stream->images, start + k));
    }
    walk_instructions(stream);
}

uint8_t whittle_code_corrected(whittle_stream *stream, const whittle_unit *unit, unsigned index,
                               uint8_t expected, uint8_t value) {
    whittle_images *images = &stream->images;
    uint32_t raw = unit->source >> 8 * index & 0xFF;
    uint32_t c1 = whittle_target_recent(images, 1);
    uint32_t c2 = whittle_target_recent(images, 2);
    uint32_t before = whittle_source_byte(images, stream->source + index - 1);
    uint32_t after = whittle_source_byte(images, stream->source + index + 1);
    uint32_t place = (uint32_t)unit->kind << 3 | index;
    /* In the order of how much they tell: see mixer.h. */
    const whittle_context contexts[INPUTS] = {
        {unit->kind, 0},
        {expected | raw << 8 | c1 << 16, place},
        {raw | before << 8 | after << 16, place},
        {expected, place},
        {raw, place},
        {(c1 - before) & 0xFF, raw | place << 8},
        {c1, place},
        {raw | c1 << 8 | before << 16, 0},
        {c1 | c2 << 8 | raw << 16, 0},
    };
    uint8_t *difference = &stream->differences[after];
    uint8_t guess = (uint8_t)(expected + *difference);
    unsigned set = SET_CORRECTED + index + (unit->kind == WHITTLE_KIND_PLAIN ? 0u : 4u);
    value = code_byte(stream, contexts, FAMILY_CORRECTED, set, guess, value);
    whittle_target_append(images, value);
    *difference = (uint8_t)(value - expected);
    return value;
}
