/* The new image linked again with a part at its old address: every reference that changed only for
 * the part's move is what it was, and nothing else is touched. The images are made by hand: code,
 * then a part that 24 new bytes have pushed along. */
#include <string.h>

#include "codec/isa/isa.h"
#include "support/unit_test.h"
#include "whittle/trace.h"

#define BASE 0x08000000u

enum { CODE = 4096, PART = 4096, MOVE = 24, OLD_SIZE = CODE + PART, NEW_SIZE = OLD_SIZE + MOVE };

/* The first kind of field in the tables of both instruction sets is a call; bits of one to nowhere:
 * BL, and JAL with the link register. */
enum { CALL = 1 };
#define THUMB_CALL 0xF800F000u

typedef struct pair {
    uint8_t source[OLD_SIZE];
    uint8_t target[NEW_SIZE];
    uint8_t wanted[NEW_SIZE]; /* with the part kept */
    uint8_t image[NEW_SIZE];
    uint64_t costs[NEW_SIZE];
    whittle_traced_segment segments[3];
    whittle_region regions[4];
    whittle_trace trace;
    whittle_kept kept;
} pair;

static uint32_t new_offset(uint32_t old) {
    return old < CODE ? old : old + MOVE;
}

static void put(uint8_t *at, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(word >> 8 * i);
    }
}

/* What is at that old offset, before and after; kept: what it should be with the part kept. */
static void place(pair *of, uint32_t offset, uint32_t before, uint32_t after, uint32_t kept) {
    put(of->source + offset, before);
    put(of->target + new_offset(offset), after);
    put(of->wanted + new_offset(offset), kept);
}

static void place_pointer(pair *of, uint32_t offset, uint32_t to) {
    place(of, offset, BASE + to, BASE + new_offset(to), BASE + to);
}

static uint32_t rewritten(const whittle_isa_model *isa, const whittle_reference *reference,
                          uint32_t from, uint32_t to) {
    uint32_t bits = 0;
    assert_true(whittle_isa_rewrite(isa, reference, BASE + from, BASE + to, &bits));
    return bits;
}

static void place_call(pair *of, uint32_t offset, uint32_t to) {
    const whittle_reference call = {.kind = CALL, .bits = THUMB_CALL};
    uint32_t before = rewritten(&whittle_isa_thumb, &call, offset, to);
    place(of, offset, before,
          rewritten(&whittle_isa_thumb, &call, new_offset(offset), new_offset(to)), before);
}

static void keep(pair *of) {
    assert_int_equal(whittle_trace_keep(&of->trace, of->source, of->regions, &of->kept, of->image),
                     WHITTLE_OK);
}

static int set_up(void **state) {
    static pair whole;
    pair *of = &whole;
    memset(of, 0, sizeof *of);
    for (unsigned i = 0; i < NEW_SIZE; i++) {
        of->costs[i] = WHITTLE_COST_BIT;
    }
    of->segments[0] = (whittle_traced_segment){.size = CODE, .copied = true};
    of->segments[1] = (whittle_traced_segment){.target = CODE, .size = MOVE};
    of->segments[2] = (whittle_traced_segment){
        .target = CODE + MOVE, .size = PART, .source = CODE, .copied = true};
    of->regions[0] = (whittle_region){0, OLD_SIZE, BASE};
    of->regions[1] = (whittle_region){0, NEW_SIZE, BASE};
    of->trace = (whittle_trace){.header = {.isa = WHITTLE_ISA_THUMB,
                                           .source_size = OLD_SIZE,
                                           .target_size = NEW_SIZE,
                                           .source_region_count = 1,
                                           .target_region_count = 1},
                                .target = of->target,
                                .costs = of->costs,
                                .segments = of->segments,
                                .segment_count = 3};
    of->kept = (whittle_kept){.offset = CODE + MOVE, .size = PART, .distance = MOVE};
    *state = of;
    return 0;
}

static void references_into_and_out_of_the_part_are_what_they_were(void **state) {
    pair *of = *state;
    place_pointer(of, 0x100, CODE + 0x10);
    place_pointer(of, CODE + 0x200, CODE + 0x20);
    place_call(of, 0x300, CODE + 0x400);
    place_call(of, CODE + 0x300, 0x200);
    keep(of);
    assert_memory_equal(of->image, of->wanted, NEW_SIZE);
    assert_int_equal(of->kept.references, 4);
    assert_int_equal(of->kept.cost, 16 * WHITTLE_COST_BIT);
}

static void the_part_has_a_region_with_its_old_address(void **state) {
    pair *of = *state;
    place_pointer(of, 0x100, CODE + 0x10);
    of->kept.size = PART - 0x100;
    keep(of);
    assert_int_equal(of->kept.region_count, 3);
    const whittle_region wanted[] = {
        {0, CODE + MOVE, BASE},
        {CODE + MOVE, PART - 0x100, BASE + CODE},
        {NEW_SIZE - 0x100, 0x100, BASE + NEW_SIZE - 0x100},
    };
    assert_memory_equal(of->kept.regions, wanted, sizeof wanted);
}

