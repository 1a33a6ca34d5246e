/* The decoder's contract: any pieces, any memory before, callbacks in order, errors that stay. */
#include "whittle/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "support/decoding.h"
#include "support/encoding.h"
#include "support/unit_test.h"

enum { RAM = 8192 };

/* Images and the patch between them, made once. */
static image source;
static image target;
static image patch;

static int make_images(void **state) {
    generator random = generator_start(110);
    firmware_release(&random, 60, 6, &source, &target);
    image_insert(&random, &target, 300);
    patch = make_patch(&source, &target, RAM);
    assert_true(patch.size < target.size / 4);
    return limit_time(state);
}

static int free_images(void **state) {
    (void)state;
    image_free(&source);
    image_free(&target);
    image_free(&patch);
    return 0;
}

static void expect_target(decoding *work) {
    assert_int_equal(work->finish_error, WHITTLE_OK);
    assert_int_equal(work->target.size, target.size);
    assert_memory_equal(work->target.data, target.data, target.size);
    assert_int_equal(work->position, target.size);
    decoding_free(work);
}

static void a_patch_in_one_piece_gives_the_target(void **state) {
    (void)state;
    decoding work = {.source = &source};
    assert_int_equal(decoding_run(&work, patch.data, patch.size), WHITTLE_OK);
    assert_int_equal(work.accepted, 1);
    assert_true(work.has_header);
    assert_int_equal(work.header.target_size, target.size);
    assert_int_equal(work.header.source_size, source.size);
    assert_int_equal(work.header.ram, RAM);
    assert_int_equal(work.header.total_size, patch.size);
    expect_target(&work);
}

static void pieces_of_any_size_give_the_same(void **state) {
    (void)state;
    const size_t pieces[] = {1, 2, 3, 7, 64, 159, 160, 161, 255, 256, 257, 1000};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        decoding work = {.source = &source, .piece = pieces[i]};
        (void)decoding_run(&work, patch.data, patch.size);
        expect_target(&work);
    }
}

static void random_pieces_give_the_same(void **state) {
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        decoding work = {
            .source = &source, .piece = DECODING_RANDOM_PIECES, .fill = (uint8_t)round};
        (void)decoding_run(&work, patch.data, patch.size);
        expect_target(&work);
    }
}

/* Nothing is read from the memory that was not written before. */
static void what_the_memory_held_does_not_matter(void **state) {
    (void)state;
    const uint8_t fills[] = {0x00, 0x01, 0x55, 0xFF};
    for (size_t i = 0; i < COUNT_OF(fills); i++) {
        decoding work = {.source = &source, .fill = fills[i]};
        (void)decoding_run(&work, patch.data, patch.size);
        expect_target(&work);
    }
}

static void more_memory_than_needed_stays_unused(void **state) {
    (void)state;
    decoding work = {.source = &source, .ram = 3 * RAM + 24, .fill = 0x3C};
    (void)decoding_run(&work, patch.data, patch.size);
    expect_target(&work);
}

static void less_memory_than_needed_is_told(void **state) {
    (void)state;
    decoding work = {.source = &source, .ram = RAM - 1};
    assert_int_equal(decoding_run(&work, patch.data, patch.size), WHITTLE_ERROR_RAM);
    assert_int_equal(work.accepted, 0);
    assert_int_equal(work.writes, 0);
}

