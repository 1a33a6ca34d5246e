/* The writer's side of the stream: answers from the target and the list of copies. */
#include "encoder/plan.h"

#include "codec/blocks.h"

static whittle_copy copy_at(const whittle_writer *writer, size_t index) {
    const plan *of = (const plan *)writer;
    if (index < of->copy_count) {
        return of->copies[index];
    }
    return (whittle_copy){.target = of->target_size, .mapped = true};
}

static whittle_copy mapped_copy(const whittle_writer *writer, size_t *index) {
    whittle_copy copy;
    do {
        copy = copy_at(writer, (*index)++);
    } while (!copy.mapped);
    return copy;
}

static uint32_t bytes_at(const whittle_writer *writer, uint32_t position, unsigned size) {
    const plan *of = (const plan *)writer;
    uint32_t bytes = 0;
    for (unsigned i = 0; i < size; i++) {
        bytes |= (uint32_t)of->target[position + i] << 8 * i;
    }
    return bytes;
}

/* Looks ahead as a block goes, and back again. */
static unsigned finds_miss(const whittle_writer *writer, whittle_stream *stream,
                           const whittle_unit *first, unsigned size) {
    uint32_t boundary = stream->predictor.boundary;
    uint32_t position = stream->images.position;
    uint32_t source = stream->source;
    whittle_unit unit = *first;
    unsigned miss = 0;
    for (unsigned i = 0; i < size && !miss; i++) {
        if (i > 0 && !whittle_predict_next(stream, source, &unit)) {
            break;
        }
        miss = bytes_at(writer, stream->images.position, unit.size) != unit.predicted;
        stream->images.position += unit.size;
        source += unit.size;
    }
    stream->images.position = position;
    stream->predictor.boundary = boundary;
    return miss;
}

void plan_init(plan *new, const uint8_t *target, uint32_t target_size, const whittle_copy *copies,
               size_t copy_count) {
    *new = (plan){
        .writer = {copy_at, mapped_copy, bytes_at, finds_miss},
        .target = target,
        .target_size = target_size,
        .copies = copies,
        .copy_count = copy_count,
    };
}
