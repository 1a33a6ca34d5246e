/* After a run of hits, one decision says that the next units are hits, too. If they are not, the
 * block is halved until the miss is found, as in a search by bisection. This costs a decoder an
 * eighth of the time that single decisions take, and fewer decisions also wear out less of the
 * small tables.
 *
 * Only quiet units go into a block: those whose source bytes are the only guess, and those whose
 * kind has been predicted rightly of late; unless the last unit that began with the same byte
 * missed. A block ends before the first unit that is not quiet.
 */
#include "codec/blocks.h"

#include "codec/units.h"

enum { INPUTS = WHITTLE_UNIT_INPUTS, CONTEXT_FAMILY = 61 };

enum {
    RUN_MIN = 12,    /* hits before the first block */
    UNITS_MIN = 16,  /* units of that block */
    UNITS_MAX = 256, /* units of the largest */
    RUN_RATIO = 4    /* hits before a block, in its size */
};

static bool is_quiet(const whittle_stream *stream, const whittle_unit *unit) {
    bool trusted = unit->predicted == unit->source ||
                   (stream->kind_history[unit->kind] == 0 && stream->preference[unit->kind] >= 0);
    bool missed = stream->missed[(unit->source & 0xFF) / 8] >> (unit->source & 7) & 1;
    return trusted && !missed;
}

static unsigned block_size(uint32_t run) {
    unsigned size = UNITS_MIN;
    while (size < UNITS_MAX && run >= size * RUN_RATIO) {
        size *= 2;
    }
    return run < RUN_MIN ? 0 : size;
}

bool whittle_predict_next(whittle_stream *stream, uint32_t source, whittle_unit *unit) {
    uint32_t left = stream->copy_end - stream->images.position;
    if (left == 0) {
        return false;
    }
    whittle_predict(&stream->predictor, source, left, unit);
    return is_quiet(stream, unit);
}

static unsigned code_block_flag(whittle_stream *stream, const whittle_unit *first, unsigned size) {
    unsigned doubtful = stream->doubtful;
    uint32_t what = size << 16 | doubtful;
    /* In the order of how much they tell: see mixer.h. */
    const whittle_context contexts[INPUTS] = {
        {what, 0},
        {whittle_run_class(stream->run), what},
        {stream->block_history & 15, what},
        {first->source, what},
        {stream->history, doubtful},
        {stream->block_history & 0xFFFF, what},
        {stream->run, doubtful},
        {first->source & 0xFFFF, stream->previous},
    };
    uint32_t hashes[INPUTS];
    whittle_hash_contexts(contexts, stream->unit_weights.inputs, CONTEXT_FAMILY, hashes);
    const whittle_writer *writer = stream->writer;
    unsigned miss = writer ? writer->finds_miss(writer, stream, first, size) : 0;
    unsigned set = doubtful ? WHITTLE_UNIT_SET_HALVING : WHITTLE_UNIT_SET_BLOCK;
    return whittle_mixer_code(&stream->mixer, stream->coder, &stream->unit_weights, set, hashes,
                              miss);
}

static void take_hit(whittle_stream *stream, const whittle_unit *unit) {
    whittle_append_bytes(stream, unit->predicted, unit->size);
    stream->history <<= 1;
    stream->run++;
    stream->previous = unit->source;
    stream->source += unit->size;
}

static void take_block(whittle_stream *stream, whittle_unit *unit, unsigned size) {
    unsigned taken = 0;
    do {
        take_hit(stream, unit);
        taken++;
    } while (taken < size && whittle_predict_next(stream, stream->source, unit));
}

void whittle_code_copied(whittle_stream *stream) {
    whittle_unit unit;
    if (!whittle_predict_next(stream, stream->source, &unit)) {
        stream->doubtful = 0;
    }
    unsigned size = stream->doubtful ? stream->doubtful / 2 : block_size(stream->run);
    if (size < 2 || !is_quiet(stream, &unit)) {
        whittle_code_unit(stream, &unit);
        return;
    }
    unsigned miss = code_block_flag(stream, &unit, size);
    if (!stream->doubtful) {
        stream->block_history = stream->block_history << 1 | miss;
    }
    if (miss) {
        stream->doubtful = (uint16_t)size;
        return;
    }
    stream->doubtful = (uint16_t)(stream->doubtful ? stream->doubtful - size : 0);
    take_block(stream, &unit, size);
}
