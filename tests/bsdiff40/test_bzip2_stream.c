/* bzip2 streams: what was compressed is read back in pieces of any size, and no damage, cut or
 * excess goes unnoticed. */
#include "bsdiff40/bzip2_stream.h"

#include <stdlib.h>
#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

enum { SIZE = 4000 };

static image plain;
static image packed;

static image compress(const image *data, int level) {
    size_t room = bzip2_bound(data->size);
    image stream = {malloc(room), 0};
    assert_non_null(stream.data);
    assert_int_equal(bzip2_compress(data->data, data->size, level, stream.data, room, &stream.size),
                     WHITTLE_OK);
    return stream;
}

/* Half of it repeats, half does not. */
static int make_stream(void **state) {
    (void)state;
    generator random = generator_start(40);
    plain = image_of_pattern(&random, SIZE / 2, SIZE);
    packed = compress(&plain, 9);
    return 0;
}

static int free_stream(void **state) {
    (void)state;
    image_free(&plain);
    image_free(&packed);
    return 0;
}

/* Reads so many bytes of the stream's first size bytes, in pieces, and then its end. */
static int read_stream(const uint8_t *stream, size_t size, uint8_t *data, size_t wanted,
                       size_t piece, size_t *unread) {
    bzip2_reader reader;
    int error = bzip2_reader_open(&reader, stream, size);
    for (size_t got = 0; !error && got < wanted; got += piece) {
        size_t left = wanted - got;
        error = bzip2_reader_read(&reader, data + got, left < piece ? left : piece);
    }
    if (!error) {
        error = bzip2_reader_finish(&reader, unread);
    }
    bzip2_reader_close(&reader);
    return error;
}

static void reads_back_in_pieces_of_any_size(void **state) {
    (void)state;
    const size_t pieces[] = {1, 7, 4096, SIZE};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        uint8_t data[SIZE];
        size_t unread = 99;
        assert_int_equal(read_stream(packed.data, packed.size, data, SIZE, pieces[i], &unread),
                         WHITTLE_OK);
        assert_int_equal(unread, 0);
        assert_memory_equal(data, plain.data, SIZE);
    }
}

static void a_stream_may_be_empty(void **state) {
    (void)state;
    const image nothing = {NULL, 0};
    image stream = compress(&nothing, 1);
    size_t unread = 99;
    assert_int_equal(stream.size, BZIP2_SIZE_MIN);
    assert_int_equal(read_stream(stream.data, stream.size, NULL, 0, 1, &unread), WHITTLE_OK);
    assert_int_equal(unread, 0);
    image_free(&stream);
}

static void the_level_is_the_one_asked_for(void **state) {
    (void)state;
    for (int level = 1; level <= 9; level++) {
        image stream = compress(&plain, level);
        assert_int_equal(bzip2_level(stream.data, stream.size), level);
        image_free(&stream);
    }
}

static void what_is_no_stream_has_no_level(void **state) {
    (void)state;
    static const char *const strangers[] = {"BZh0", "BZh:", "BZg9", "bZh9", "Bzh9", "PK\3\4"};
    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        assert_int_equal(bzip2_level((const uint8_t *)strangers[i], 4), 0);
    }
    assert_int_equal(bzip2_level((const uint8_t *)"BZh9", 3), 0);
}

static void compressing_refuses_levels_that_there_are_not(void **state) {
    (void)state;
    uint8_t stream[2 * SIZE];
    size_t written;
    assert_int_equal(bzip2_compress(plain.data, SIZE, 0, stream, sizeof stream, &written),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(bzip2_compress(plain.data, SIZE, 10, stream, sizeof stream, &written),
                     WHITTLE_ERROR_ARGUMENT);
}

static void compressing_stays_within_its_room(void **state) {
    (void)state;
    uint8_t stream[2 * SIZE];
    size_t written;
    memset(stream, 0xA7, sizeof stream);
    assert_int_equal(bzip2_compress(plain.data, SIZE, 9, stream, packed.size - 1, &written),
                     WHITTLE_ERROR_TOO_LARGE);
    assert_int_equal(stream[packed.size - 1], 0xA7);
    assert_int_equal(bzip2_compress(plain.data, SIZE, 9, stream, packed.size, &written),
                     WHITTLE_OK);
    assert_int_equal(written, packed.size);
}

static void every_cut_is_incomplete(void **state) {
    (void)state;
    for (size_t size = 0; size < packed.size; size++) {
        uint8_t data[SIZE];
        size_t unread;
        assert_int_equal(read_stream(packed.data, size, data, SIZE, SIZE, &unread),
                         WHITTLE_ERROR_INCOMPLETE);
    }
}

/* Some bytes do not matter: a level may become another that is enough, and code lengths are stored
 * for bytes that do not occur, too. */
static void no_flipped_byte_gives_other_data(void **state) {
    (void)state;
    size_t refused = 0;
    for (size_t at = 0; at < packed.size; at++) {
        uint8_t data[SIZE];
        size_t unread;
        packed.data[at] ^= 0x21;
        int error = read_stream(packed.data, packed.size, data, SIZE, SIZE, &unread);
        packed.data[at] ^= 0x21;
        if (error) {
            assert_true(error == WHITTLE_ERROR_CORRUPT || error == WHITTLE_ERROR_INCOMPLETE);
            refused++;
        } else {
            assert_memory_equal(data, plain.data, SIZE);
        }
    }
    assert_in_range(refused, packed.size * 99 / 100, packed.size);
}

static void more_or_less_than_the_stream_holds_is_corrupt(void **state) {
    (void)state;
    uint8_t data[SIZE + 1];
    size_t unread;
    assert_int_equal(read_stream(packed.data, packed.size, data, SIZE + 1, SIZE + 1, &unread),
                     WHITTLE_ERROR_CORRUPT);
    assert_int_equal(read_stream(packed.data, packed.size, data, SIZE - 1, SIZE, &unread),
                     WHITTLE_ERROR_CORRUPT);
}

static void bytes_after_the_stream_are_counted(void **state) {
    (void)state;
    image longer = image_of_value(0, packed.size + 3);
    uint8_t data[SIZE];
    size_t unread = 0;
    memcpy(longer.data, packed.data, packed.size);
    assert_int_equal(read_stream(longer.data, longer.size, data, SIZE, SIZE, &unread), WHITTLE_OK);
    assert_int_equal(unread, 3);
    image_free(&longer);
}

static void closing_a_reader_that_was_not_opened_is_harmless(void **state) {
    (void)state;
    bzip2_reader reader = {.ended = false};
    bzip2_reader_close(&reader);
    assert_false(reader.ended);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_in_pieces_of_any_size),
        cmocka_unit_test(a_stream_may_be_empty),
        cmocka_unit_test(the_level_is_the_one_asked_for),
        cmocka_unit_test(what_is_no_stream_has_no_level),
        cmocka_unit_test(compressing_refuses_levels_that_there_are_not),
        cmocka_unit_test(compressing_stays_within_its_room),
        cmocka_unit_test(every_cut_is_incomplete),
        cmocka_unit_test(no_flipped_byte_gives_other_data),
        cmocka_unit_test(more_or_less_than_the_stream_holds_is_corrupt),
        cmocka_unit_test(bytes_after_the_stream_are_counted),
        cmocka_unit_test(closing_a_reader_that_was_not_opened_is_harmless),
    };
    return cmocka_run_group_tests(tests, make_stream, free_stream);
}