static void a_decoder_is_set_up_with_sound_arguments_only(void **state) {
    (void)state;
    static uint64_t memory[WHITTLE_RAM_MIN / 8 + 1];
    decoding work = {.source = &source};
    whittle_decoder *decoder = NULL;
    const whittle_decoder_io io = decoding_io(&work);
    whittle_decoder_io broken = io;
    assert_int_equal(whittle_decoder_init(memory, WHITTLE_RAM_MIN, &io, &decoder), WHITTLE_OK);
    assert_int_equal(whittle_decoder_finish(decoder), WHITTLE_ERROR_INCOMPLETE);
    assert_int_equal(whittle_decoder_init(memory, WHITTLE_RAM_MIN - 1, &io, &decoder),
                     WHITTLE_ERROR_RAM);
    assert_int_equal(whittle_decoder_init(NULL, WHITTLE_RAM_MIN, &io, &decoder),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_decoder_init((uint8_t *)memory + 4, WHITTLE_RAM_MIN, &io, &decoder),
                     WHITTLE_ERROR_ARGUMENT);
    assert_int_equal(whittle_decoder_init(memory, WHITTLE_RAM_MIN, NULL, &decoder),
                     WHITTLE_ERROR_ARGUMENT);
    broken.read_source = NULL;
    assert_int_equal(whittle_decoder_init(memory, WHITTLE_RAM_MIN, &broken, &decoder),
                     WHITTLE_ERROR_ARGUMENT);
    broken = io;
    broken.write_target = NULL;
    assert_int_equal(whittle_decoder_init(memory, WHITTLE_RAM_MIN, &broken, &decoder),
                     WHITTLE_ERROR_ARGUMENT);
}

static void a_decoder_may_do_without_accept(void **state) {
    (void)state;
    decoding work = {.source = &source, .accepted = 1};
    whittle_decoder_io io = decoding_io(&work);
    whittle_decoder *decoder;
    void *memory = malloc(RAM);
    io.accept = NULL;
    assert_non_null(memory);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &work.header), WHITTLE_OK);
    assert_int_equal(whittle_decoder_init(memory, RAM, &io, &decoder), WHITTLE_OK);
    assert_int_equal(whittle_decoder_feed(decoder, patch.data, patch.size), WHITTLE_OK);
    work.finish_error = whittle_decoder_finish(decoder);
    work.position = whittle_decoder_position(decoder);
    expect_target(&work);
    free(memory);
}

static void the_header_is_told_as_soon_as_it_has_arrived(void **state) {
    (void)state;
    decoding work = {.source = &source};
    const whittle_decoder_io io = decoding_io(&work);
    whittle_decoder *decoder;
    whittle_header header;
    void *memory = malloc(RAM);
    assert_non_null(memory);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), WHITTLE_OK);
    assert_int_equal(whittle_decoder_init(memory, RAM, &io, &decoder), WHITTLE_OK);
    assert_int_equal(whittle_decoder_feed(decoder, patch.data, header.header_size - 1), WHITTLE_OK);
    assert_null(whittle_decoder_header(decoder));
    assert_int_equal(work.accepted, 0);
    assert_int_equal(whittle_decoder_feed(decoder, patch.data + header.header_size - 1, 1),
                     WHITTLE_OK);
    assert_int_equal(work.accepted, 1);
    assert_non_null(whittle_decoder_header(decoder));
    assert_memory_equal(whittle_decoder_header(decoder), &header, sizeof header);
    assert_int_equal(whittle_decoder_position(decoder), 0);
    assert_int_equal(whittle_decoder_feed(decoder, patch.data, 0), WHITTLE_OK);
    free(memory);
}

static void a_refused_patch_touches_no_image(void **state) {
    (void)state;
    const int refusals[] = {WHITTLE_ERROR_SOURCE, -1000};
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        decoding work = {.source = &source, .piece = 100, .accept_result = refusals[i]};
        assert_int_equal(decoding_run(&work, patch.data, patch.size), refusals[i]);
        assert_int_equal(work.reads, 0);
        assert_int_equal(work.writes, 0);
    }
}

static void a_read_error_passes_through_wherever_it_happens(void **state) {
    (void)state;
    decoding good = {.source = &source};
    (void)decoding_run(&good, patch.data, patch.size);
    decoding_free(&good);
    for (size_t i = 0; i < good.reads; i += 1 + i / 4) {
        decoding work = {.source = &source, .read_result = -55, .read_fails = i};
        assert_int_equal(decoding_run(&work, patch.data, patch.size), -55);
        assert_true(work.target.size < target.size);
        decoding_free(&work);
    }
}

