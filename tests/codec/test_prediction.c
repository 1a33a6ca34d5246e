/* Prediction of units: what a source's bytes should become, and what is learned when they did not.
 */
#include "codec/prediction.h"

#include <string.h>

#include "codec/bytes.h"
#include "codec/stream.h"
#include "support/generate.h"
#include "support/unit_test.h"

#define BASE 0x80000000u
#define RAM  0x20000000u

enum { SIZE = 4096, MAP_MAX = 8, FAR_MOVE = 0x100000 };

/* A stream, for its predictor: over one region for each image. */
typedef struct scene {
    whittle_stream stream;
    whittle_images *images;
    whittle_predictor *predictor;
    whittle_map_entry entries[MAP_MAX];
    uint8_t source[SIZE];
    uint64_t memory[WHITTLE_RAM_MIN / 8];
} scene;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const scene *in = context;
    memcpy(data, in->source + offset, size);
    return 0;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context, (void)offset, (void)data, (void)size;
    return 0;
}

/* An image of zeros whose first bytes lie at BASE, as far as region_size. */
static void start_with_region(scene *new, whittle_isa isa, uint32_t region_size) {
    const whittle_region regions[] = {{0, region_size, BASE}, {0, SIZE, BASE}};
    whittle_header header = {.flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS,
                             .isa = (uint8_t)isa,
                             .source_region_count = 1,
                             .target_region_count = 1,
                             .source_size = SIZE,
                             .target_size = SIZE,
                             .ram = WHITTLE_RAM_MIN};
    uint8_t bytes[WHITTLE_HEADER_MAX];
    memset(new, 0, sizeof *new);
    assert_int_equal(whittle_header_write(&header, regions, bytes), 0);
    new->images = &new->stream.images;
    new->images->read_source = read_source;
    new->images->write_target = write_target;
    new->images->context = new;
    assert_int_equal(whittle_stream_init(&new->stream, &header, bytes, new->memory,
                                         WHITTLE_RAM_MIN - WHITTLE_STREAM_RESERVED),
                     0);
    new->predictor = &new->stream.predictor;
    new->predictor->map.entries = new->entries;
}

/* What lies from 0x100 on in the source lies 0x40 higher in the target. */
static void start(scene *new, whittle_isa isa) {
    start_with_region(new, isa, SIZE);
    whittle_map_add(&new->predictor->map, 0, 0);
    whittle_map_add(&new->predictor->map, 0x100, 0x140);
}

/* Makes position the next byte of the target. */
static void go_to(scene *in, uint32_t position) {
    in->images->position = position;
}

static void append_word(scene *in, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        whittle_target_append(in->images, (uint8_t)(word >> 8 * i));
    }
}

static whittle_unit predict(scene *in, uint32_t source, uint32_t limit) {
    whittle_unit unit;
    whittle_predictor_seek(in->predictor, source);
    whittle_predict(in->predictor, source, limit, &unit);
    return unit;
}

static whittle_unit predict_word(scene *in, uint32_t source, uint32_t word) {
    store_le32(in->source + source, word);
    in->images->window_size = 0; /* the bytes were changed behind its back */
    return predict(in, source, SIZE);
}

/* ---- Without an instruction set ---- */

static void plain_bytes_are_predicted_as_they_are_up_to_the_next_word(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    memset(in.source, 1, SIZE);
    store_le32(in.source + 8, 5); /* too small for an address */
    for (uint32_t source = 5; source <= 8; source++) {
        whittle_unit unit = predict(&in, source, SIZE);
        assert_int_equal(unit.size, 4 - (source & 3));
        assert_int_equal(unit.kind, WHITTLE_KIND_PLAIN);
        assert_int_equal(unit.predicted, unit.source);
    }
    for (uint32_t limit = 1; limit < 4; limit++) {
        whittle_unit unit = predict(&in, 8, limit);
        assert_int_equal(unit.size, limit);
        assert_int_equal(unit.kind, WHITTLE_KIND_PLAIN);
        assert_int_equal(unit.source, 5);
    }
}

