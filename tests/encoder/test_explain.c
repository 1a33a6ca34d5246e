/* Which wrong bytes address prediction will put right, asked before anything is coded. */
#include "encoder/explain.h"

#include <string.h>

#include "codec/bytes.h"
#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

#define BASE 0x10000u

enum { SIZE = 4096, MOVED_FROM = 0x800, MOVED_BY = 0x20 };

/* Two images, the same but for what lies from MOVED_FROM on, which went up by MOVED_BY. */
typedef struct scene {
    uint8_t source[SIZE];
    uint8_t target[SIZE + MOVED_BY];
    layout source_layout;
    layout target_layout;
    whittle_copy copies[2];
    explainer explain;
} scene;

static void start(scene *new, uint8_t isa) {
    layout_raw(&new->source_layout, sizeof new->source, BASE);
    layout_raw(&new->target_layout, sizeof new->target, BASE);
    new->copies[0] = (whittle_copy){.size = MOVED_FROM, .mapped = true};
    new->copies[1] = (whittle_copy){.source = MOVED_FROM,
                                    .target = MOVED_FROM + MOVED_BY,
                                    .size = SIZE - MOVED_FROM,
                                    .mapped = true};
    assert_int_equal(explainer_init(&new->explain, isa, &new->source_layout, &new->target_layout,
                                    new->source, sizeof new->source, new->target,
                                    sizeof new->target),
                     WHITTLE_OK);
    assert_int_equal(explainer_set_map(&new->explain, new->copies, 2), WHITTLE_OK);
}

/* The same filler everywhere, and so the same where it was moved to. */
static void fill(scene *new) {
    memset(new, 0, sizeof *new);
    memset(new->source, 0x11, sizeof new->source);
    memset(new->target, 0x11, sizeof new->target);
}

static void a_moved_pointer_is_explained_byte_by_byte(void **state) {
    (void)state;
    static scene in;
    fill(&in);
    store_le32(in.source + 0x40, BASE + 0x8F0);
    store_le32(in.target + 0x40, BASE + 0x910);
    start(&in, WHITTLE_ISA_NONE);
    assert_true(explainer_explains(&in.explain, 0x40, 0x40));
    assert_true(explainer_explains(&in.explain, 0x41, 0x41));
    assert_false(explainer_explains(&in.explain, 0x44, 0x44)); /* refers to nothing */
    assert_int_equal(explainer_score(&in.explain, in.copies, 2), 2);
    explainer_free(&in.explain);
}

static void a_pointer_that_went_elsewhere_is_not_explained(void **state) {
    (void)state;
    static scene in;
    fill(&in);
    store_le32(in.source + 0x40, BASE + 0x8F0);
    store_le32(in.target + 0x40, BASE + 0xA04);
    start(&in, WHITTLE_ISA_NONE);
    assert_false(explainer_explains(&in.explain, 0x40, 0x40));
    assert_int_equal(explainer_score(&in.explain, in.copies, 2), 0);
    explainer_free(&in.explain);
}

/* A call over the place where things moved. */
static uint32_t call_from(uint32_t place, uint32_t destination) {
    const whittle_reference bl = {.kind = 1, .bits = 0xF800F000};
    uint32_t bits = 0;
    assert_true(whittle_isa_rewrite(&whittle_isa_thumb, &bl, place, destination, &bits));
    return bits;
}

static void calls_are_explained_by_their_instruction_set_only(void **state) {
    (void)state;
    static scene in;
    fill(&in);
    for (uint32_t at = 0x102; at < 0x402; at += 4) { /* not at word boundaries: no pointers */
        store_le32(in.source + at, call_from(BASE + at, BASE + 0x900));
        store_le32(in.target + at, call_from(BASE + at, BASE + 0x900 + MOVED_BY));
    }
    size_t best = 0;
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        start(&in, (uint8_t)isa);
        size_t score = explainer_score(&in.explain, in.copies, 2);
        explainer_free(&in.explain);
        best = isa == WHITTLE_ISA_THUMB ? score : best;
        assert_true(isa == WHITTLE_ISA_THUMB || score < 20);
    }
    assert_true(best >= 0x300 / 4); /* at least a byte of each call */
}

static void without_a_map_nothing_is_explained(void **state) {
    (void)state;
    static scene in;
    fill(&in);
    store_le32(in.source + 0x40, BASE + 0x8F0);
    store_le32(in.target + 0x40, BASE + 0x910);
    start(&in, WHITTLE_ISA_NONE);
    in.copies[0].mapped = in.copies[1].mapped = false;
    assert_int_equal(explainer_set_map(&in.explain, in.copies, 2), WHITTLE_OK);
    assert_false(explainer_explains(&in.explain, 0x40, 0x40));
    explainer_free(&in.explain);
}

/* Wherever it is asked about, at the ends of images above all, it reads within them. */
static void any_place_of_any_bytes_may_be_asked_about(void **state) {
    (void)state;
    static scene in;
    generator random = generator_start(190);
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        fill(&in);
        generate_bytes(&random, in.source, sizeof in.source);
        generate_bytes(&random, in.target, sizeof in.target);
        start(&in, (uint8_t)isa);
        for (uint32_t k = 0; k < 8; k++) {
            (void)explainer_explains(&in.explain, k, sizeof in.target - 1);
            (void)explainer_explains(&in.explain, SIZE - 1 - k, 0);
            (void)explainer_explains(&in.explain, SIZE - 1 - k, sizeof in.target - 1 - k);
        }
        for (unsigned i = 0; i < 5000; i++) {
            (void)explainer_explains(&in.explain, generate_below(&random, SIZE),
                                     generate_below(&random, sizeof in.target));
        }
        assert_true(explainer_score(&in.explain, in.copies, 2) < SIZE / 10);
        explainer_free(&in.explain);
    }
}

static void an_empty_source_is_fine(void **state) {
    (void)state;
    static scene in;
    explainer explain;
    fill(&in);
    layout_raw(&in.source_layout, 0, BASE);
    layout_raw(&in.target_layout, SIZE, BASE);
    assert_int_equal(explainer_init(&explain, WHITTLE_ISA_THUMB, &in.source_layout,
                                    &in.target_layout, NULL, 0, in.target, SIZE),
                     WHITTLE_OK);
    assert_int_equal(explainer_set_map(&explain, NULL, 0), WHITTLE_OK);
    assert_int_equal(explainer_score(&explain, NULL, 0), 0);
    explainer_free(&explain);
    explainer_free(&explain); /* once more does no harm */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_pointer_is_explained_byte_by_byte),
        cmocka_unit_test(a_pointer_that_went_elsewhere_is_not_explained),
        cmocka_unit_test(calls_are_explained_by_their_instruction_set_only),
        cmocka_unit_test(without_a_map_nothing_is_explained),
        cmocka_unit_test(any_place_of_any_bytes_may_be_asked_about),
        cmocka_unit_test(an_empty_source_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