static void a_write_error_passes_through_wherever_it_happens(void **state) {
    (void)state;
    decoding good = {.source = &source};
    (void)decoding_run(&good, patch.data, patch.size);
    decoding_free(&good);
    assert_int_equal(good.writes,
                     (target.size + WHITTLE_DECODER_WRITE_MAX - 1) / WHITTLE_DECODER_WRITE_MAX);
    for (size_t i = 0; i < good.writes; i += i < 3 ? 1 : 7) {
        decoding work = {.source = &source, .write_result = -66, .write_fails = i};
        assert_int_equal(decoding_run(&work, patch.data, patch.size), -66);
        assert_int_equal(work.writes, i + 1); /* and none after it */
        decoding_free(&work);
    }
    decoding last = {.source = &source, .write_result = -66, .write_fails = good.writes - 1};
    assert_int_equal(decoding_run(&last, patch.data, patch.size), -66);
    decoding_free(&last);
}

static void every_cut_is_incomplete(void **state) {
    (void)state;
    for (size_t size = 0; size < patch.size;
         size += size < 400 || size + 20 > patch.size ? 1 : 11) {
        decoding work = {.source = &source, .piece = size % 2 ? 50 : 0};
        assert_int_equal(decoding_run(&work, patch.data, size), WHITTLE_ERROR_INCOMPLETE);
        assert_true(work.target.size == 0 ||
                    !memcmp(work.target.data, target.data, work.target.size));
        decoding_free(&work);
    }
}

static void bytes_behind_the_end_are_told(void **state) {
    (void)state;
    image longer = image_copy(&patch);
    generator random = generator_start(111);
    longer.data = realloc(longer.data, patch.size + 3);
    assert_non_null(longer.data);
    generate_bytes(&random, longer.data + patch.size, 3);
    const size_t pieces[] = {0, 1, 100};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        for (size_t more = 1; more <= 3; more++) {
            decoding work = {.source = &source, .piece = pieces[i]};
            assert_int_equal(decoding_run(&work, longer.data, patch.size + more),
                             WHITTLE_ERROR_TRAILING);
            decoding_free(&work);
        }
    }
    image_free(&longer);
}

static void a_wrong_checksum_is_told_at_the_end(void **state) {
    (void)state;
    for (size_t back = 1; back <= 4; back++) {
        decoding work = {.source = &source};
        image damaged = image_copy(&patch);
        damaged.data[damaged.size - back] ^= 0x10;
        assert_int_equal(decoding_run(&work, damaged.data, damaged.size), WHITTLE_ERROR_CHECKSUM);
        assert_int_equal(work.target.size, target.size);
        decoding_free(&work);
        image_free(&damaged);
    }
}

/* The signature is another layer's; its bytes are passed over, but are under the checksum. */
static void a_signature_block_is_passed_over(void **state) {
    (void)state;
    enum { BLOCK = 72, FLAGS_AT = 5 };
    generator random = generator_start(112);
    image signed_patch = {malloc(patch.size + BLOCK), patch.size + BLOCK};
    assert_non_null(signed_patch.data);
    memcpy(signed_patch.data, patch.data, patch.size - 4);
    signed_patch.data[FLAGS_AT] |= WHITTLE_FLAG_SIGNED;
    generate_bytes(&random, signed_patch.data + patch.size - 4, BLOCK);
    fix_checksum(signed_patch.data, signed_patch.size);
    for (size_t piece = 0; piece < 3; piece++) {
        decoding work = {.source = &source, .piece = piece};
        (void)decoding_run(&work, signed_patch.data, signed_patch.size);
        expect_target(&work);
    }
    signed_patch.data[patch.size] ^= 1;
    decoding work = {.source = &source};
    assert_int_equal(decoding_run(&work, signed_patch.data, signed_patch.size),
                     WHITTLE_ERROR_CHECKSUM);
    decoding_free(&work);
    image_free(&signed_patch);
}

/* ---- Special patches ---- */

static void expect_round_trip(const image *from, const image *to) {
    for (size_t piece = 0; piece < 2; piece++) {
        image made = make_patch(from, to, WHITTLE_RAM_MIN);
        decoding work = {.source = from, .piece = piece};
        assert_int_equal(decoding_run(&work, made.data, made.size), WHITTLE_OK);
        assert_int_equal(work.target.size, to->size);
        assert_true(to->size == 0 || !memcmp(work.target.data, to->data, to->size));
        decoding_free(&work);
        image_free(&made);
    }
}

