/* The trace: a reader of the stream whose coder also weighs.
 *
 * A decision that narrows the coder's range from r to s takes log2(r / s) bits. Whatever the model
 * does, these differences add up to the bits of the payload, but for what is left of the range at
 * the end. The trace knows which element a step codes by the state of the stream before and after
 * it, and within a unit of a copy by how far the target has come when a decision is made. It never
 * looks into the model.
 */
#include "whittle/trace.h"

#include <stdlib.h>
#include <string.h>

#include "codec/isa/isa.h"
#include "codec/stream.h"
#include "decoder/range_decoder.h"
#include "trace/logarithm.h"
#include "whittle/apply.h"

/* Decisions of one step that are told apart; more, if there were any, count as the last. */
enum { STEP_DECISIONS = 512 };

/* A literal is spelled out in so many decisions. */
enum { LITERAL_DECISIONS = 8 };

enum { CRC_SIZE = 4 };

typedef struct decision {
    uint32_t position; /* of the target, when it was made */
    uint64_t cost;
} decision;

typedef struct walk {
    whittle_coder coder; /* first: the model sees only this */
    range_decoder inner;
    whittle_stream stream;
    const uint8_t *source;
    whittle_trace *trace;
    size_t segment_capacity;
    decision decisions[STEP_DECISIONS]; /* of the present step */
    size_t decision_count;
    uint64_t placing; /* spent on where the next byte comes from */
    uint64_t search;  /* spent on finding the next unit that is not as predicted */
} walk;

/* ---- Weighing ---- */

static unsigned weigh_bit(whittle_coder *coder, uint32_t one, unsigned bit) {
    walk *of = (walk *)coder;
    uint32_t range = of->inner.range;
    uint32_t bound = (range >> 16) * one;
    bit = of->inner.coder.code(&of->inner.coder, one, bit);
    uint64_t cost = logarithm(range) - logarithm(bit ? bound : range - bound);
    if (of->decision_count < STEP_DECISIONS) {
        of->decisions[of->decision_count++] = (decision){of->stream.images.position, cost};
    } else {
        of->decisions[STEP_DECISIONS - 1].cost += cost;
    }
    of->trace->decisions++;
    return bit;
}

static uint64_t step_cost(const walk *of) {
    uint64_t sum = 0;
    for (size_t i = 0; i < of->decision_count; i++) {
        sum += of->decisions[i].cost;
    }
    return sum;
}

static void spend(walk *of, whittle_patch_part part, uint64_t cost) {
    of->trace->parts[part] += (int64_t)cost;
}

/* What was spent before the byte at that offset, for its sake. */
static void settle(walk *of, uint64_t *spent, uint32_t offset) {
    if (of->trace->header.target_size > 0) {
        uint32_t last = of->trace->header.target_size - 1;
        of->trace->costs[offset < last ? offset : last] += *spent;
        *spent = 0;
    }
}

/* What was spent on the place of the last segment, which begins at that offset. */
static void settle_placing(walk *of, uint32_t offset) {
    whittle_trace *trace = of->trace;
    if (trace->segment_count > 0) {
        trace->segments[trace->segment_count - 1].placing += of->placing;
    }
    settle(of, &of->placing, offset);
}

/* ---- Segments ---- */

static int add_segment(walk *of, const whittle_traced_segment *added) {
    whittle_trace *trace = of->trace;
    if (trace->segment_count == of->segment_capacity) {
        size_t capacity = of->segment_capacity ? 2 * of->segment_capacity : 256;
        whittle_traced_segment *grown = realloc(trace->segments, capacity * sizeof *grown);
        if (!grown) {
            return WHITTLE_ERROR_MEMORY;
        }
        trace->segments = grown;
        of->segment_capacity = capacity;
    }
    trace->segments[trace->segment_count++] = *added;
    return WHITTLE_OK;
}

static int trace_insertion(walk *of, uint32_t start) {
    const whittle_stream *stream = &of->stream;
    const whittle_traced_segment added = {.target = start, .size = stream->copy_start - start};
    return stream->copy_start > start ? add_segment(of, &added) : WHITTLE_OK;
}

