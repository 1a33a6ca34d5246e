/* AVR: encodings as LLVM and its linker made them. */
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { CALL, JMP, RCALL, RJMP, BRNE, BRCS, LDS, STS };

static const isa_example examples[] = {
    {CALL, "call 9320", 0x200, {0x0E, 0x94, 0x34, 0x12}, 4, 0x2468},
    {JMP, "jmp 9320", 0x200, {0x0C, 0x94, 0x34, 0x12}, 4, 0x2468},
    {CALL, "call 131070", 0x1F000, {0x0E, 0x94, 0xFF, 0xFF}, 4, 0x1FFFE},
    {JMP, "jmp 131070", 0x1F000, {0x0C, 0x94, 0xFF, 0xFF}, 4, 0x1FFFE},
    {CALL, "call 262142", 0x100, {0x0F, 0x94, 0xFF, 0xFF}, 4, 0x3FFFE},
    {JMP, "jmp 262142", 0x100, {0x0D, 0x94, 0xFF, 0xFF}, 4, 0x3FFFE},
    {LDS, "lds r24, 256", 0x100, {0x80, 0x91, 0x00, 0x01}, 4, 0x800100},
    {STS, "sts 256, r24", 0x100, {0x80, 0x93, 0x00, 0x01}, 4, 0x800100},
    {LDS, "lds r24, 8703", 0x200, {0x80, 0x91, 0xFF, 0x21}, 4, 0x8021FF},
    {STS, "sts 8703, r24", 0x200, {0x80, 0x93, 0xFF, 0x21}, 4, 0x8021FF},
    {RCALL, "rcall target", 0x100, {0x7F, 0xD3}, 2, 0x800},
    {RJMP, "rjmp target", 0x100, {0x7F, 0xC3}, 2, 0x800},
    {RCALL, "rcall target", 0x1000, {0xFF, 0xD9}, 2, 0x400},
    {RJMP, "rjmp target", 0x1000, {0xFF, 0xC9}, 2, 0x400},
    {RCALL, "rcall target", 0x1000, {0x00, 0xD0}, 2, 0x1002},
    {RJMP, "rjmp target", 0x1000, {0x00, 0xC0}, 2, 0x1002},
    {RCALL, "rcall target", 0x2000, {0xFF, 0xD7}, 2, 0x3000},
    {RJMP, "rjmp target", 0x2000, {0xFF, 0xC7}, 2, 0x3000},
    {RCALL, "rcall target", 0x2000, {0x00, 0xD8}, 2, 0x1002},
    {RJMP, "rjmp target", 0x2000, {0x00, 0xC8}, 2, 0x1002},
    {BRNE, "brne target", 0x1000, {0x01, 0xF7}, 2, 0xFC2},
    {BRCS, "brcs target", 0x1000, {0x00, 0xF3}, 2, 0xFC2},
    {BRNE, "brne target", 0x1000, {0x01, 0xF4}, 2, 0x1002},
    {BRCS, "brcs target", 0x1000, {0x00, 0xF0}, 2, 0x1002},
};

static const isa_example plain[] = {
    {0, "nop", 0, {0x00, 0x00}, 2, 0},        {0, "ret", 0, {0x08, 0x95}, 2, 0},
    {0, "ldi r24, 5", 0, {0x85, 0xE0}, 2, 0}, {0, "ijmp", 0, {0x09, 0x94}, 2, 0},
    {0, "icall", 0, {0x09, 0x95}, 2, 0},      {0, "movw r24, r30", 0, {0xCF, 0x01}, 2, 0},
    {0, "lpm r24, Z", 0, {0x84, 0x91}, 2, 0}, {0, "ld r24, X", 0, {0x8C, 0x91}, 2, 0},
    {0, "push r0", 0, {0x0F, 0x92}, 2, 0},    {0, "pop r1", 0, {0x1F, 0x90}, 2, 0},
    {0, "st X+, r3", 0, {0x3D, 0x92}, 2, 0},  {0, "sbiw r24, 5", 0, {0x05, 0x97}, 2, 0},
};

static void instructions_become_what_the_assembler_makes(void **state) {
    (void)state;
    isa_check_examples(WHITTLE_ISA_AVR, examples, COUNT_OF(examples));
}

static void other_instructions_refer_to_nothing(void **state) {
    (void)state;
    isa_check_plain(WHITTLE_ISA_AVR, plain, COUNT_OF(plain));
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
        {RCALL, {2, 0, -0x1000, 0xFFE, 2, 2}},
        {RJMP, {2, 0, -0x1000, 0xFFE, 2, 2}},
        {BRNE, {2, 0, -0x80, 0x7E, 2, 2}},
        {BRCS, {2, 0, -0x80, 0x7E, 2, 2}},
        {LDS, {0, UINT32_MAX, 0x800000, 0x80FFFF, 1, 2}},
        {CALL, {0, UINT32_MAX, 0, 0x7FFFFE, 2, 2}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        isa_check_reach(WHITTLE_ISA_AVR, example_of(cases[i].group), &cases[i].reach);
    }
}

static void any_bytes_are_safe_and_stay_as_they_are(void **state) {
    (void)state;
    isa_check_any_bytes(WHITTLE_ISA_AVR, 0);
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
