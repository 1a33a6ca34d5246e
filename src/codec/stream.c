/* The state machine over the elements, and the memory of the model. */
#include "codec/stream.h"

#include <assert.h>
#include <string.h>

#include "codec/blocks.h"
#include "codec/literals.h"
#include "codec/units.h"
#include "whittle/error.h"

typedef enum number_use {
    NUMBER_MAP_STEP, /* between map entries in the target */
    NUMBER_MAP_MOVE, /* how far a map entry departs from the one before */
    NUMBER_GAP,      /* inserted bytes between copies */
    NUMBER_SIZE,     /* bytes of a copy that is not in the map */
    NUMBER_MOVE,     /* how far such a copy departs from the one before */
    NUMBER_COUNT,
} number_use;

/* The sum of a decision's initial weights, 4096 = 1.0, and the learning rates. */
enum { UNIT_WEIGHT = 9600, UNIT_RATE = 24, LITERAL_WEIGHT = 9000, LITERAL_RATE = 24 };

/* The hashed table must have some room left, in bytes. */
enum { TABLE_MIN = 512 };

/* What is left of the model's memory. */
typedef struct arena {
    uint8_t *next;
    size_t left;
    bool exceeded; /* more was asked for than there was */
} arena;

/* Takes room for count items, aligned for any member of the model. */
static void *take(arena *from, size_t count, size_t item_size) {
    size_t size = (count * item_size + 7) & ~(size_t)7;
    void *taken = from->next;
    if (size > from->left) {
        from->exceeded = true;
        return taken;
    }
    from->next += size;
    from->left -= size;
    return taken;
}

static void set_up_regions(whittle_predictor *predictor, const whittle_header *header,
                           const uint8_t *header_bytes, whittle_region *regions) {
    whittle_header_regions(header_bytes, header, regions);
    predictor->source_regions = regions;
    predictor->source_region_count = header->source_region_count;
    predictor->target_regions = regions + header->source_region_count;
    predictor->target_region_count = header->target_region_count;
}

int whittle_stream_init(whittle_stream *stream, const whittle_header *header,
                        const uint8_t *header_bytes, void *memory, size_t size) {
    arena from = {.next = memory, .left = size};
    size_t region_count = (size_t)header->source_region_count + header->target_region_count;
    size_t shift_count = header->ram / 256;
    whittle_region *regions = take(&from, region_count, sizeof(whittle_region));
    whittle_map_entry *entries = take(&from, header->map_entries, sizeof(whittle_map_entry));
    whittle_shift *shifts = take(&from, shift_count, sizeof(whittle_shift));
    whittle_number *numbers = take(&from, NUMBER_COUNT, sizeof(whittle_number));
    int16_t *unit_values =
        take(&from, WHITTLE_UNIT_SETS * (WHITTLE_UNIT_INPUTS + 1), sizeof(int16_t));
    int16_t *literal_values =
        take(&from, WHITTLE_LITERAL_SETS * (WHITTLE_LITERAL_INPUTS + 1), sizeof(int16_t));
    if (from.exceeded || from.left < TABLE_MIN) {
        return WHITTLE_ERROR_RAM;
    }
    const whittle_isa_model *isa = whittle_isa_find(header->isa);
    if (header->isa != WHITTLE_ISA_NONE && !isa) {
        return WHITTLE_ERROR_ISA;
    }
    set_up_regions(&stream->predictor, header, header_bytes, regions);
    stream->predictor.images = &stream->images;
    stream->predictor.isa = isa;
    stream->images.big_endian = header->isa == WHITTLE_ISA_MIPS_BE;
    stream->predictor.map.entries = entries;
    stream->predictor.shifts.entries = shifts;
    stream->predictor.shifts.capacity = (uint32_t)shift_count;
    stream->images.source_size = header->source_size;
    stream->images.target_size = header->target_size;
    stream->map_entries = header->map_entries;
    stream->numbers = numbers;
    stream->mapped_slot = WHITTLE_SLOT_INITIAL;
    for (unsigned i = 0; i < NUMBER_COUNT; i++) {
        whittle_number_init(&numbers[i]);
    }
    unsigned inputs = header->contexts;
    whittle_weights_init(&stream->literal_weights, literal_values, WHITTLE_LITERAL_SETS, inputs,
                         LITERAL_WEIGHT / (int32_t)inputs, LITERAL_RATE);
    inputs = inputs < WHITTLE_UNIT_INPUTS ? inputs : WHITTLE_UNIT_INPUTS;
    whittle_weights_init(&stream->unit_weights, unit_values, WHITTLE_UNIT_SETS, inputs,
                         UNIT_WEIGHT / (int32_t)inputs, UNIT_RATE);
    whittle_mixer_init(&stream->mixer, from.next, from.left);
    stream->state = WHITTLE_STREAM_MAP;
    return WHITTLE_OK;
}

static uint32_t code_number(whittle_stream *stream, number_use use, uint32_t value) {
    return whittle_number_code(&stream->numbers[use], &stream->mixer, stream->coder, value);
}

static int32_t code_move(whittle_stream *stream, number_use use, int32_t value) {
    return whittle_number_code_signed(&stream->numbers[use], &stream->mixer, stream->coder, value);
}

/* The copy that a writer codes index-th; a reader does not know it. */
static whittle_copy planned_copy(const whittle_stream *stream, size_t index) {
    const whittle_copy unknown = {0, 0, 0, false};
    return stream->writer ? stream->writer->copy(stream->writer, index) : unknown;
}

