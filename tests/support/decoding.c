/* The decoder's callbacks over memory. A guard before and after the decoder's memory shows writes
 * outside of it even where no sanitizer watches. */
#include "support/decoding.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "support/unit_test.h"

enum { GUARD_SIZE = 64, GUARD = 0xA7, TIME_LIMIT = 800 };

static int accept(void *context, const whittle_header *header) {
    decoding *work = context;
    work->accepted++;
    assert_int_equal(work->accepted, 1);
    assert_int_equal(work->reads, 0);
    assert_int_equal(work->writes, 0);
    work->header = *header;
    bool too_large = work->room && header->target_size > work->room;
    return too_large ? WHITTLE_ERROR_TOO_LARGE : work->accept_result;
}

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    decoding *work = context;
    assert_int_equal(work->accepted, 1);
    assert_true(size > 0);
    assert_true(offset <= work->header.source_size);
    assert_true(size <= work->header.source_size - offset);
    if (work->reads++ >= work->read_fails && work->read_result) {
        return work->read_result;
    }
    /* A hostile header may promise another source than there is. */
    for (size_t i = 0; i < size; i++) {
        bool there = work->source && offset + i < work->source->size;
        data[i] = there ? work->source->data[offset + i] : 0xFF;
    }
    return WHITTLE_OK;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    decoding *work = context;
    assert_int_equal(work->accepted, 1);
    assert_int_equal(offset, work->target.size);
    assert_in_range(size, 1, WHITTLE_DECODER_WRITE_MAX);
    assert_true(size <= work->header.target_size - offset);
    if (work->writes++ >= work->write_fails && work->write_result) {
        return work->write_result;
    }
    uint8_t *grown = realloc(work->target.data, work->target.size + size);
    assert_non_null(grown);
    memcpy(grown + work->target.size, data, size);
    work->target.data = grown;
    work->target.size += size;
    return WHITTLE_OK;
}

whittle_decoder_io decoding_io(decoding *work) {
    return (whittle_decoder_io){.context = work,
                                .accept = accept,
                                .read_source = read_source,
                                .write_target = write_target};
}

static void feed(decoding *work, whittle_decoder *decoder, const uint8_t *patch, size_t size) {
    generator pieces = generator_start(size);
    size_t fed = 0;
    while (fed < size) {
        size_t left = size - fed;
        size_t piece = work->piece ? work->piece : left;
        if (piece == DECODING_RANDOM_PIECES) {
            piece = generate_below(&pieces, 1 + generate_below(&pieces, 700));
        }
        piece = piece < left ? piece : left;
        uint32_t before = whittle_decoder_position(decoder);
        int error = whittle_decoder_feed(decoder, patch + fed, piece);
        assert_true(whittle_decoder_position(decoder) >= before);
        if (work->feed_error) {
            assert_int_equal(error, work->feed_error); /* the first error stays */
        }
        work->feed_error = error;
        fed += piece;
    }
}

static size_t ram_of(const decoding *work, const uint8_t *patch, size_t size) {
    whittle_header header;
    if (work->ram) {
        return work->ram;
    }
    return whittle_header_read(patch, size, &header) ? WHITTLE_RAM_MIN : header.ram;
}

static void check_guards(const uint8_t *guarded, size_t ram) {
    for (size_t i = 0; i < GUARD_SIZE; i++) {
        assert_int_equal(guarded[i], GUARD);
        assert_int_equal(guarded[GUARD_SIZE + ram + i], GUARD);
    }
}

/* Memory beyond what the header asks for is not touched. */
static void check_unused(const decoding *work, const uint8_t *memory, size_t ram) {
    size_t used = work->accepted ? work->header.ram : WHITTLE_RAM_MIN;
    for (size_t i = used; i < ram; i++) {
        assert_int_equal(memory[i], work->fill);
    }
}

int decoding_run(decoding *work, const uint8_t *patch, size_t size) {
    const whittle_decoder_io io = decoding_io(work);
    size_t ram = ram_of(work, patch, size);
    uint8_t *guarded = malloc(ram + 2 * GUARD_SIZE);
    assert_non_null(guarded);
    memset(guarded, GUARD, ram + 2 * GUARD_SIZE);
    memset(guarded + GUARD_SIZE, work->fill, ram);
    whittle_decoder *decoder;
    assert_int_equal(whittle_decoder_init(guarded + GUARD_SIZE, ram, &io, &decoder), WHITTLE_OK);
    assert_null(whittle_decoder_header(decoder));
    feed(work, decoder, patch, size);
    work->finish_error = whittle_decoder_finish(decoder);
    if (work->feed_error) {
        assert_int_equal(work->finish_error, work->feed_error);
    }
    work->position = whittle_decoder_position(decoder);
    work->has_header = whittle_decoder_header(decoder) != NULL;
    check_guards(guarded, ram);
    check_unused(work, guarded + GUARD_SIZE, ram);
    free(guarded);
    return work->finish_error;
}

void decoding_free(decoding *work) {
    free(work->target.data);
    work->target = (image){0};
}

void fix_checksum(uint8_t *patch, size_t size) {
    store_le32(patch + size - 4, whittle_crc32(0, patch, size - 4));
}

int limit_time(void **state) {
    (void)state;
    (void)alarm(TIME_LIMIT);
    return 0;
}
