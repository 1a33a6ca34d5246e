/* MIPS32, little-endian: encodings as the GNU assembler and linker for mips-linux-gnu made them. */
#include "codec/isa/isa.h"
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { JUMP, JUMP_PLAIN, BRANCH, LUI_ADDIU, LUI_LW, LUI_LB, LUI_SWR, LUI_ORI, LUI_LW_AT };

static const isa_example examples[] = {
    {JUMP, "jal target", 0x9D000000, {0x00, 0x04, 0x40, 0x0F}, 4, 0x9D001000},
    {JUMP_PLAIN, "j target", 0x9D000000, {0x00, 0x04, 0x40, 0x0B}, 4, 0x9D001000},
    {JUMP, "jal target", 0x9D010010, {0x01, 0x00, 0x40, 0x0F}, 4, 0x9D000004},
    {JUMP_PLAIN, "j target", 0x9D010010, {0x01, 0x00, 0x40, 0x0B}, 4, 0x9D000004},
    {JUMP, "jal target", 0x8FFFFFF0, {0x04, 0x00, 0x00, 0x0C}, 4, 0x80000010},
    {JUMP_PLAIN, "j target", 0x8FFFFFF0, {0x04, 0x00, 0x00, 0x08}, 4, 0x80000010},
    {BRANCH, "bne $4, $5, target", 0x9D000000, {0x3F, 0x00, 0x85, 0x14}, 4, 0x9D000100},
    {BRANCH, "bne $4, $5, target", 0x9D010010, {0x03, 0xC0, 0x85, 0x14}, 4, 0x9D000020},
    {BRANCH, "bne $4, $5, target", 0x9D000000, {0xFF, 0x7F, 0x85, 0x14}, 4, 0x9D020000},
    {LUI_ADDIU,
     "lui $4, %hi(target); addiu $4, $4, %lo(target)",
     0x9D000000,
     {0x00, 0x80, 0x04, 0x3C, 0x34, 0x12, 0x84, 0x24},
     8,
     0x80001234},
    {LUI_LW,
     "lui $2, %hi(target); lw $3, %lo(target)($2)",
     0x9D000000,
     {0x00, 0x80, 0x02, 0x3C, 0x34, 0x12, 0x43, 0x8C},
     8,
     0x80001234},
    {LUI_ADDIU,
     "lui $4, %hi(target); addiu $4, $4, %lo(target)",
     0x9D010010,
     {0x01, 0x80, 0x04, 0x3C, 0x02, 0xF8, 0x84, 0x24},
     8,
     0x8000F802},
    {LUI_LW,
     "lui $2, %hi(target); lw $3, %lo(target)($2)",
     0x9D010010,
     {0x01, 0x80, 0x02, 0x3C, 0x02, 0xF8, 0x43, 0x8C},
     8,
     0x8000F802},
    {LUI_ADDIU,
     "lui $4, %hi(target); addiu $4, $4, %lo(target)",
     0x9D010000,
     {0x01, 0xA0, 0x04, 0x3C, 0xFF, 0xFF, 0x84, 0x24},
     8,
     0xA000FFFF},
    {LUI_LW,
     "lui $2, %hi(target); lw $3, %lo(target)($2)",
     0x9D010000,
     {0x01, 0xA0, 0x02, 0x3C, 0xFF, 0xFF, 0x43, 0x8C},
     8,
     0xA000FFFF},
    {LUI_ORI,
     "lui $4, 0x8000; ori $4, $4, 0x1234",
     0x9D000000,
     {0x00, 0x80, 0x04, 0x3C, 0x34, 0x12, 0x84, 0x34},
     8,
     0x80001234},
    {LUI_ORI,
     "lui $4, 0x8000; ori $4, $4, 0xf802",
     0x9D010010,
     {0x00, 0x80, 0x04, 0x3C, 0x02, 0xF8, 0x84, 0x34},
     8,
     0x8000F802},
    {JUMP, "jal 0x90000000", 0x8FFFFFFC, {0x00, 0x00, 0x00, 0x0C}, 4, 0x90000000},
    {LUI_LB,
     "lui $2, %hi(target); lb $3, %lo(target)($2)",
     0x9D000000,
     {0x00, 0x80, 0x02, 0x3C, 0x34, 0x12, 0x43, 0x80},
     8,
     0x80001234},
    {LUI_SWR,
     "lui $2, %hi(target); swr $3, %lo(target)($2)",
     0x9D000000,
     {0x00, 0x80, 0x02, 0x3C, 0x34, 0x12, 0x43, 0xB8},
     8,
     0x80001234},
    {LUI_LW_AT,
     "lui $1, %hi(target); lw $3, %lo(target)($1)",
     0x9D000000,
     {0x00, 0x80, 0x01, 0x3C, 0x34, 0x12, 0x23, 0x8C},
     8,
     0x80001234},
    {LUI_LW_AT,
     "lui $1, %hi(target); lw $3, %lo(target)($1)",
     0x9D010010,
     {0x01, 0x80, 0x01, 0x3C, 0x02, 0xF8, 0x23, 0x8C},
     8,
     0x8000F802},
    /* the last address before the high bits round up, which they never do for ORI */
    {LUI_ADDIU,
     "lui $4, %hi(target); addiu $4, $4, %lo(target)",
     0x9D000000,
     {0x00, 0x80, 0x04, 0x3C, 0xFF, 0x7F, 0x84, 0x24},
     8,
     0x80007FFF},
    {LUI_LW,
     "lui $2, %hi(target); lw $3, %lo(target)($2)",
     0x9D000000,
     {0x00, 0x80, 0x02, 0x3C, 0xFF, 0x7F, 0x43, 0x8C},
     8,
     0x80007FFF},
    {LUI_ORI,
     "lui $4, 0x8000; ori $4, $4, 0xffff",
     0x9D000000,
     {0x00, 0x80, 0x04, 0x3C, 0xFF, 0xFF, 0x84, 0x34},
     8,
     0x8000FFFF},
};

