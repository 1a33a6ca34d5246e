/* AArch64: encodings as LLVM made them. */
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { BL, B, BC, CBZ, LDR, TBZ, ADRP_ADD, ADRP_LDR, ADRP_STRB, ADRP_LDRQ };

static const isa_example examples[] = {
    {BL, "bl #4096", 0x80000, {0x00, 0x04, 0x00, 0x94}, 4, 0x81000},
    {B, "b #4096", 0x80000, {0x00, 0x04, 0x00, 0x14}, 4, 0x81000},
    {BL, "bl #-134217728", 0x8080000, {0x00, 0x00, 0x00, 0x96}, 4, 0x80000},
    {B, "b #-134217728", 0x8080000, {0x00, 0x00, 0x00, 0x16}, 4, 0x80000},
    {BL, "bl #134217724", 0x80000, {0xFF, 0xFF, 0xFF, 0x95}, 4, 0x807FFFC},
    {B, "b #134217724", 0x80000, {0xFF, 0xFF, 0xFF, 0x15}, 4, 0x807FFFC},
    {BC, "b.ne #4096", 0x80000, {0x01, 0x80, 0x00, 0x54}, 4, 0x81000},
    {CBZ, "cbz x3, #4096", 0x80000, {0x03, 0x80, 0x00, 0xB4}, 4, 0x81000},
    {LDR, "ldr x5, #4096", 0x80000, {0x05, 0x80, 0x00, 0x58}, 4, 0x81000},
    {BC, "b.ne #-1048576", 0x880000, {0x01, 0x00, 0x80, 0x54}, 4, 0x780000},
    {CBZ, "cbz x3, #-1048576", 0x880000, {0x03, 0x00, 0x80, 0xB4}, 4, 0x780000},
    {LDR, "ldr x5, #-1048576", 0x880000, {0x05, 0x00, 0x80, 0x58}, 4, 0x780000},
    {BC, "b.ne #1048572", 0x80000, {0xE1, 0xFF, 0x7F, 0x54}, 4, 0x17FFFC},
    {CBZ, "cbz x3, #1048572", 0x80000, {0xE3, 0xFF, 0x7F, 0xB4}, 4, 0x17FFFC},
    {LDR, "ldr x5, #1048572", 0x80000, {0xE5, 0xFF, 0x7F, 0x58}, 4, 0x17FFFC},
    {TBZ, "tbz w3, #5, #4096", 0x80000, {0x03, 0x80, 0x28, 0x36}, 4, 0x81000},
    {TBZ, "tbz w3, #5, #-32768", 0x880000, {0x03, 0x00, 0x2C, 0x36}, 4, 0x878000},
    {TBZ, "tbz w3, #5, #32764", 0x80000, {0xE3, 0xFF, 0x2B, 0x36}, 4, 0x87FFC},
    {ADRP_ADD,
     "adrp x0, #667648; add x0, x0, #1104",
     0x80008,
     {0x00, 0x05, 0x00, 0xF0, 0x00, 0x40, 0x11, 0x91},
     8,
     0x123450},
    {ADRP_LDR,
     "adrp x0, #667648; ldr x1, [x0, #1104]",
     0x80008,
     {0x00, 0x05, 0x00, 0xF0, 0x01, 0x28, 0x42, 0xF9},
     8,
     0x123450},
    {ADRP_STRB,
     "adrp x0, #667648; strb w1, [x0, #1104]",
     0x80008,
     {0x00, 0x05, 0x00, 0xF0, 0x01, 0x40, 0x11, 0x39},
     8,
     0x123450},
    {ADRP_LDRQ,
     "adrp x0, #667648; ldr q1, [x0, #1104]",
     0x80008,
     {0x00, 0x05, 0x00, 0xF0, 0x01, 0x14, 0xC1, 0x3D},
     8,
     0x123450},
    {ADRP_ADD,
     "adrp x0, #-8392704; add x0, x0, #4088",
     0x881004,
     {0xE0, 0xBF, 0xFF, 0xF0, 0x00, 0xE0, 0x3F, 0x91},
     8,
     0x80FF8},
    {ADRP_LDR,
     "adrp x0, #-8392704; ldr x1, [x0, #4088]",
     0x881004,
     {0xE0, 0xBF, 0xFF, 0xF0, 0x01, 0xFC, 0x47, 0xF9},
     8,
     0x80FF8},
    {ADRP_STRB,
     "adrp x0, #-8392704; strb w1, [x0, #4088]",
     0x881004,
     {0xE0, 0xBF, 0xFF, 0xF0, 0x01, 0xE0, 0x3F, 0x39},
     8,
     0x80FF8},
    {ADRP_LDRQ,
     "adrp x0, #-8392704; ldr q1, [x0, #4080]",
     0x881004,
     {0xE0, 0xBF, 0xFF, 0xF0, 0x01, 0xFC, 0xC3, 0x3D},
     8,
     0x80FF0},
    {ADRP_ADD,
     "adrp x0, #-2147483648; add x0, x0, #2496",
     0x80000000,
     {0x00, 0x00, 0xC0, 0x90, 0x00, 0x00, 0x27, 0x91},
     8,
     0x9C0},
    {ADRP_LDR,
     "adrp x0, #-2147483648; ldr x1, [x0, #2496]",
     0x80000000,
     {0x00, 0x00, 0xC0, 0x90, 0x01, 0xE0, 0x44, 0xF9},
     8,
     0x9C0},
    {ADRP_STRB,
     "adrp x0, #-2147483648; strb w1, [x0, #2496]",
     0x80000000,
     {0x00, 0x00, 0xC0, 0x90, 0x01, 0x00, 0x27, 0x39},
     8,
     0x9C0},
    {ADRP_LDRQ,
     "adrp x0, #-2147483648; ldr q1, [x0, #2496]",
     0x80000000,
     {0x00, 0x00, 0xC0, 0x90, 0x01, 0x70, 0xC2, 0x3D},
     8,
     0x9C0},
    {ADRP_ADD,
     "adrp x0, #4026007552; add x0, x0, #3968",
     0x80000,
     {0x00, 0xFC, 0x77, 0x90, 0x00, 0x00, 0x3E, 0x91},
     8,
     0xF0000F80},
    {ADRP_LDR,
     "adrp x0, #4026007552; ldr x1, [x0, #3968]",
     0x80000,
     {0x00, 0xFC, 0x77, 0x90, 0x01, 0xC0, 0x47, 0xF9},
     8,
     0xF0000F80},
    {ADRP_STRB,
     "adrp x0, #4026007552; strb w1, [x0, #3968]",
     0x80000,
     {0x00, 0xFC, 0x77, 0x90, 0x01, 0x00, 0x3E, 0x39},
     8,
     0xF0000F80},
    {ADRP_LDRQ,
     "adrp x0, #4026007552; ldr q1, [x0, #3968]",
     0x80000,
     {0x00, 0xFC, 0x77, 0x90, 0x01, 0xE0, 0xC3, 0x3D},
     8,
     0xF0000F80},
};

