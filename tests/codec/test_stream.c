/* The stream at its dearest: elements whose every bit is the less probable one. No encoder writes
 * them, but a decoder must have the room for them.
 *
 * The stream runs over a coder that writes what it likes, whatever the plan says, and so makes a
 * payload that is as hostile as told, along with the target that it stands for. */
#include "codec/stream.h"
#include "encoder/plan.h"

#include <stdlib.h>
#include <string.h>

#include "decoder/range_decoder.h"
#include "encoder/range_encoder.h"
#include "support/decoding.h"
#include "support/unit_test.h"

enum { RAM = 8192, IMAGE_SIZE = 9600, PERIOD = 24, HEADER_ROOM = WHITTLE_HEADER_MAX };

typedef struct contrary_coder {
    whittle_coder coder; /* first: the model sees only this */
    range_encoder written;
    bool contrary;
} contrary_coder;

static unsigned code_contrary(whittle_coder *coder, uint32_t one, unsigned bit) {
    contrary_coder *with = (contrary_coder *)coder;
    if (with->contrary) {
        bit = one < WHITTLE_PROBABILITY_HALF;
    }
    return with->written.coder.code(&with->written.coder, one, bit);
}

/* A stream over an image that is its own target, in one copy or all inserted. */
typedef struct scene {
    contrary_coder coder;
    whittle_stream stream;
    plan plan;
    whittle_copy copy;
    whittle_header header;
    uint8_t header_bytes[HEADER_ROOM];
    image source;
    image planned;              /* the target that the plan asks for */
    uint8_t target[IMAGE_SIZE]; /* the one that came of it */
    uint64_t memory[RAM / 8];
} scene;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const scene *in = context;
    memcpy(data, in->source.data + offset, size);
    return WHITTLE_OK;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    scene *in = context;
    memcpy(in->target + offset, data, size);
    return WHITTLE_OK;
}

static void start_with_map(scene *new, uint8_t isa, bool copied, uint32_t map_entries) {
    const whittle_region regions[] = {{0, IMAGE_SIZE, 0x8000}, {0, IMAGE_SIZE, 0x8000}};
    generator random = generator_start(130);
    memset(new, 0, sizeof *new);
    new->source = image_of_pattern(&random, PERIOD, IMAGE_SIZE);
    new->planned = image_copy(&new->source);
    for (size_t i = 0; i + PERIOD <= IMAGE_SIZE; i += PERIOD) {
        memcpy(new->planned.data + i + 4, "\x12\x34\x56\x78", 4);
        new->planned.data[i + 13] ^= 0x81;
    }
    new->header = (whittle_header){.flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS,
                                   .isa = isa,
                                   .source_region_count = 1,
                                   .target_region_count = 1,
                                   .source_size = IMAGE_SIZE,
                                   .target_size = IMAGE_SIZE,
                                   .map_entries = map_entries,
                                   .ram = RAM};
    assert_int_equal(whittle_header_write(&new->header, regions, new->header_bytes), WHITTLE_OK);
    new->coder.coder.code = code_contrary;
    range_encoder_init(&new->coder.written);
    new->copy = (whittle_copy){.size = IMAGE_SIZE};
    plan_init(&new->plan, new->planned.data, (uint32_t) new->planned.size, &new->copy, copied);
    new->stream.coder = &new->coder.coder;
    new->stream.writer = &new->plan.writer;
    new->stream.images.read_source = read_source;
    new->stream.images.write_target = write_target;
    new->stream.images.context = new;
    assert_int_equal(whittle_stream_init(&new->stream, &new->header, new->header_bytes, new->memory,
                                         RAM - WHITTLE_STREAM_RESERVED),
                     WHITTLE_OK);
}

static void start(scene *new, uint8_t isa, bool copied) {
    start_with_map(new, isa, copied, 0);
}

static void finish(scene *gone) {
    free(gone->coder.written.data);
    image_free(&gone->source);
    image_free(&gone->planned);
}