static void a_pointer_into_the_image_moves_with_the_map(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    whittle_unit unit = predict_word(&in, 16, BASE + 0x200);
    assert_int_equal(unit.size, 4);
    assert_int_equal(unit.kind, WHITTLE_KIND_POINTER);
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_MAP);
    assert_int_equal(unit.source, BASE + 0x200);
    assert_int_equal(unit.predicted, BASE + 0x240);
    unit = predict_word(&in, 16, BASE + 0x80);
    assert_int_equal(unit.kind, WHITTLE_KIND_POINTER);
    assert_int_equal(unit.predicted, BASE + 0x80);
}

/* What the map moves out of the target's regions has no address there. */
static void a_pointer_that_the_map_moves_out_of_the_target_stays(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    whittle_unit unit = predict_word(&in, 16, BASE + SIZE - 0x20);
    assert_int_equal(unit.kind, WHITTLE_KIND_POINTER);
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_NONE);
    assert_int_equal(unit.predicted, unit.source);
}

static void without_a_map_a_pointer_stays(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    in.predictor->map.count = 0;
    whittle_unit unit = predict_word(&in, 16, BASE + 0x200);
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_NONE);
    assert_int_equal(unit.predicted, unit.source);
}

static void a_pointer_between_word_boundaries_is_none(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    assert_int_equal(predict_word(&in, 18, BASE + 0x200).kind, WHITTLE_KIND_PLAIN);
}

static void big_endian_pointers_move_as_well(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_MIPS_BE);
    store_be32(in.source + 16, BASE + 0x200);
    whittle_unit unit = predict(&in, 16, SIZE);
    assert_int_equal(unit.kind, WHITTLE_KIND_POINTER);
    assert_int_equal(unit.referred, BASE + 0x200);
    assert_int_equal(unit.predicted, 0x40020080); /* 80 00 02 40 */
    assert_int_equal(unit.expected, BASE + 0x240);
}

static void small_words_and_erased_ones_are_no_addresses(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    assert_int_equal(predict_word(&in, 16, 0xFFF).kind, WHITTLE_KIND_PLAIN);
    assert_int_equal(predict_word(&in, 16, UINT32_MAX).kind, WHITTLE_KIND_PLAIN);
    assert_int_equal(predict_word(&in, 16, 0x1000).kind, WHITTLE_KIND_WORD);
}

/* ---- Learning ---- */

/* The word at source becomes actual in the target. */
static void learn_word(scene *in, uint32_t source, uint32_t word, uint32_t actual) {
    whittle_unit unit = predict_word(in, source, word);
    go_to(in, source);
    append_word(in, actual);
    whittle_predictor_learn(in->predictor, &unit, source, 4, actual);
}

static void a_word_that_moved_tells_about_its_neighbours(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    learn_word(&in, 16, RAM + 0x100, RAM + 0x108);
    static const struct {
        uint32_t word;
        uint32_t predicted;
        whittle_certainty certainty;
    } cases[] = {
        {RAM + 0x100, RAM + 0x108, WHITTLE_CERTAINTY_LEARNED},
        {RAM + 0x101, RAM + 0x109, WHITTLE_CERTAINTY_NEAR},
        {RAM + 0x140, RAM + 0x148, WHITTLE_CERTAINTY_NEAR},
        {RAM + 0xC0, RAM + 0xC8, WHITTLE_CERTAINTY_NEAR},
        {RAM + 0x141, RAM + 0x149, WHITTLE_CERTAINTY_FAR},
        {RAM + 0x1100, RAM + 0x1108, WHITTLE_CERTAINTY_FAR},
        {RAM + 0x1101, RAM + 0x1101, WHITTLE_CERTAINTY_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        whittle_unit unit = predict_word(&in, 32, cases[i].word);
        assert_int_equal(unit.kind, WHITTLE_KIND_WORD);
        assert_int_equal(unit.predicted, cases[i].predicted);
        assert_int_equal(unit.certainty, cases[i].certainty);
    }
}

static void an_image_address_that_went_elsewhere_is_remembered(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    learn_word(&in, 16, BASE + 0x200, BASE + 0x300);
    whittle_unit unit = predict_word(&in, 32, BASE + 0x200);
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_LEARNED);
    assert_int_equal(unit.predicted, BASE + 0x300);
    unit = predict_word(&in, 32, BASE + 0x204); /* but the map knows its neighbours better */
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_MAP);
    assert_int_equal(unit.predicted, BASE + 0x244);
}