static int trace_copy(walk *of, bool mapped) {
    const whittle_stream *stream = &of->stream;
    const whittle_traced_segment added = {
        .target = stream->copy_start,
        .size = stream->copy_end - stream->copy_start,
        .source = stream->source,
        .copied = true,
        .mapped = mapped,
    };
    return added.size > 0 ? add_segment(of, &added) : WHITTLE_OK;
}

/* ---- Bytes ---- */

/* Some bytes were inserted at once: the decisions of each are together, and those of the last byte
 * of an aligned piece come first (docs/FORMAT.md). */
static void trace_inserted(walk *of, uint32_t start) {
    whittle_trace *trace = of->trace;
    uint32_t count = of->stream.images.position - start;
    for (size_t i = 0; i < of->decision_count && count > 0; i++) {
        uint32_t turn = (uint32_t)(i / LITERAL_DECISIONS);
        turn = turn < count ? turn : count - 1;
        trace->costs[start + count - 1 - turn] += of->decisions[i].cost;
    }
    if (count > 0) {
        memset(trace->origins + start, WHITTLE_ORIGIN_INSERTED, count);
        settle_placing(of, start);
    }
    spend(of, WHITTLE_PART_INSERTED, step_cost(of));
}

/* The decisions of a step that were made at one place of the target: flags, and the literal behind
 * them if there are so many. */
static void trace_place(walk *of, size_t first, size_t end) {
    whittle_trace *trace = of->trace;
    bool spelled = end - first >= LITERAL_DECISIONS;
    size_t literal = spelled ? end - LITERAL_DECISIONS : end;
    uint32_t position = of->decisions[first].position;
    for (size_t i = first; i < end; i++) {
        trace->costs[position] += of->decisions[i].cost;
        spend(of, i < literal ? WHITTLE_PART_FLAGS : WHITTLE_PART_CORRECTIONS,
              of->decisions[i].cost);
    }
    if (spelled) {
        trace->origins[position] = WHITTLE_ORIGIN_CORRECTED;
    }
}

/* What came of a copy's step: units as predicted, a unit that is spelled out; or nothing but the
 * knowledge that a unit ahead is not as predicted. */
static void trace_copied(walk *of, uint32_t start, uint32_t source) {
    whittle_trace *trace = of->trace;
    uint32_t end = of->stream.images.position;
    if (end == start) {
        of->search += step_cost(of);
        spend(of, WHITTLE_PART_FLAGS, step_cost(of));
        return;
    }
    for (uint32_t i = start; i < end; i++) {
        bool same = of->source[source + (i - start)] == trace->target[i];
        trace->origins[i] = same ? WHITTLE_ORIGIN_COPIED : WHITTLE_ORIGIN_PREDICTED;
    }
    size_t first = 0;
    for (size_t i = 1; i <= of->decision_count; i++) {
        if (i == of->decision_count || of->decisions[i].position != of->decisions[first].position) {
            trace_place(of, first, i);
            first = i;
        }
    }
    settle_placing(of, start);
    if (of->stream.doubtful == 0) {
        settle(of, &of->search, start);
    }
}

/* ---- The walk ---- */

static int step(walk *of) {
    whittle_stream *stream = &of->stream;
    whittle_stream_state before = stream->state;
    bool mapped = stream->next_is_mapped;
    uint32_t start = stream->images.position;
    uint32_t source = stream->source;
    of->decision_count = 0;
    int error = whittle_stream_step(stream);
    if (error) {
        return error;
    }
    if (before == WHITTLE_STREAM_INSERT) {
        trace_inserted(of, start);
    } else if (before == WHITTLE_STREAM_COPY) {
        trace_copied(of, start, source);
    } else if (before == WHITTLE_STREAM_MAP && stream->state == WHITTLE_STREAM_MAP) {
        spend(of, WHITTLE_PART_MAP, step_cost(of));
    } else { /* the last step of the map begins the first copy */
        of->placing += step_cost(of);
        spend(of, WHITTLE_PART_SEGMENTS, step_cost(of));
    }
    if (before == WHITTLE_STREAM_GAP) {
        return trace_insertion(of, start);
    }
    return before == WHITTLE_STREAM_COPY_START ? trace_copy(of, mapped) : WHITTLE_OK;
}

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const walk *of = context;
    memcpy(data, of->source + offset, size);
    return WHITTLE_OK;
}