static void other_references_stay(void **state) {
    pair *of = *state;
    place_pointer(of, 0x100, 0x40);        /* within the code */
    place_pointer(of, CODE + 0x200, 0x40); /* from the part to the code */
    place_call(of, 0x300, 0x400);
    place_call(of, CODE + 0x300, CODE + 0x400); /* within the part: a distance */
    keep(of);
    assert_memory_equal(of->image, of->target, NEW_SIZE);
    assert_int_equal(of->kept.references, 0);
}

/* Bytes that did not change, where a reference would have. */
static void data_that_looks_like_a_reference_stays(void **state) {
    pair *of = *state;
    const whittle_reference call = {.kind = CALL, .bits = THUMB_CALL};
    uint32_t to_code = rewritten(&whittle_isa_thumb, &call, CODE + 0x300, 0x200);
    place(of, CODE + 0x300, to_code, to_code, to_code);
    place(of, 0x108, BASE + CODE + 0x30, BASE + CODE + 0x30, BASE + CODE + 0x30);
    keep(of);
    assert_memory_equal(of->image, of->target, NEW_SIZE);
}

/* As in a ROM: it does not move, whatever the image does. */
static void calls_out_of_the_image_are_what_they_were(void **state) {
    pair *of = *state;
    const whittle_reference call = {.kind = CALL, .bits = THUMB_CALL};
    uint32_t rom = OLD_SIZE + 0x10000;
    uint32_t before = rewritten(&whittle_isa_thumb, &call, CODE + 0x300, rom);
    place(of, CODE + 0x300, before, rewritten(&whittle_isa_thumb, &call, CODE + 0x300 + MOVE, rom),
          before);
    place(of, CODE + 0x400, before, before, before); /* data: what it refers to would have moved */
    keep(of);
    assert_memory_equal(of->image, of->wanted, NEW_SIZE);
    assert_int_equal(of->kept.references, 1);
}

/* AUIPC and ADDI, both halves of which change: the low one is close to where it overflows. */
static void pairs_of_instructions_are_what_they_were(void **state) {
    pair *of = *state;
    enum { AUIPC = 0x517, ADDI = 0x50513, FROM = 0x100, TO = CODE + 0x8F8 };
    whittle_reference high = {.kind = WHITTLE_KIND_HIGH, .bits = AUIPC, .first = ADDI};
    whittle_reference low = {.kind = WHITTLE_KIND_LOW, .back = 4, .bits = ADDI, .first = AUIPC};
    of->trace.header.isa = WHITTLE_ISA_RISCV;
    uint32_t before[] = {rewritten(&whittle_isa_riscv, &high, FROM, TO),
                         rewritten(&whittle_isa_riscv, &low, FROM + 4, TO)};
    uint32_t after[] = {rewritten(&whittle_isa_riscv, &high, FROM, TO + MOVE),
                        rewritten(&whittle_isa_riscv, &low, FROM + 4, TO + MOVE)};
    assert_int_not_equal(before[0], after[0]);
    for (uint32_t i = 0; i < 2; i++) {
        place(of, FROM + 4 * i, before[i], after[i], before[i]);
    }
    keep(of);
    assert_memory_equal(of->image, of->wanted, NEW_SIZE);
    assert_int_equal(of->kept.references, 2);
}

static void assert_nothing_is_kept(pair *of) {
    keep(of);
    assert_memory_equal(of->image, of->target, NEW_SIZE);
    assert_int_equal(of->kept.references, 0);
}

static void a_part_without_one_address_is_left_alone(void **state) {
    pair *of = *state;
    place_pointer(of, 0x100, CODE + 0x10);
    /* It did not move in memory. */
    of->trace.header.target_region_count = 2;
    of->regions[1] = (whittle_region){0, CODE + MOVE, BASE};
    of->regions[2] = (whittle_region){CODE + MOVE, PART, BASE + CODE};
    assert_nothing_is_kept(of);
    /* It is in two regions, or in none. */
    of->regions[1].size = CODE + MOVE + 0x100;
    of->regions[2] = (whittle_region){CODE + MOVE + 0x100, PART - 0x100, BASE + 0x10000};
    assert_nothing_is_kept(of);
    of->trace.header.target_region_count = 0;
    of->trace.header.source_region_count = 0;
    assert_nothing_is_kept(of);
}

#define PREPARED(test) cmocka_unit_test_setup(test, set_up)

int main(void) {
    const struct CMUnitTest tests[] = {
        PREPARED(references_into_and_out_of_the_part_are_what_they_were),
        PREPARED(the_part_has_a_region_with_its_old_address),
        PREPARED(other_references_stay),
        PREPARED(data_that_looks_like_a_reference_stays),
        PREPARED(calls_out_of_the_image_are_what_they_were),
        PREPARED(pairs_of_instructions_are_what_they_were),
        PREPARED(a_part_without_one_address_is_left_alone),
    };
    return cmocka_run_group_tests_name("trace/kept", tests, NULL, NULL);
}