static void what_was_predicted_rightly_is_not_learned(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    learn_word(&in, 16, BASE + 0x200, BASE + 0x240);
    assert_int_equal(in.predictor->shifts.count, 0);
}

static void addresses_do_not_move_far(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_NONE);
    learn_word(&in, 16, RAM, RAM + FAR_MOVE);
    learn_word(&in, 16, RAM, RAM - FAR_MOVE - 1);
    learn_word(&in, 16, RAM, 7);
    assert_int_equal(in.predictor->shifts.count, 0);
    learn_word(&in, 16, RAM, RAM + FAR_MOVE - 1);
    assert_int_equal(in.predictor->shifts.count, 1);
    learn_word(&in, 16, RAM + 0x100000, RAM + 0x100000 - FAR_MOVE);
    assert_int_equal(in.predictor->shifts.count, 2);
}

/* ---- With an instruction set ---- */

/* BL to the destination from an instruction at place. */
static uint32_t call_from(uint32_t place, uint32_t destination) {
    const whittle_reference bl = {.kind = 1, .bits = 0xF800F000};
    uint32_t bits = 0;
    assert_true(whittle_isa_rewrite(&whittle_isa_thumb, &bl, place, destination, &bits));
    return bits;
}

static void a_call_moves_with_its_place_and_its_target(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    go_to(&in, 0x30);
    whittle_unit unit = predict_word(&in, 0x20, call_from(BASE + 0x20, BASE + 0x200));
    assert_int_equal(unit.size, 4);
    assert_in_range(unit.kind, 1, 7);
    assert_int_equal(unit.referred, BASE + 0x200);
    assert_int_equal(unit.expected, BASE + 0x240);
    assert_int_equal(unit.predicted, call_from(BASE + 0x30, BASE + 0x240));
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_MAP);
}

static void a_call_that_is_cut_off_is_plain(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    store_le32(in.source + 0x20, call_from(BASE + 0x20, BASE + 0x200));
    whittle_unit unit = predict(&in, 0x20, 3);
    assert_int_equal(unit.size, 3);
    assert_int_equal(unit.kind, WHITTLE_KIND_PLAIN);
    assert_int_equal(unit.predicted, unit.source);
}

static void outside_the_regions_nothing_is_an_instruction(void **state) {
    (void)state;
    static scene in;
    start_with_region(&in, WHITTLE_ISA_THUMB, 0x20);
    assert_int_equal(predict_word(&in, 0x20, call_from(BASE + 0x20, BASE + 0x8)).kind,
                     WHITTLE_KIND_PLAIN);
    start(&in, WHITTLE_ISA_THUMB);
    go_to(&in, SIZE); /* the place in the target is outside */
    assert_int_equal(predict_word(&in, 0x20, call_from(BASE + 0x20, BASE + 0x8)).kind,
                     WHITTLE_KIND_PLAIN);
}

static void what_a_field_cannot_hold_stays_as_it_is(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    whittle_map_add(&in.predictor->map, 0x120, 0xF00);
    store_le16(in.source + 0x20, 0xE07E); /* B to 0x120, which lies 0xEE0 behind it in the target */
    go_to(&in, 0x20);
    whittle_unit unit = predict(&in, 0x20, SIZE);
    assert_in_range(unit.kind, 1, 7);
    assert_int_equal(unit.referred, BASE + 0x120);
    assert_int_equal(unit.predicted, unit.source);
}

static void a_call_that_went_elsewhere_is_learned(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    go_to(&in, 0x20);
    whittle_unit unit = predict_word(&in, 0x20, call_from(BASE + 0x20, BASE + 0x200));
    uint32_t actual = call_from(BASE + 0x20, BASE + 0x280);
    append_word(&in, actual);
    whittle_predictor_learn(in.predictor, &unit, 0x20, 4, actual);
    unit = predict_word(&in, 0x40, call_from(BASE + 0x40, BASE + 0x200));
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_LEARNED);
    assert_int_equal(unit.expected, BASE + 0x280);
}