static int discard_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context, (void)offset, (void)data, (void)size;
    return WHITTLE_OK;
}

static int run(walk *of, const uint8_t *patch, void *memory) {
    const whittle_header *header = &of->trace->header;
    of->coder.code = weigh_bit;
    of->stream.coder = &of->coder;
    of->stream.images.read_source = read_source;
    of->stream.images.write_target = discard_target;
    of->stream.images.context = of;
    int error = whittle_stream_init(&of->stream, header, patch, memory,
                                    header->ram - WHITTLE_STREAM_RESERVED);
    range_decoder_init(&of->inner);
    range_decoder_supply(&of->inner, patch + header->header_size, header->payload_size);
    range_decoder_start(&of->inner);
    while (!error && of->stream.state != WHITTLE_STREAM_END) {
        error = step(of);
    }
    settle_placing(of, header->target_size);
    settle(of, &of->search, header->target_size);
    return error;
}

/* ---- The sums ---- */

static void sum_parts(whittle_trace *trace) {
    const whittle_header *header = &trace->header;
    const int64_t byte = (int64_t)WHITTLE_COST_BYTE;
    int64_t *parts = trace->parts;
    int64_t rest = header->total_size - header->header_size - header->payload_size;
    int64_t coded = parts[WHITTLE_PART_MAP] + parts[WHITTLE_PART_SEGMENTS] +
                    parts[WHITTLE_PART_FLAGS] + parts[WHITTLE_PART_CORRECTIONS] +
                    parts[WHITTLE_PART_INSERTED];
    parts[WHITTLE_PART_HEADER] = header->header_size * byte;
    parts[WHITTLE_PART_ROUNDING] = header->payload_size * byte - coded;
    parts[WHITTLE_PART_SIGNATURE] = (rest - CRC_SIZE) * byte;
    parts[WHITTLE_PART_CHECKSUM] = CRC_SIZE * byte;
}

static void sum_segments(whittle_trace *trace) {
    for (size_t i = 0; i < trace->segment_count; i++) {
        whittle_traced_segment *segment = &trace->segments[i];
        for (uint32_t at = 0; at < segment->size; at++) {
            segment->cost += trace->costs[segment->target + at];
        }
    }
}

static int trace_payload(const uint8_t *source, const uint8_t *patch, whittle_trace *trace) {
    void *memory = malloc(trace->header.ram - WHITTLE_STREAM_RESERVED);
    walk *of = calloc(1, sizeof *of);
    int error = WHITTLE_ERROR_MEMORY;
    if (memory && of) {
        of->source = source;
        of->trace = trace;
        error = run(of, patch, memory);
    }
    free(of);
    free(memory);
    if (!error) {
        sum_parts(trace);
        sum_segments(trace);
    }
    return error;
}

int whittle_trace_patch(const uint8_t *source, size_t source_size, const uint8_t *patch,
                        size_t patch_size, whittle_trace *trace) {
    size_t target_size;
    *trace = (whittle_trace){.target = NULL};
    int error = whittle_apply(source, source_size, patch, patch_size, NULL, NULL, &trace->target,
                              &target_size);
    if (!error) {
        error = whittle_header_read(patch, patch_size, &trace->header);
    }
    if (!error) {
        trace->origins = calloc(target_size + 1, sizeof *trace->origins);
        trace->costs = calloc(target_size + 1, sizeof *trace->costs);
        error = trace->origins && trace->costs ? trace_payload(source, patch, trace)
                                               : WHITTLE_ERROR_MEMORY;
    }
    if (error) {
        whittle_trace_free(trace);
    }
    return error;
}

void whittle_trace_free(whittle_trace *trace) {
    free(trace->target);
    free(trace->origins);
    free(trace->costs);
    free(trace->segments);
    *trace = (whittle_trace){.target = NULL};
}
