/* AVR: encodings as LLVM and its linker made them. */
#include "codec/isa/isa.h"
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

static const isa_reach reaches[] = {
    {RCALL, 2, 0, -0x1000, 0xFFE, 2, 1},
    {RJMP, 2, 0, -0x1000, 0xFFE, 2, 1},
    {BRNE, 2, 0, -0x80, 0x7E, 2, 1},
    {BRCS, 2, 0, -0x80, 0x7E, 2, 1},
    {LDS, 0, UINT32_MAX, 0x800000, 0x80FFFF, 1, 1},
    {CALL, 0, UINT32_MAX, 0, 0x7FFFFE, 2, 1},
};

/* What a call became may be another instruction; its address is read alike. */
static void a_call_refers_by_its_address_bits_alone(void **state) {
    (void)state;
    const whittle_isa_model *isa = whittle_isa_find(WHITTLE_ISA_AVR);
    const uint32_t call = 0xFFFF95FF;
    const uint32_t address_bits = 0xFFFF01F1;
    const whittle_reference reference = {.kind = isa->classify(call, 0), .bits = call};
    for (unsigned i = 0; i < 32; i++) {
        uint32_t changed = call ^ ((uint32_t)1 << i & ~address_bits);
        assert_int_equal(whittle_isa_resolve(isa, &reference, 0x200, changed, 0), 0x7FFFFE);
    }
}

int main(void) {
    const isa_expectations expected = {
        .isa = WHITTLE_ISA_AVR,
        .examples = examples,
        .example_count = COUNT_OF(examples),
        .plain = plain,
        .plain_count = COUNT_OF(plain),
        .reaches = reaches,
        .reach_count = COUNT_OF(reaches),
    };
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_call_refers_by_its_address_bits_alone)};
    return isa_check(&expected) + cmocka_run_group_tests(tests, NULL, NULL);
}