/* AUIPC and ADDI: the second one is judged by the first as it is in the target. */
static void the_halves_of_a_pair_are_learned_together(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_RISCV);
    store_le32(in.source + 0x20, 0x00000797); /* auipc a5, 0 */
    store_le32(in.source + 0x24, 0x1E078793); /* addi a5, a5, 0x1E0 */
    go_to(&in, 0x20);
    whittle_unit high = predict(&in, 0x20, SIZE);
    assert_int_equal(high.referred, BASE + 0x200);
    assert_int_equal(high.predicted, high.source);
    append_word(&in, 0x00001797); /* auipc a5, 1 */
    whittle_predictor_learn(in.predictor, &high, 0x20, 4, 0x00001797);
    whittle_unit low = predict(&in, 0x24, SIZE);
    assert_int_equal(low.referred, BASE + 0x200);
    append_word(&in, 0x1F078793); /* addi a5, a5, 0x1F0 */
    whittle_predictor_learn(in.predictor, &low, 0x24, 8, 0x1F078793);
    whittle_unit pointer = predict_word(&in, 0x80, BASE + 0x200);
    assert_int_equal(pointer.certainty, WHITTLE_CERTAINTY_LEARNED);
    assert_int_equal(pointer.expected, BASE + 0x200 + 0x1010);
}

static void words_among_instructions_are_pointers_only_if_something_is_known(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    assert_int_equal(predict_word(&in, 0x20, BASE + 0x200).kind, WHITTLE_KIND_POINTER);
    assert_int_equal(predict_word(&in, 0x20, RAM + 0x100).kind, WHITTLE_KIND_PLAIN);
    whittle_shifts_learn(&in.predictor->shifts, RAM + 0x110, 4);
    whittle_unit unit = predict_word(&in, 0x20, RAM + 0x100);
    assert_int_equal(unit.kind, WHITTLE_KIND_WORD);
    assert_int_equal(unit.predicted, RAM + 0x104);
}

/* So a first word that was taken for instructions teaches about the next one. */
static void plain_bytes_that_changed_as_an_address_does_are_learned(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    store_le32(in.source + 0x20, RAM + 0x100); /* two instructions of two bytes */
    go_to(&in, 0x20);
    append_word(&in, RAM + 0x108);
    in.images->position -= 2;
    whittle_unit unit = predict(&in, 0x20, SIZE);
    assert_int_equal(unit.size, 2);
    whittle_predictor_learn(in.predictor, &unit, 0x20, 2, 0x0108);
    assert_int_equal(in.predictor->shifts.count, 0); /* half a word tells nothing */
    in.images->position += 2;
    unit = predict(&in, 0x22, SIZE);
    whittle_predictor_learn(in.predictor, &unit, 0x22, 4, 0x2000);
    unit = predict_word(&in, 0x40, RAM + 0x100);
    assert_int_equal(unit.certainty, WHITTLE_CERTAINTY_LEARNED);
    assert_int_equal(unit.predicted, RAM + 0x108);
}

/* Smaller words are rather numbers, and erased flash is no address. */
static void plain_bytes_are_learned_from_where_they_may_be_addresses(void **state) {
    (void)state;
    static const struct {
        uint32_t word;
        uint32_t learned;
    } cases[] = {{0x0FFF, 0}, {0x1000, 1}, {UINT32_MAX - 1, 1}, {UINT32_MAX, 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static scene in;
        start(&in, WHITTLE_ISA_THUMB);
        store_le32(in.source + 0x20, cases[i].word);
        go_to(&in, 0x20);
        append_word(&in, cases[i].word - 8);
        const whittle_unit unit = {.size = 2};
        whittle_predictor_learn(in.predictor, &unit, 0x22, 4, (cases[i].word - 8) >> 16);
        assert_int_equal(in.predictor->shifts.count, cases[i].learned);
    }
}

static void bytes_before_the_copy_are_not_learned_from(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    store_le32(in.source + 0x20, RAM + 0x100);
    go_to(&in, 0x20);
    append_word(&in, RAM + 0x108);
    whittle_unit unit = predict(&in, 0x22, SIZE);
    whittle_predictor_learn(in.predictor, &unit, 0x22, 2, 0x2000); /* the copy began at 0x22 */
    assert_int_equal(in.predictor->shifts.count, 0);
}

/* ---- Boundaries ---- */

static void the_walk_begins_at_a_word_some_way_before(void **state) {
    (void)state;
    static scene in;
    static const struct {
        uint32_t source;
        uint32_t boundary;
    } cases[] = {{0, 0}, {31, 0}, {32, 0}, {35, 0}, {36, 4}, {37, 4}, {39, 4}, {40, 8}, {103, 68}};
    start(&in, WHITTLE_ISA_THUMB);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        whittle_predictor_seek(in.predictor, cases[i].source);
        assert_int_equal(in.predictor->boundary, cases[i].boundary);
    }
}

