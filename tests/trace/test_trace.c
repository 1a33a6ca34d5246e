/* The trace of a patch: its costs add up to the size of the patch, whatever the images are, and lie
 * where they belong. */
#include "whittle/trace.h"

#include <stdlib.h>
#include <string.h>

#include "support/corpus.h"
#include "support/decoding.h"
#include "support/encoding.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"
#include "whittle/image.h"
#include "whittle/signed_patch.h"

/* The end of a payload spares or takes a few bytes. */
enum { ROUNDING_MAX = 6 };

static whittle_trace trace_patch(const image *source, const image *patch) {
    whittle_trace trace;
    assert_int_equal(
        whittle_trace_patch(source->data, source->size, patch->data, patch->size, &trace),
        WHITTLE_OK);
    return trace;
}

/* ---- What holds for every trace ---- */

static void check_sums(const whittle_trace *trace, size_t patch_size) {
    int64_t sum = 0;
    for (unsigned i = 0; i < WHITTLE_PART_COUNT; i++) {
        assert_true(trace->parts[i] >= 0 || i == WHITTLE_PART_ROUNDING);
        sum += trace->parts[i];
    }
    assert_int_equal(sum, (int64_t)(patch_size * WHITTLE_COST_BYTE));
    int64_t rounding = trace->parts[WHITTLE_PART_ROUNDING];
    assert_true(llabs(rounding) <= (int64_t)(ROUNDING_MAX * WHITTLE_COST_BYTE));
    int64_t placed = 0;
    for (uint32_t i = 0; i < trace->header.target_size; i++) {
        placed += (int64_t)trace->costs[i];
    }
    int64_t coded = trace->parts[WHITTLE_PART_SEGMENTS] + trace->parts[WHITTLE_PART_FLAGS] +
                    trace->parts[WHITTLE_PART_CORRECTIONS] + trace->parts[WHITTLE_PART_INSERTED];
    assert_int_equal(placed, trace->header.target_size > 0 ? coded : 0);
}

static void check_byte(const whittle_trace *trace, const whittle_traced_segment *segment,
                       uint32_t into, const image *source) {
    uint32_t place = segment->target + into;
    whittle_origin origin = (whittle_origin)trace->origins[place];
    assert_int_equal(origin == WHITTLE_ORIGIN_INSERTED, !segment->copied);
    if (segment->copied) {
        bool same = source->data[segment->source + into] == trace->target[place];
        assert_true(origin != WHITTLE_ORIGIN_COPIED || same);
        assert_true(origin != WHITTLE_ORIGIN_PREDICTED || !same);
    }
    if (origin == WHITTLE_ORIGIN_INSERTED || origin == WHITTLE_ORIGIN_CORRECTED) {
        assert_true(trace->costs[place] > 0);
    }
}

/* Segments cover the image in order, and origins are true. */
static void check_segments(const whittle_trace *trace, const image *source) {
    uint32_t position = 0;
    uint64_t placing = 0;
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        uint64_t cost = 0;
        assert_int_equal(segment->target, position);
        assert_true(segment->size > 0);
        for (uint32_t into = 0; into < segment->size; into++) {
            check_byte(trace, segment, into, source);
            cost += trace->costs[position + into];
        }
        assert_int_equal(segment->cost, cost);
        assert_true(segment->placing <= cost);
        placing += segment->placing;
        position += segment->size;
    }
    assert_int_equal(position, trace->header.target_size);
    assert_int_equal(placing, position > 0 ? trace->parts[WHITTLE_PART_SEGMENTS] : 0);
}

static void check_trace(const whittle_trace *trace, const image *source, const image *target,
                        const image *patch) {
    assert_int_equal(trace->header.target_size, target->size);
    assert_true(target->size == 0 || !memcmp(trace->target, target->data, target->size));
    check_sums(trace, patch->size);
    check_segments(trace, source);
}

static void check_pair(const image *source, const image *target, uint32_t ram) {
    image patch = make_patch(source, target, ram);
    whittle_trace trace = trace_patch(source, &patch);
    check_trace(&trace, source, target, &patch);
    whittle_trace_free(&trace);
    image_free(&patch);
}

/* ---- Any pair ---- */

static void test_costs_add_up_for_small_images(void **state) {
    (void)state;
    generator from = generator_start(10);
    for (size_t size = 0; size <= 40; size++) {
        image source = image_of_bytes(&from, size * 3);
        image target = image_of_bytes(&from, size);
        check_pair(&source, &target, WHITTLE_RAM_MIN);
        image_free(&source);
        image_free(&target);
    }
}