/* Runs one element. Returns how many bytes of the payload it took. */
static size_t step(scene *in, int *error) {
    const range_encoder *written = &in->coder.written;
    size_t before = written->size + written->pending;
    *error = whittle_stream_step(&in->stream);
    return written->size + written->pending - before;
}

/* The patch that the stream has written, header and checksum included. */
static image make_whole(scene *in) {
    const whittle_region regions[] = {{0, IMAGE_SIZE, 0x8000}, {0, IMAGE_SIZE, 0x8000}};
    assert_int_equal(range_encoder_finish(&in->coder.written), WHITTLE_OK);
    in->header.payload_size = (uint32_t)in->coder.written.size;
    assert_int_equal(whittle_header_write(&in->header, regions, in->header_bytes), WHITTLE_OK);
    image patch = image_of_value(0, in->header.total_size);
    memcpy(patch.data, in->header_bytes, in->header.header_size);
    memcpy(patch.data + in->header.header_size, in->coder.written.data, in->coder.written.size);
    fix_checksum(patch.data, patch.size);
    return patch;
}

static void expect_decoded(const scene *in, const image *patch) {
    const size_t pieces[] = {0, 1, 150, 200};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        decoding work = {.source = &in->source, .piece = pieces[i]};
        assert_int_equal(decoding_run(&work, patch->data, patch->size), WHITTLE_OK);
        assert_int_equal(work.target.size, IMAGE_SIZE);
        assert_memory_equal(work.target.data, in->target, IMAGE_SIZE);
        decoding_free(&work);
    }
}

static bool codes_bytes(const scene *in) {
    return in->stream.state == WHITTLE_STREAM_COPY || in->stream.state == WHITTLE_STREAM_INSERT;
}

/* Every period-th unit or byte is as surprising as can be, after others that went as planned. */
static void run_with_surprises(uint8_t isa, bool copied, unsigned period) {
    static scene in;
    start(&in, isa, copied);
    for (unsigned i = 0; in.stream.state != WHITTLE_STREAM_END; i++) {
        int error;
        in.coder.contrary = codes_bytes(&in) && i % period == period - 1;
        size_t bytes = step(&in, &error);
        assert_int_equal(error, WHITTLE_OK);
        assert_true(bytes + WHITTLE_RANGE_START_SIZE <= WHITTLE_STREAM_ELEMENT_MAX);
    }
    whittle_target_flush(&in.stream.images);
    image patch = make_whole(&in);
    expect_decoded(&in, &patch);
    image_free(&patch);
    finish(&in);
}

static void surprising_units_are_decoded_in_any_pieces(void **state) {
    (void)state;
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        run_with_surprises((uint8_t)isa, true, 1);
        run_with_surprises((uint8_t)isa, true, 5);
        run_with_surprises((uint8_t)isa, true, 100);
    }
}

static void surprising_insertions_are_decoded_in_any_pieces(void **state) {
    (void)state;
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        run_with_surprises((uint8_t)isa, false, 1);
        run_with_surprises((uint8_t)isa, false, 50);
    }
}

/* Runs to the end, or to an error, which is returned. */
static int run_plan(scene *in, const whittle_copy *copies, size_t count) {
    int error = WHITTLE_OK;
    plan_init(&in->plan, in->planned.data, IMAGE_SIZE, copies, count);
    while (!error && in->stream.state != WHITTLE_STREAM_END) {
        step(in, &error);
    }
    return error;
}

/* A copy that begins behind an insertion: the room that it has is what is left of the target. */
static void a_copy_may_end_with_the_target_and_not_beyond(void **state) {
    (void)state;
    enum { INSERTED = 100, LEFT = IMAGE_SIZE - INSERTED };
    for (uint32_t beyond = 0; beyond < 2; beyond++) {
        const whittle_copy copies[] = {{.target = INSERTED, .size = LEFT + beyond},
                                       {.target = IMAGE_SIZE}};
        static scene in;
        start(&in, WHITTLE_ISA_NONE, true);
        assert_int_equal(run_plan(&in, copies, COUNT_OF(copies)),
                         beyond ? WHITTLE_ERROR_CORRUPT : WHITTLE_OK);
        assert_int_equal(in.stream.images.position, beyond ? INSERTED : IMAGE_SIZE);
        finish(&in);
    }
}