static bool code_is_mapped(whittle_stream *stream, bool mapped) {
    return whittle_slot_code(&stream->mixer, stream->coder, &stream->mapped_slot, mapped);
}

static int step_map(whittle_stream *stream) {
    whittle_map *map = &stream->predictor.map;
    if (map->count == stream->map_entries) {
        stream->planned = 0;
        stream->copy_start = 0;
        stream->source = 0;
        stream->next_is_mapped = code_is_mapped(stream, planned_copy(stream, 0).mapped);
        stream->state = WHITTLE_STREAM_GAP;
        return WHITTLE_OK;
    }
    /* copy_start and source are the entry before. */
    whittle_copy copy = {0, 0, 0, false};
    if (stream->writer) {
        copy = stream->writer->mapped_copy(stream->writer, &stream->planned);
    }
    uint32_t step = code_number(stream, NUMBER_MAP_STEP, copy.target - stream->copy_start);
    uint32_t target = stream->copy_start + step;
    uint32_t expected = stream->source + step;
    uint32_t source =
        expected + (uint32_t)code_move(stream, NUMBER_MAP_MOVE, (int32_t)(copy.source - expected));
    if (target < stream->copy_start || target > stream->images.target_size ||
        source > stream->images.source_size) {
        return WHITTLE_ERROR_CORRUPT;
    }
    whittle_map_add(map, source, target);
    stream->copy_start = target;
    stream->source = source;
    return WHITTLE_OK;
}

/* Where the next map entry begins in the target; behind the last one, the end of the image. */
static uint32_t next_mapped_start(const whittle_stream *stream) {
    uint32_t source;
    uint32_t target = stream->images.target_size;
    if (stream->mapped < stream->map_entries) {
        whittle_map_get(&stream->predictor.map, stream->mapped, &source, &target);
    }
    return target;
}

/* Between two copies: how many bytes are inserted before the next one? */
static int step_gap(whittle_stream *stream) {
    whittle_copy copy = planned_copy(stream, stream->planned);
    uint32_t end = stream->images.position;
    if (stream->next_is_mapped) {
        stream->copy_start = next_mapped_start(stream);
        if (stream->copy_start < end) {
            return WHITTLE_ERROR_CORRUPT;
        }
    } else {
        uint32_t gap = code_number(stream, NUMBER_GAP, copy.target - end);
        if (gap > stream->images.target_size - end) {
            return WHITTLE_ERROR_CORRUPT;
        }
        stream->copy_start = end + gap;
    }
    stream->source += stream->copy_start - end;
    whittle_insertion_begins(stream);
    stream->state = WHITTLE_STREAM_INSERT;
    return WHITTLE_OK;
}

static void step_insert(whittle_stream *stream) {
    uint32_t position = stream->images.position;
    if (position == stream->copy_start) {
        stream->state = stream->copy_start == stream->images.target_size
                            ? WHITTLE_STREAM_END
                            : WHITTLE_STREAM_COPY_START;
        return;
    }
    whittle_code_inserted(stream, stream->copy_start - position);
}

static int step_copy_start(whittle_stream *stream) {
    whittle_copy copy = planned_copy(stream, stream->planned++);
    uint32_t start = stream->images.position;
    if (stream->next_is_mapped) {
        uint32_t target;
        whittle_map_get(&stream->predictor.map, stream->mapped++, &stream->source, &target);
    } else {
        /* It departs from where the copy before has ended, plus what was inserted since. */
        int32_t move = (int32_t)(copy.source - stream->source);
        stream->source += (uint32_t)code_move(stream, NUMBER_MOVE, move);
    }
    whittle_copy following = planned_copy(stream, stream->planned);
    stream->next_is_mapped = code_is_mapped(stream, following.mapped);
    if (stream->next_is_mapped) {
        uint32_t end = next_mapped_start(stream);
        uint32_t gap = code_number(stream, NUMBER_GAP, following.target - copy.target - copy.size);
        if (end < start || gap > end - start) {
            return WHITTLE_ERROR_CORRUPT;
        }
        stream->copy_end = end - gap;
    } else {
        /* Never empty, so that each step makes progress. */
        uint32_t last = code_number(stream, NUMBER_SIZE, copy.size - 1);
        if (last >= stream->images.target_size - start) {
            return WHITTLE_ERROR_CORRUPT;
        }
        stream->copy_end = start + last + 1;
    }
    stream->copy_start = start;
    uint32_t size = stream->copy_end - start;
    if (stream->source > stream->images.source_size ||
        size > stream->images.source_size - stream->source) {
        return WHITTLE_ERROR_CORRUPT;
    }
    whittle_predictor_seek(&stream->predictor, stream->source);
    stream->state = WHITTLE_STREAM_COPY;
    return WHITTLE_OK;
}

static void step_copy(whittle_stream *stream) {
    if (stream->images.position == stream->copy_end) {
        stream->state = WHITTLE_STREAM_GAP;
        return;
    }
    whittle_code_copied(stream);
}

int whittle_stream_step(whittle_stream *stream) {
    int error = WHITTLE_OK;
    switch (stream->state) {
    case WHITTLE_STREAM_MAP:
        error = step_map(stream);
        break;
    case WHITTLE_STREAM_GAP:
        error = step_gap(stream);
        break;
    case WHITTLE_STREAM_INSERT:
        step_insert(stream);
        break;
    case WHITTLE_STREAM_COPY_START:
        error = step_copy_start(stream);
        break;
    case WHITTLE_STREAM_COPY:
        step_copy(stream);
        break;
    case WHITTLE_STREAM_END:
        break;
    }
    return error ? error : stream->images.error;
}
