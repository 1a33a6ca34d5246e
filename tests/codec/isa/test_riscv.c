/* RISC-V: encodings as the GNU assembler and linker for riscv64-unknown-elf, and LLVM, made them.
 */
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { JAL, BRANCH, CJ, CJAL, CB, CBN, AUIPC, AUIPC_JALR, LUI_LOAD, LUI_STORE };

static const isa_example examples[] = {
    {JAL, "jal ra, target", 0x42000000, {0xEF, 0x10, 0x00, 0x00}, 4, 0x42001000},
    {JAL, "jal ra, target", 0x42010002, {0xEF, 0x00, 0x2F, 0x80}, 4, 0x42000004},
    {JAL, "jal ra, target", 0x42010000, {0xEF, 0x00, 0x00, 0x80}, 4, 0x41F10000},
    {JAL, "jal ra, target", 0x42000000, {0xEF, 0xF0, 0xFF, 0x7F}, 4, 0x420FFFFE},
    {AUIPC,
     "auipc a5, %pcrel_hi(target); addi a5, a5, %pcrel_lo(...)",
     0x42000000,
     {0x97, 0x17, 0x00, 0x00, 0x93, 0x87, 0x47, 0x23},
     8,
     0x42001234},
    {AUIPC_JALR,
     "auipc ra, %pcrel_hi(target); jalr ra, %pcrel_lo(...)(ra)",
     0x42000000,
     {0x97, 0x10, 0x00, 0x00, 0xE7, 0x80, 0x40, 0x23},
     8,
     0x42001234},
    {AUIPC,
     "auipc a5, %pcrel_hi(target); addi a5, a5, %pcrel_lo(...)",
     0x42010002,
     {0x97, 0x07, 0x00, 0x00, 0x93, 0x87, 0x07, 0x80},
     8,
     0x4200F802},
    {AUIPC_JALR,
     "auipc ra, %pcrel_hi(target); jalr ra, %pcrel_lo(...)(ra)",
     0x42010002,
     {0x97, 0x00, 0x00, 0x00, 0xE7, 0x80, 0x00, 0x80},
     8,
     0x4200F802},
    {AUIPC,
     "auipc a5, %pcrel_hi(target); addi a5, a5, %pcrel_lo(...)",
     0x42010002,
     {0x97, 0x17, 0xC7, 0xFD, 0x93, 0x87, 0xD7, 0xFF},
     8,
     0x3FC80FFF},
    {AUIPC_JALR,
     "auipc ra, %pcrel_hi(target); jalr ra, %pcrel_lo(...)(ra)",
     0x42010002,
     {0x97, 0x10, 0xC7, 0xFD, 0xE7, 0x80, 0xD0, 0xFF},
     8,
     0x3FC80FFF},
    {LUI_LOAD,
     "lui a5, %hi(target); lw a0, %lo(target)(a5)",
     0x42000000,
     {0xB7, 0x17, 0xC8, 0x3F, 0x03, 0xA5, 0x47, 0x23},
     8,
     0x3FC81234},
    {LUI_STORE,
     "lui a4, %hi(target); sw a0, %lo(target)(a4)",
     0x42000000,
     {0x37, 0x17, 0xC8, 0x3F, 0x23, 0x2A, 0xA7, 0x22},
     8,
     0x3FC81234},
    {LUI_LOAD,
     "lui a5, %hi(target); lw a0, %lo(target)(a5)",
     0x42010002,
     {0xB7, 0x17, 0xC8, 0x3F, 0x03, 0xA5, 0x07, 0x80},
     8,
     0x3FC80800},
    {LUI_STORE,
     "lui a4, %hi(target); sw a0, %lo(target)(a4)",
     0x42010002,
     {0x37, 0x17, 0xC8, 0x3F, 0x23, 0x20, 0xA7, 0x80},
     8,
     0x3FC80800},
    {LUI_LOAD,
     "lui a5, %hi(target); lw a0, %lo(target)(a5)",
     0x42010002,
     {0xB7, 0x17, 0xC8, 0x3F, 0x03, 0xA5, 0xF7, 0xFF},
     8,
     0x3FC80FFF},
    {LUI_STORE,
     "lui a4, %hi(target); sw a0, %lo(target)(a4)",
     0x42010002,
     {0x37, 0x17, 0xC8, 0x3F, 0xA3, 0x2F, 0xA7, 0xFE},
     8,
     0x3FC80FFF},
    {BRANCH, "bne a0, a1, 2048", 0x42000000, {0xE3, 0x10, 0xB5, 0x00}, 4, 0x42000800},
    {BRANCH, "bne a0, a1, -2048", 0x42010002, {0xE3, 0x10, 0xB5, 0x80}, 4, 0x4200F802},
    {BRANCH, "bne a0, a1, 14", 0x42010002, {0x63, 0x17, 0xB5, 0x00}, 4, 0x42010010},
    {CJ, "c.j 1024", 0x42000000, {0x01, 0xA1}, 2, 0x42000400},
    {CJAL, "c.jal 1024", 0x42000000, {0x01, 0x21}, 2, 0x42000400},
    {CJ, "c.j -2048", 0x42010002, {0x01, 0xB0}, 2, 0x4200F802},
    {CJAL, "c.jal -2048", 0x42010002, {0x01, 0x30}, 2, 0x4200F802},
    {CJ, "c.j 14", 0x42010002, {0x39, 0xA0}, 2, 0x42010010},
    {CJAL, "c.jal 14", 0x42010002, {0x39, 0x20}, 2, 0x42010010},
    {CJ, "c.j 2046", 0x42010004, {0xFD, 0xAF}, 2, 0x42010802},
    {CJAL, "c.jal 2046", 0x42010004, {0xFD, 0x2F}, 2, 0x42010802},
    {CB, "c.beqz a3, 128", 0x42000000, {0xC1, 0xC2}, 2, 0x42000080},
    {CBN, "c.bnez a3, 128", 0x42000000, {0xC1, 0xE2}, 2, 0x42000080},
    {CB, "c.beqz a3, -256", 0x42010002, {0x81, 0xD2}, 2, 0x4200FF02},
    {CBN, "c.bnez a3, -256", 0x42010002, {0x81, 0xF2}, 2, 0x4200FF02},
    {CB, "c.beqz a3, 254", 0x42010002, {0xFD, 0xCE}, 2, 0x42010100},
    {CBN, "c.bnez a3, 254", 0x42010002, {0xFD, 0xEE}, 2, 0x42010100},
};