static void a_copy_may_end_with_the_source_and_not_beyond(void **state) {
    (void)state;
    for (uint32_t beyond = 0; beyond < 2; beyond++) {
        const whittle_copy copies[] = {{.source = IMAGE_SIZE - 100, .size = 100 + beyond},
                                       {.target = IMAGE_SIZE}};
        static scene in;
        start(&in, WHITTLE_ISA_NONE, true);
        assert_int_equal(run_plan(&in, copies, COUNT_OF(copies)),
                         beyond ? WHITTLE_ERROR_CORRUPT : WHITTLE_OK);
        finish(&in);
    }
}

/* No encoder writes them, but they harm nobody: the last entry of the map may be the end of both
 * images, and a copy before a mapped one may be empty. */
static void empty_copies_are_taken(void **state) {
    (void)state;
    enum { LAST = IMAGE_SIZE - 100 };
    const whittle_copy cases[][3] = {
        {{.target = IMAGE_SIZE, .source = IMAGE_SIZE, .mapped = true}},
        {{.target = IMAGE_SIZE - 1, .source = IMAGE_SIZE},
         {.target = IMAGE_SIZE, .source = IMAGE_SIZE, .mapped = true}},
        {{.target = LAST},
         {.target = LAST, .source = LAST, .size = 100, .mapped = true},
         {.target = IMAGE_SIZE}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) { /* of i + 1 copies each */
        static scene in;
        start_with_map(&in, WHITTLE_ISA_NONE, true, 1);
        assert_int_equal(run_plan(&in, cases[i], i + 1), WHITTLE_OK);
        assert_int_equal(in.stream.images.position, IMAGE_SIZE);
        finish(&in);
    }
}

/* The sum of docs/MODEL.md, 2: two regions, the shifts, numbers, both sets of weights, the table.
 */
enum { SMALLEST = 2 * 12 + 8 * (RAM / 256) + 304 + 416 + 240 + 512 };

static void memory_for_the_smallest_table_is_enough_and_less_is_not(void **state) {
    (void)state;
    scene in;
    start(&in, WHITTLE_ISA_NONE, true);
    assert_int_equal(
        whittle_stream_init(&in.stream, &in.header, in.header_bytes, in.memory, SMALLEST),
        WHITTLE_OK);
    assert_int_equal(
        whittle_stream_init(&in.stream, &in.header, in.header_bytes, in.memory, SMALLEST - 1),
        WHITTLE_ERROR_RAM);
    finish(&in);
}

/* A header may ask for a map that its RAM does not hold along with all the rest, or not at all. */
static void a_map_that_leaves_no_room_is_refused(void **state) {
    (void)state;
    enum { MEMORY = RAM - WHITTLE_STREAM_RESERVED, FITTING = (MEMORY - SMALLEST) / 8 };
    scene in;
    start(&in, WHITTLE_ISA_NONE, true);
    for (uint32_t entries = FITTING; entries <= RAM / 8; entries++) {
        in.header.map_entries = entries;
        assert_int_equal(
            whittle_stream_init(&in.stream, &in.header, in.header_bytes, in.memory, MEMORY),
            entries == FITTING ? WHITTLE_OK : WHITTLE_ERROR_RAM);
    }
    finish(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_for_the_smallest_table_is_enough_and_less_is_not),
        cmocka_unit_test(a_map_that_leaves_no_room_is_refused),
        cmocka_unit_test(a_copy_may_end_with_the_target_and_not_beyond),
        cmocka_unit_test(a_copy_may_end_with_the_source_and_not_beyond),
        cmocka_unit_test(empty_copies_are_taken),
        cmocka_unit_test(surprising_units_are_decoded_in_any_pieces),
        cmocka_unit_test(surprising_insertions_are_decoded_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
