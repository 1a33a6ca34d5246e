/* Thumb and Thumb-2: encodings as the GNU assembler and linker for arm-none-eabi made them. */
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { BL, BW, BCW, B, BC, LDR, ADR };

static const isa_example examples[] = {
    {BL, "bl target", 0x8000000, {0x00, 0xF0, 0xFE, 0xFF}, 4, 0x8001000},
    {BW, "b.w target", 0x8000000, {0x00, 0xF0, 0xFE, 0xBF}, 4, 0x8001000},
    {BL, "bl target", 0x8000002, {0xFD, 0xF7, 0xFD, 0xFF}, 4, 0x7FFE000},
    {BW, "b.w target", 0x8000002, {0xFD, 0xF7, 0xFD, 0xBF}, 4, 0x7FFE000},
    {BL, "bl target", 0x20000, {0xFF, 0xF3, 0xF6, 0xD7}, 4, 0x101FFF0},
    {BW, "b.w target", 0x20000, {0xFF, 0xF3, 0xF6, 0x97}, 4, 0x101FFF0},
    {BL, "bl target", 0x2000000, {0x0F, 0xF4, 0xFE, 0xD7}, 4, 0x1010000},
    {BW, "b.w target", 0x2000000, {0x0F, 0xF4, 0xFE, 0x97}, 4, 0x1010000},
    {BL, "bl target", 0x8010000, {0x00, 0xF0, 0x00, 0xF8}, 4, 0x8010004},
    {BW, "b.w target", 0x8010000, {0x00, 0xF0, 0x00, 0xB8}, 4, 0x8010004},
    {BCW, "beq.w target", 0x8000000, {0x00, 0xF0, 0xFE, 0x87}, 4, 0x8001000},
    {BCW, "beq.w target", 0x8000002, {0x3D, 0xF4, 0xFD, 0xAF}, 4, 0x7FFE000},
    {BCW, "beq.w target", 0x20000, {0x3F, 0xF0, 0xF6, 0xAF}, 4, 0x11FFF0},
    {BCW, "beq.w target", 0x2000000, {0x0F, 0xF4, 0xFE, 0x87}, 4, 0x1F10000},
    {B, "b.n target", 0x8000000, {0x7E, 0xE0}, 2, 0x8000100},
    {B, "b.n target", 0x8000002, {0xFD, 0xE6}, 2, 0x7FFFE00},
    {B, "b.n target", 0x20000, {0xF6, 0xE3}, 2, 0x207F0},
    {BC, "bne.n target", 0x8000000, {0x1E, 0xD1}, 2, 0x8000040},
    {BC, "bne.n target", 0x8000002, {0xBD, 0xD1}, 2, 0x7FFFF80},
    {BC, "bne.n target", 0x20000, {0x76, 0xD1}, 2, 0x200F0},
    {LDR, "ldr r3, [pc, #256]", 0x8000000, {0x40, 0x4B}, 2, 0x8000104},
    {LDR, "ldr r3, [pc, #1020]", 0x8000002, {0xFF, 0x4B}, 2, 0x8000400},
    {LDR, "ldr r3, [pc, #0]", 0x8000006, {0x00, 0x4B}, 2, 0x8000008},
    {ADR, "adr r2, #64", 0x8000000, {0x10, 0xA2}, 2, 0x8000044},
    {ADR, "adr r2, #0", 0x8000002, {0x00, 0xA2}, 2, 0x8000004},
};

static const isa_example plain[] = {
    {0, "nop", 0, {0x00, 0xBF}, 2, 0},
    {0, "movs r0, #1", 0, {0x01, 0x20}, 2, 0},
    {0, "push {r4, lr}", 0, {0x10, 0xB5}, 2, 0},
    {0, "ldr r0, [r1]", 0, {0x08, 0x68}, 2, 0},
    {0, "bx lr", 0, {0x70, 0x47}, 2, 0},
    {0, "blx r3", 0, {0x98, 0x47}, 2, 0},
    {0, "svc #1", 0, {0x01, 0xDF}, 2, 0},
    {0, "udf #2", 0, {0x02, 0xDE}, 2, 0},
    {0, "add sp, #8", 0, {0x02, 0xB0}, 2, 0},
    {0, "add r2, sp, #64", 0, {0x10, 0xAA}, 2, 0},
    {0, "mrs r0, msp", 0, {0xEF, 0xF3, 0x08, 0x80}, 4, 0},
    {0, "dmb sy", 0, {0xBF, 0xF3, 0x5F, 0x8F}, 4, 0},
    {0, "isb sy", 0, {0xBF, 0xF3, 0x6F, 0x8F}, 4, 0},
    {0, "movw r0, #5", 0, {0x40, 0xF2, 0x05, 0x00}, 4, 0},
    {0, "ldrd r0, r1, [r2]", 0, {0xD2, 0xE9, 0x00, 0x01}, 4, 0},
    {0, "tbb [pc, r0]", 0, {0xDF, 0xE8, 0x00, 0xF0}, 4, 0},
};

static void instructions_become_what_the_assembler_makes(void **state) {
    (void)state;
    isa_check_examples(WHITTLE_ISA_THUMB, examples, COUNT_OF(examples));
}

static void other_instructions_refer_to_nothing(void **state) {
    (void)state;
    isa_check_plain(WHITTLE_ISA_THUMB, plain, COUNT_OF(plain));
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
        {BL, {4, 0, -0x1000000, 0xFFFFFE, 2, 2}},
        {BW, {4, 0, -0x1000000, 0xFFFFFE, 2, 2}},
        {BCW, {4, 0, -0x100000, 0xFFFFE, 2, 2}},
        {B, {4, 0, -0x800, 0x7FE, 2, 2}},
        {BC, {4, 0, -0x100, 0xFE, 2, 2}},
        {LDR, {4, 3, 0, 1020, 4, 2}},
        {ADR, {4, 3, 0, 1020, 4, 2}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        isa_check_reach(WHITTLE_ISA_THUMB, example_of(cases[i].group), &cases[i].reach);
    }
}

static void any_bytes_are_safe_and_stay_as_they_are(void **state) {
    (void)state;
    isa_check_any_bytes(WHITTLE_ISA_THUMB, 0);
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