static const isa_example plain[] = {
    {0, "addi a0, a1, 5", 0, {0x13, 0x85, 0x55, 0x00}, 4, 0},
    {0, "xori a0, a1, 5", 0, {0x13, 0xC5, 0x55, 0x00}, 4, 0},
    {0, "addi a0, a0, 1", 0, {0x05, 0x05}, 2, 0},
    {0, "mv a0, a1", 0, {0x2E, 0x85}, 2, 0},
    {0, "lw a0, 0(a1)", 0, {0x88, 0x41}, 2, 0},
    {0, "mul a0, a1, a2", 0, {0x33, 0x85, 0xC5, 0x02}, 4, 0},
    {0, "lui zero, 5", 0, {0x37, 0x50, 0x00, 0x00}, 4, 0},
    {0, "fence", 0, {0x0F, 0x00, 0xF0, 0x0F}, 4, 0},
    {0, "ecall", 0, {0x73, 0x00, 0x00, 0x00}, 4, 0},
    {0, "lui zero, 5; li a0, 5", 0, {0x37, 0x50, 0x00, 0x00, 0x13, 0x05, 0x50, 0x00}, 8, 0},
    {0, "lui a5, 5; li a0, 5", 0, {0xB7, 0x57, 0x00, 0x00, 0x13, 0x05, 0x50, 0x00}, 8, 0},
};

static void instructions_become_what_the_assembler_makes(void **state) {
    (void)state;
    isa_check_examples(WHITTLE_ISA_RISCV, examples, COUNT_OF(examples));
}

static void other_instructions_refer_to_nothing(void **state) {
    (void)state;
    isa_check_plain(WHITTLE_ISA_RISCV, plain, COUNT_OF(plain));
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
        {JAL, {0, 0, -0x100000, 0xFFFFE, 2, 2}}, {BRANCH, {0, 0, -0x1000, 0xFFE, 2, 2}},
        {CJ, {0, 0, -0x800, 0x7FE, 2, 2}},       {CJAL, {0, 0, -0x800, 0x7FE, 2, 2}},
        {CB, {0, 0, -0x100, 0xFE, 2, 2}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        isa_check_reach(WHITTLE_ISA_RISCV, example_of(cases[i].group), &cases[i].reach);
    }
}

static void any_bytes_are_safe_and_stay_as_they_are(void **state) {
    (void)state;
    isa_check_any_bytes(WHITTLE_ISA_RISCV, 0);
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