/* Units follow each other without gap, whatever the bytes are; an instruction starts a unit where
 * a walk from the start of the copy finds one. */
static void units_cover_any_bytes(void **state) {
    (void)state;
    static scene in;
    generator random = generator_start(100);
    for (unsigned round = 0; round < 40; round++) {
        start(&in, (whittle_isa)(round % WHITTLE_ISA_COUNT));
        generate_bytes(&random, in.source, SIZE);
        uint32_t source = generate_below(&random, SIZE);
        uint32_t end = source + generate_below(&random, SIZE - source + 1);
        whittle_predictor_seek(in.predictor, source);
        while (source < end) {
            whittle_unit unit;
            whittle_predict(in.predictor, source, end - source, &unit);
            assert_in_range(unit.size, 1, WHITTLE_UNIT_MAX);
            assert_true(unit.size <= end - source);
            assert_true(unit.kind < WHITTLE_KIND_COUNT);
            assert_int_equal(unit.source, whittle_source_load(in.images, source, unit.size));
            assert_true(unit.size == 4 || (unit.source | unit.predicted) >> 8 * unit.size == 0);
            source += unit.size;
        }
    }
}

static void a_seek_into_the_middle_of_an_instruction_falls_into_step(void **state) {
    (void)state;
    static scene in;
    start(&in, WHITTLE_ISA_THUMB);
    for (uint32_t at = 0x32; at < 0x80; at += 4) { /* behind instructions of two bytes */
        store_le32(in.source + at, call_from(BASE + at, BASE + 0x200));
    }
    go_to(&in, 0x44);
    whittle_unit unit = predict(&in, 0x44, SIZE);
    assert_int_equal(unit.size, 2); /* the second half of a call */
    assert_int_equal(unit.kind, WHITTLE_KIND_PLAIN);
    whittle_predict(in.predictor, 0x46, SIZE, &unit);
    assert_int_equal(unit.size, 4);
    assert_in_range(unit.kind, 1, 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_are_predicted_as_they_are_up_to_the_next_word),
        cmocka_unit_test(a_pointer_into_the_image_moves_with_the_map),
        cmocka_unit_test(a_pointer_that_the_map_moves_out_of_the_target_stays),
        cmocka_unit_test(without_a_map_a_pointer_stays),
        cmocka_unit_test(a_pointer_between_word_boundaries_is_none),
        cmocka_unit_test(big_endian_pointers_move_as_well),
        cmocka_unit_test(small_words_and_erased_ones_are_no_addresses),
        cmocka_unit_test(a_word_that_moved_tells_about_its_neighbours),
        cmocka_unit_test(an_image_address_that_went_elsewhere_is_remembered),
        cmocka_unit_test(what_was_predicted_rightly_is_not_learned),
        cmocka_unit_test(addresses_do_not_move_far),
        cmocka_unit_test(a_call_moves_with_its_place_and_its_target),
        cmocka_unit_test(a_call_that_is_cut_off_is_plain),
        cmocka_unit_test(outside_the_regions_nothing_is_an_instruction),
        cmocka_unit_test(what_a_field_cannot_hold_stays_as_it_is),
        cmocka_unit_test(a_call_that_went_elsewhere_is_learned),
        cmocka_unit_test(the_halves_of_a_pair_are_learned_together),
        cmocka_unit_test(words_among_instructions_are_pointers_only_if_something_is_known),
        cmocka_unit_test(plain_bytes_that_changed_as_an_address_does_are_learned),
        cmocka_unit_test(plain_bytes_are_learned_from_where_they_may_be_addresses),
        cmocka_unit_test(bytes_before_the_copy_are_not_learned_from),
        cmocka_unit_test(the_walk_begins_at_a_word_some_way_before),
        cmocka_unit_test(units_cover_any_bytes),
        cmocka_unit_test(a_seek_into_the_middle_of_an_instruction_falls_into_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
