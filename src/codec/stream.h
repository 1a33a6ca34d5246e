/* The stream: what a payload says, element by element, in both directions.
 *
 * The target is a sequence of segments: bytes copied from the source with corrections, or inserted.
 * Each call of whittle_stream_step codes one element (a number, a unit of a copy, an inserted
 * byte). A reader gets the values from the coder; a writer gives them.
 */
#ifndef WHITTLE_CODEC_STREAM_H
#define WHITTLE_CODEC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/coder.h"
#include "codec/images.h"
#include "codec/mixer.h"
#include "codec/number.h"
#include "codec/prediction.h"
#include "whittle/patch.h"

/* No element takes more payload bytes than this: every bit takes at most two. */
#define WHITTLE_STREAM_ELEMENT_MAX 160

/* The part of a decoder's RAM that its structs may take on any machine: the model's tables, which
 * must be of the same size everywhere, get the rest. */
#define WHITTLE_STREAM_RESERVED 1344u

/* A copy, as an encoder plans it. */
typedef struct whittle_copy {
    uint32_t source;
    uint32_t target;
    uint32_t size;
    bool mapped; /* it begins an entry of the address map */
} whittle_copy;

typedef struct whittle_stream whittle_stream;

/* What only a writer knows: src/encoder/plan.c. Decoders are built without it. */
typedef struct whittle_writer whittle_writer;
struct whittle_writer {
    /* The copy that comes index-th in the target; behind the last one, an empty one at its end. */
    whittle_copy (*copy)(const whittle_writer *writer, size_t index);

    /* The first mapped copy from *index on, which is set to the one behind it. */
    whittle_copy (*mapped_copy)(const whittle_writer *writer, size_t *index);

    /* The next bytes of the target, the first one in the low bits. */
    uint32_t (*bytes)(const whittle_writer *writer, uint32_t position, unsigned size);

    /* Whether among the next size units of a block, of which the first is given, one is not as
     * predicted. */
    unsigned (*finds_miss)(const whittle_writer *writer, whittle_stream *stream,
                           const whittle_unit *first, unsigned size);
};

typedef enum whittle_stream_state {
    WHITTLE_STREAM_MAP,    /* reading entries of the address map */
    WHITTLE_STREAM_GAP,    /* where does the next copy begin? */
    WHITTLE_STREAM_INSERT, /* inserted bytes up to there */
    WHITTLE_STREAM_COPY_START,
    WHITTLE_STREAM_COPY,
    WHITTLE_STREAM_END,
} whittle_stream_state;

struct whittle_stream {
    whittle_coder *coder;
    const whittle_writer *writer; /* NULL for a reader */
    size_t planned;               /* copies that a writer has begun */
    whittle_images images;
    whittle_predictor predictor;
    whittle_mixer mixer;
    whittle_weights unit_weights;
    whittle_weights literal_weights;
    whittle_number *numbers;
    uint16_t mapped_slot; /* "is the next copy in the map?" */
    whittle_stream_state state;
    uint32_t map_entries; /* how many the map will have */
    uint32_t mapped;      /* map entries whose copies were begun */
    uint32_t copy_start;  /* target offset where the next copy begins, or the present one began */
    uint32_t copy_end;    /* target offset where the present one ends */
    uint32_t source;      /* source offset of the next byte to copy */
    bool next_is_mapped;  /* the next copy is the next entry of the map */
    uint32_t instruction; /* target offset of the instruction that is being inserted */
    uint16_t opcode;      /* that of the instruction before, hashed */
    /* What the unit contexts remember. */
    uint32_t block_history; /* hits (0) and misses (1) of the last blocks */
    uint16_t doubtful;      /* units ahead of which one is known to miss; 0: nothing is known */
    uint32_t history;       /* hits (0) and misses (1) of the last units */
    uint32_t run;           /* units since the last miss */
    uint8_t kind_history[WHITTLE_KIND_COUNT];
    int8_t preference[WHITTLE_KIND_COUNT]; /* below 0: the source's bytes are the better guess */
    uint8_t missed[32];       /* a bit for each first byte of units: the last such unit missed */
    uint8_t differences[256]; /* how the last corrected byte before this source byte differed */
    uint32_t previous;        /* the bytes of the last unit in the source */
};

/* The next bytes of the target, which a writer has to code; 0 for a reader. */
static inline uint32_t whittle_planned_bytes(const whittle_stream *stream, unsigned size) {
    const whittle_writer *writer = stream->writer;
    return writer ? writer->bytes(writer, stream->images.position, size) : 0;
}

/* Sets up the model for a patch with that header: its images' sizes and regions, its map, and
 * tables that fill what is left of the memory. The caller fills in coder, writer and the images'
 * callbacks in the zeroed struct before.
 *
 * memory, size   the decoder's RAM but for WHITTLE_STREAM_RESERVED bytes; aligned for uint64_t
 *
 * WHITTLE_ERROR_ISA: an instruction set left out of this build. RAM: the map leaves no room. */
int whittle_stream_init(whittle_stream *stream, const whittle_header *header,
                        const uint8_t *header_bytes, void *memory, size_t size);

/* Codes the next element. Returns 0, or an error: WHITTLE_ERROR_CORRUPT where the payload breaks a
 * rule, or what a callback returned. */
int whittle_stream_step(whittle_stream *stream);

#endif