static const isa_example plain[] = {
    {0, "nop", 0, {0x00, 0x00, 0x00, 0x00}, 4, 0},
    {0, "addu $4, $5, $6", 0, {0x21, 0x20, 0xA6, 0x00}, 4, 0},
    {0, "jr $ra", 0, {0x08, 0x00, 0xE0, 0x03}, 4, 0},
    {0, "nop", 0, {0x00, 0x00, 0x00, 0x00}, 4, 0},
    {0, "slti $2, $3, 5", 0, {0x05, 0x00, 0x62, 0x28}, 4, 0},
    {0, "andi $2, $3, 5", 0, {0x05, 0x00, 0x62, 0x30}, 4, 0},
    {0, "lui $2, 5", 0, {0x05, 0x00, 0x02, 0x3C}, 4, 0},
    {0, "lw $2, 4($3)", 0, {0x04, 0x00, 0x62, 0x8C}, 4, 0},
    {0,
     "lui $0, 5, but for a reserved bit; lw $2, 4($0)",
     0,
     {0x05, 0x00, 0x20, 0x3C, 0x04, 0x00, 0x02, 0x8C},
     8,
     0},
    {0, "syscall", 0, {0x0C, 0x00, 0x00, 0x00}, 4, 0},
};

static const isa_reach reaches[] = {
    {BRANCH, 4, 0, -0x20000, 0x1FFFC, 4, 1},
    {JUMP, 4, 0x0FFFFFFF, 0, 0xFFFFFFC, 4, 4},
};

/* An instruction lies on a multiple of 4; the same bits elsewhere are none. */
static void only_aligned_words_are_instructions(void **state) {
    (void)state;
    const whittle_isa_model *isa = whittle_isa_find(WHITTLE_ISA_MIPS_LE);
    const uint32_t jump = 0x0C000000;
    assert_int_not_equal(isa->classify(jump, 8), 0);
    for (uint32_t offset = 9; offset < 12; offset++) {
        assert_int_equal(isa->classify(jump, offset), 0);
        assert_int_equal(isa->length(jump, offset), 12 - offset);
    }
}

/* The high bits of a target are those of the address of the delay slot, and nothing but those. */
static void a_jump_stays_in_the_region_of_its_delay_slot(void **state) {
    (void)state;
    static const uint32_t cases[][2] = {
        /* where it lies, and refers to */
        {0x8FFFFFF8, 0x80000000},
        {0x8FFFFFFB, 0x80000000},
        {0x8FFFFFFC, 0x90000000},
        {0x90000001, 0x90000000},
    };
    const whittle_isa_model *isa = whittle_isa_find(WHITTLE_ISA_MIPS_LE);
    const uint32_t jump = 0x0C000000;
    const whittle_reference reference = {.kind = isa->classify(jump, 0), .bits = jump};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(whittle_isa_resolve(isa, &reference, cases[i][0], jump, 0), cases[i][1]);
    }
}

int main(void) {
    const isa_expectations expected = {
        .isa = WHITTLE_ISA_MIPS_LE,
        .examples = examples,
        .example_count = COUNT_OF(examples),
        .plain = plain,
        .plain_count = COUNT_OF(plain),
        .reaches = reaches,
        .reach_count = COUNT_OF(reaches),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_aligned_words_are_instructions),
        cmocka_unit_test(a_jump_stays_in_the_region_of_its_delay_slot)};
    return isa_check(&expected) + cmocka_run_group_tests(tests, NULL, NULL);
}