static void test_costs_add_up_for_edited_images(void **state) {
    (void)state;
    generator from = generator_start(11);
    for (unsigned round = 0; round < 12; round++) {
        image source = image_of_pattern(&from, 3000, 20000);
        image target = image_copy(&source);
        image_flip(&from, &target, 1u << round);
        image_insert(&from, &target, 100);
        image_delete(&from, &target, 50);
        image_move(&from, &target, 700);
        check_pair(&source, &target, WHITTLE_RAM_MIN << round % 4);
        image_free(&source);
        image_free(&target);
    }
}

static void test_costs_add_up_for_firmware(void **state) {
    (void)state;
    generator from = generator_start(12);
    firmware *program = firmware_generate(&from, 300);
    image source = firmware_link(program);
    for (unsigned release = 0; release < 4; release++) {
        firmware_edit(&from, program, 1u << 2 * release);
        image target = firmware_link(program);
        check_pair(&source, &target, WHITTLE_RAM_DEFAULT);
        image_free(&source);
        source = target;
    }
    image_free(&source);
    firmware_free(program);
}

/* Real firmware of every instruction set in the corpus; of each, one pair that is not large. */
static void test_costs_add_up_for_the_corpus(void **state) {
    (void)state;
    static const char *const ids[] = {"esp8266-at-1.7.4-1.7.5", "uvk5-20230929", "tfa-rpi4-2.6-2.9",
                                      "bnx2-06-6.0.15-6.2.1", "um2-14.06.1-14.06.2"};
    corpus all = corpus_require();
    for (size_t i = 0; i < all.count; i++) {
        for (size_t j = 0; j < sizeof ids / sizeof *ids; j++) {
            if (strcmp(all.pairs[i].id, ids[j]) == 0) {
                corpus_image old = corpus_load_old(&all.pairs[i]);
                corpus_image new = corpus_load_new(&all.pairs[i]);
                image source = {old.data, old.size};
                image target = {new.data, new.size};
                check_pair(&source, &target, WHITTLE_RAM_DEFAULT);
                image_free(&source);
                image_free(&target);
            }
        }
    }
    corpus_free(&all);
}

/* ---- Kinds of patches ---- */

static void test_a_self_contained_image_is_all_inserted(void **state) {
    (void)state;
    generator from = generator_start(13);
    image source = {0};
    image target = image_of_bytes(&from, 3000);
    image patch = make_patch(&source, &target, WHITTLE_RAM_DEFAULT);
    whittle_trace trace = trace_patch(&source, &patch);
    check_trace(&trace, &source, &target, &patch);
    assert_int_equal(trace.segment_count, 1);
    assert_int_equal(trace.parts[WHITTLE_PART_MAP], 0);
    assert_int_equal(trace.parts[WHITTLE_PART_FLAGS], 0);
    whittle_trace_free(&trace);
    image_free(&patch);
    image_free(&target);
}

static void test_a_signature_has_its_bytes(void **state) {
    (void)state;
    generator from = generator_start(14);
    image source = image_of_bytes(&from, 1000);
    image patch = make_patch(&source, &source, WHITTLE_RAM_DEFAULT);
    image given = {0};
    whittle_private_key key;
    assert_int_equal(whittle_private_key_generate(&key), WHITTLE_OK);
    assert_int_equal(whittle_patch_sign(patch.data, patch.size, &key, &given.data, &given.size),
                     WHITTLE_OK);
    whittle_trace trace = trace_patch(&source, &given);
    check_trace(&trace, &source, &source, &given);
    assert_int_equal(trace.parts[WHITTLE_PART_SIGNATURE], 72 * WHITTLE_COST_BYTE);
    assert_int_equal(trace.parts[WHITTLE_PART_CHECKSUM], 4 * WHITTLE_COST_BYTE);
    whittle_trace_free(&trace);
    image_free(&patch);
    image_free(&given);
    image_free(&source);
}

/* ---- Costs lie where they belong ---- */

