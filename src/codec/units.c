/* One decision for most units: "as guessed?". Two guesses may compete, the source's bytes as they
 * are and with their address moved; which comes first is learned for each kind. Only a unit that is
 * neither is spelled out: each byte as guessed, or a literal. */
#include "codec/units.h"

#include "codec/literals.h"

enum { INPUTS = WHITTLE_UNIT_INPUTS, CONTEXT_FAMILY = 41 };

/* What is being asked of a unit. */
typedef enum question { ASK_FIRST, ASK_SECOND, ASK_BYTE } question;

unsigned whittle_run_class(uint32_t run) {
    unsigned class = 0;
    while (run && class < 7) {
        run >>= class < 3 ? 1 : 2;
        class ++;
    }
    return class;
}

static unsigned choose_set(const whittle_stream *stream, const whittle_unit *unit, question asked,
                           unsigned index) {
    if (asked == ASK_SECOND) {
        return WHITTLE_UNIT_SET_SECOND;
    }
    if (asked == ASK_BYTE) {
        return WHITTLE_UNIT_SET_BYTE + index;
    }
    unsigned run = stream->doubtful ? 3 : whittle_run_class(stream->run) / 2;
    return WHITTLE_UNIT_SET_FIRST + run * 4 + (unit->predicted != unit->source) * 2u +
           (unit->kind != WHITTLE_KIND_PLAIN);
}

static unsigned code_flag(whittle_stream *stream, const whittle_unit *unit, question asked,
                          uint32_t guess, unsigned index, unsigned missed, unsigned miss) {
    uint32_t moved = unit->predicted != unit->source;
    uint32_t kind = (uint32_t)unit->kind << 3 | unit->certainty;
    uint32_t what = kind << 8 | moved << 7 | asked << 5 | index << 3 | missed;
    uint32_t run = whittle_run_class(stream->run);
    uint32_t state = stream->doubtful ? 8u + stream->doubtful : run;
    uint32_t next = whittle_source_load(&stream->images, stream->source + unit->size, 2);
    /* What the unit refers to, or how its bytes differed where they last did. */
    uint32_t bytes = unit->source | (unit->size < 4 ? next << 8 * unit->size : 0);
    uint32_t about = unit->kind ? unit->referred >> 2
                                : stream->differences[bytes >> 8 & 0xFF] |
                                      (uint32_t)stream->differences[bytes >> 16 & 0xFF] << 8;
    /* In the order of how much they tell: see mixer.h. */
    const whittle_context contexts[INPUTS] = {
        {unit->source, what},
        {state, what},
        {stream->history & 0xFFFF, asked << 3 | missed},
        {about, what},
        {stream->kind_history[unit->kind], what},
        {unit->source & 0xF0FF, what | (stream->history & 3) << 16},
        {guess, next ^ what << 16},
        {unit->source & 0xFFFF, stream->previous ^ what << 16},
    };
    uint32_t hashes[INPUTS];
    whittle_hash_contexts(contexts, stream->unit_weights.inputs, CONTEXT_FAMILY, hashes);
    return whittle_mixer_code(&stream->mixer, stream->coder, &stream->unit_weights,
                              choose_set(stream, unit, asked, index), hashes, miss);
}

void whittle_append_bytes(whittle_stream *stream, uint32_t bytes, unsigned size) {
    for (unsigned i = 0; i < size; i++) {
        whittle_target_append(&stream->images, (uint8_t)(bytes >> 8 * i));
    }
}

/* A unit that is none of the guesses: returns its bytes, which are then appended. */
static uint32_t code_bytes(whittle_stream *stream, const whittle_unit *unit, uint32_t guess,
                           uint32_t actual) {
    uint32_t bytes = 0;
    unsigned missed = 0;
    for (unsigned i = 0; i < unit->size; i++) {
        uint8_t expected = (uint8_t)(guess >> 8 * i);
        uint8_t value = (uint8_t)(actual >> 8 * i);
        unsigned miss = 1;
        if (missed || i + 1 < unit->size) { /* the last byte must differ if no other did */
            miss = code_flag(stream, unit, ASK_BYTE, guess, i, missed, value != expected);
        }
        if (miss) {
            value = whittle_code_corrected(stream, unit, i, expected, value);
            missed |= 1;
        } else {
            value = expected;
            whittle_target_append(&stream->images, value);
        }
        bytes |= (uint32_t)value << 8 * i;
    }
    return bytes;
}

/* Which of the two guesses is right is remembered for each kind. */
static void learn_preference(whittle_stream *stream, const whittle_unit *unit, uint32_t actual) {
    int8_t *preference = &stream->preference[unit->kind];
    if (actual == unit->predicted && *preference < 15) {
        (*preference)++;
    } else if (actual == unit->source && *preference > -15) {
        (*preference)--;
    }
}

static uint32_t code_guesses(whittle_stream *stream, const whittle_unit *unit, uint32_t actual,
                             unsigned *miss) {
    bool competing = unit->predicted != unit->source;
    bool source_first = competing && stream->preference[unit->kind] < 0;
    uint32_t first = source_first ? unit->source : unit->predicted;
    uint32_t second = source_first ? unit->predicted : unit->source;
    *miss = code_flag(stream, unit, ASK_FIRST, first, 0, source_first, actual != first);
    if (!*miss) {
        whittle_append_bytes(stream, first, unit->size);
        return first;
    }
    if (competing &&
        !code_flag(stream, unit, ASK_SECOND, second, 0, source_first, actual != second)) {
        whittle_append_bytes(stream, second, unit->size);
        return second;
    }
    return code_bytes(stream, unit, first, actual);
}

/* Notes whether the last unit that began with the same byte missed. */
static void mark(whittle_stream *stream, const whittle_unit *unit, unsigned miss) {
    uint8_t *marks = &stream->missed[(unit->source & 0xFF) / 8];
    unsigned bit = 1u << (unit->source & 7);
    *marks = (uint8_t)(miss ? *marks | bit : *marks & ~bit);
}

void whittle_code_unit(whittle_stream *stream, const whittle_unit *unit) {
    unsigned miss;
    uint32_t actual = code_guesses(stream, unit, whittle_planned_bytes(stream, unit->size), &miss);
    if (unit->predicted != unit->source) {
        learn_preference(stream, unit, actual);
    }
    stream->history = stream->history << 1 | miss;
    stream->run = miss ? 0 : stream->run + 1;
    uint8_t *history = &stream->kind_history[unit->kind];
    *history = (uint8_t)((unsigned)*history << 1 | miss);
    mark(stream, unit, miss);
    stream->previous = unit->source;
    whittle_predictor_learn(&stream->predictor, unit, stream->source,
                            stream->images.position - stream->copy_start, actual);
    stream->source += unit->size;
    if (stream->doubtful > 0) {
        stream->doubtful = miss ? 0 : stream->doubtful - 1;
    }
}