static const isa_example plain[] = {
    {0, "nop", 0, {0x1F, 0x20, 0x03, 0xD5}, 4, 0},
    {0, "add x0, x1, x2", 0, {0x20, 0x00, 0x02, 0x8B}, 4, 0},
    {0, "ret", 0, {0xC0, 0x03, 0x5F, 0xD6}, 4, 0},
    {0, "ldr x0, [x1], #8", 0, {0x20, 0x84, 0x40, 0xF8}, 4, 0},
    {0, "blr x3", 0, {0x60, 0x00, 0x3F, 0xD6}, 4, 0},
    {0, "adds x1, x2, #5", 0, {0x41, 0x14, 0x00, 0xB1}, 4, 0},
    {0, "add x0, x1, #1, lsl #12", 0, {0x20, 0x04, 0x40, 0x91}, 4, 0},
    {0, "ldrb w0, [x1, x2]", 0, {0x20, 0x68, 0x62, 0x38}, 4, 0},
};

static void instructions_become_what_the_assembler_makes(void **state) {
    (void)state;
    isa_check_examples(WHITTLE_ISA_AARCH64, examples, COUNT_OF(examples));
}

static void other_instructions_refer_to_nothing(void **state) {
    (void)state;
    isa_check_plain(WHITTLE_ISA_AARCH64, plain, COUNT_OF(plain));
}

static const isa_example *example_of(unsigned group) {
    size_t i = 0;
    while (examples[i].group != group) {
        i++;
    }
    return &examples[i];
}

static void each_field_holds_its_reach_and_no_more(void **state) {
    (void)state;
    static const struct {
        unsigned group;
        isa_reach reach;
    } cases[] = {
        {BL, {0, 0, -0x8000000, 0x7FFFFFC, 4, 4}}, {BC, {0, 0, -0x100000, 0xFFFFC, 4, 4}},
        {CBZ, {0, 0, -0x100000, 0xFFFFC, 4, 4}},   {LDR, {0, 0, -0x100000, 0xFFFFC, 4, 4}},
        {TBZ, {0, 0, -0x8000, 0x7FFC, 4, 4}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        isa_check_reach(WHITTLE_ISA_AARCH64, example_of(cases[i].group), &cases[i].reach);
    }
}

static void any_bytes_are_safe_and_stay_as_they_are(void **state) {
    (void)state;
    isa_check_any_bytes(WHITTLE_ISA_AARCH64, 1u << 23);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_become_what_the_assembler_makes),
        cmocka_unit_test(other_instructions_refer_to_nothing),
        cmocka_unit_test(each_field_holds_its_reach_and_no_more),
        cmocka_unit_test(any_bytes_are_safe_and_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