static void test_what_is_new_is_where_the_cost_is(void **state) {
    (void)state;
    enum { PLACE = 5000, NEW = 200, FLIPPED = 12000 };
    generator from = generator_start(15);
    image source = image_of_bytes(&from, 20000);
    image target = image_of_bytes(&from, source.size + NEW); /* whose bytes at PLACE stay */
    memcpy(target.data, source.data, PLACE);
    memcpy(target.data + PLACE + NEW, source.data + PLACE, source.size - PLACE);
    target.data[FLIPPED] ^= 0x5A;
    image patch = make_patch(&source, &target, WHITTLE_RAM_DEFAULT);
    whittle_trace trace = trace_patch(&source, &patch);
    check_trace(&trace, &source, &target, &patch);
    uint64_t new_cost = 0;
    for (uint32_t i = 0; i < target.size; i++) {
        whittle_origin wanted = i >= PLACE && i < PLACE + NEW ? WHITTLE_ORIGIN_INSERTED
                                : i == FLIPPED                ? WHITTLE_ORIGIN_CORRECTED
                                                              : WHITTLE_ORIGIN_COPIED;
        assert_int_equal(trace.origins[i], wanted);
        new_cost += wanted == WHITTLE_ORIGIN_INSERTED ? trace.costs[i] : 0;
    }
    assert_true(new_cost > NEW * 7 * WHITTLE_COST_BIT && new_cost < NEW * 10 * WHITTLE_COST_BIT);
    assert_true(trace.costs[FLIPPED] > 6 * WHITTLE_COST_BIT);
    assert_true(trace.costs[FLIPPED + 1000] < WHITTLE_COST_BIT / 8);
    whittle_trace_free(&trace);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

static void test_addresses_of_moved_code_are_predicted(void **state) {
    (void)state;
    generator from = generator_start(16);
    image source;
    image target;
    firmware_release(&from, 300, 3, &source, &target);
    image patch = make_patch(&source, &target, WHITTLE_RAM_DEFAULT);
    whittle_trace trace = trace_patch(&source, &patch);
    size_t predicted = 0;
    size_t corrected = 0;
    for (uint32_t i = 0; i < target.size; i++) {
        predicted += trace.origins[i] == WHITTLE_ORIGIN_PREDICTED;
        corrected += trace.origins[i] == WHITTLE_ORIGIN_CORRECTED;
    }
    assert_true(predicted > 300);
    assert_true(predicted > 10 * corrected);
    whittle_trace_free(&trace);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

/* Thumb code is inserted half-word by half-word, the higher byte first: each byte must get what it
 * cost itself. Of each half-word, one byte tells nothing here. */
static void test_inserted_bytes_bear_their_own_costs(void **state) {
    (void)state;
    enum { PLACE = 4096, NEW = 1024 };
    for (unsigned constant = 0; constant < 2; constant++) {
        generator from = generator_start(18);
        image source;
        image linked;
        firmware_release(&from, 300, 3, &source, &linked);
        image target = image_of_bytes(&from, linked.size + NEW);
        memcpy(target.data, linked.data, PLACE);
        memcpy(target.data + PLACE + NEW, linked.data + PLACE, linked.size - PLACE);
        for (uint32_t i = PLACE + constant; i < PLACE + NEW; i += 2) {
            target.data[i] = 0xA5;
        }
        image patch = make_patch(&source, &target, WHITTLE_RAM_DEFAULT);
        whittle_trace trace = trace_patch(&source, &patch);
        uint64_t costs[2] = {0, 0};
        for (uint32_t i = PLACE + 64; i < PLACE + NEW; i++) {
            costs[i % 2] += trace.costs[i];
        }
        assert_int_equal(trace.header.isa, WHITTLE_ISA_THUMB);
        assert_true(costs[1 - constant] > 8 * costs[constant]);
        whittle_trace_free(&trace);
        image_free(&patch);
        image_free(&source);
        image_free(&linked);
        image_free(&target);
    }
}

/* ---- What is refused ---- */

static void test_what_cannot_be_applied_cannot_be_traced(void **state) {
    (void)state;
    generator from = generator_start(17);
    image source = image_of_bytes(&from, 1000);
    image patch = make_patch(&source, &source, WHITTLE_RAM_DEFAULT);
    whittle_trace trace;
    source.data[3]++;
    assert_int_equal(whittle_trace_patch(source.data, source.size, patch.data, patch.size, &trace),
                     WHITTLE_ERROR_SOURCE);
    source.data[3]--;
    patch.data[patch.size - 6]++;
    assert_int_equal(whittle_trace_patch(source.data, source.size, patch.data, patch.size, &trace),
                     WHITTLE_ERROR_CHECKSUM);
    assert_null(trace.target);
    assert_null(trace.segments);
    image_free(&patch);
    image_free(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs_add_up_for_small_images),
        cmocka_unit_test(test_costs_add_up_for_edited_images),
        cmocka_unit_test(test_costs_add_up_for_firmware),
        cmocka_unit_test(test_costs_add_up_for_the_corpus),
        cmocka_unit_test(test_a_self_contained_image_is_all_inserted),
        cmocka_unit_test(test_a_signature_has_its_bytes),
        cmocka_unit_test(test_what_is_new_is_where_the_cost_is),
        cmocka_unit_test(test_addresses_of_moved_code_are_predicted),
        cmocka_unit_test(test_inserted_bytes_bear_their_own_costs),
        cmocka_unit_test(test_what_cannot_be_applied_cannot_be_traced),
    };
    return cmocka_run_group_tests_name("trace/trace", tests, NULL, NULL);
}