static void the_smallest_images_are_decoded(void **state) {
    (void)state;
    generator random = generator_start(113);
    image empty = image_of_bytes(&random, 0);
    image one = image_of_bytes(&random, 1);
    image piece = image_of_bytes(&random, WHITTLE_DECODER_WRITE_MAX);
    expect_round_trip(&empty, &empty);
    expect_round_trip(&empty, &one);
    expect_round_trip(&one, &empty);
    expect_round_trip(&one, &one);
    expect_round_trip(&one, &piece);
    expect_round_trip(&piece, &piece);
    expect_round_trip(&piece, &one);
    image_free(&empty);
    image_free(&one);
    image_free(&piece);
}

/* A payload with every byte at its end that is 0 cut off, down to none at all. */
static void a_payload_may_be_empty(void **state) {
    (void)state;
    whittle_header header = {.ram = WHITTLE_RAM_MIN};
    uint8_t bytes[WHITTLE_HEADER_MAX + 4];
    assert_int_equal(whittle_header_write(&header, NULL, bytes), WHITTLE_OK);
    assert_int_equal(header.total_size, WHITTLE_PATCH_MIN);
    fix_checksum(bytes, header.total_size);
    for (size_t piece = 0; piece < 3; piece++) {
        decoding work = {.piece = piece};
        assert_int_equal(decoding_run(&work, bytes, header.total_size), WHITTLE_OK);
        assert_int_equal(work.target.size, 0);
        assert_int_equal(work.accepted, 1);
    }
}

static void a_payload_that_goes_on_after_the_target_is_corrupt(void **state) {
    (void)state;
    for (size_t more = 1; more < 600; more += 1 + more / 3) {
        whittle_header header = {.ram = WHITTLE_RAM_MIN, .payload_size = (uint32_t)more + 4};
        uint8_t bytes[WHITTLE_HEADER_MAX + 700] = {0};
        assert_int_equal(whittle_header_write(&header, NULL, bytes), WHITTLE_OK);
        fix_checksum(bytes, header.total_size);
        decoding work = {.piece = more % 3};
        assert_int_equal(decoding_run(&work, bytes, header.total_size), WHITTLE_ERROR_CORRUPT);
    }
}

static void other_files_are_refused_by_their_first_bytes(void **state) {
    (void)state;
    static const uint8_t legacy[32] = "BSDIFF40";
    static const uint8_t other[32] = "\x7F"
                                     "ELF";
    decoding first = {0};
    decoding second = {.piece = 1};
    assert_int_equal(decoding_run(&first, legacy, sizeof legacy), WHITTLE_ERROR_LEGACY);
    assert_int_equal(decoding_run(&second, other, sizeof other), WHITTLE_ERROR_NOT_A_PATCH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_in_one_piece_gives_the_target),
        cmocka_unit_test(pieces_of_any_size_give_the_same),
        cmocka_unit_test(random_pieces_give_the_same),
        cmocka_unit_test(what_the_memory_held_does_not_matter),
        cmocka_unit_test(more_memory_than_needed_stays_unused),
        cmocka_unit_test(less_memory_than_needed_is_told),
        cmocka_unit_test(a_decoder_is_set_up_with_sound_arguments_only),
        cmocka_unit_test(a_decoder_may_do_without_accept),
        cmocka_unit_test(the_header_is_told_as_soon_as_it_has_arrived),
        cmocka_unit_test(a_refused_patch_touches_no_image),
        cmocka_unit_test(a_read_error_passes_through_wherever_it_happens),
        cmocka_unit_test(a_write_error_passes_through_wherever_it_happens),
        cmocka_unit_test(every_cut_is_incomplete),
        cmocka_unit_test(bytes_behind_the_end_are_told),
        cmocka_unit_test(a_wrong_checksum_is_told_at_the_end),
        cmocka_unit_test(a_signature_block_is_passed_over),
        cmocka_unit_test(the_smallest_images_are_decoded),
        cmocka_unit_test(a_payload_may_be_empty),
        cmocka_unit_test(a_payload_that_goes_on_after_the_target_is_corrupt),
        cmocka_unit_test(other_files_are_refused_by_their_first_bytes),
    };
    return cmocka_run_group_tests(tests, make_images, free_images);
}
