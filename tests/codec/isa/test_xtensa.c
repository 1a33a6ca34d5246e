/* Xtensa: encodings as the GNU assembler and linker for xtensa-lx106-elf made them. */
#include "support/isa_check.h"
#include "support/unit_test.h"

enum { CALL, JUMP, LITERAL, BRANCH, BRANCH_NOT };

static const isa_example examples[] = {
    {CALL, "call0 target", 0x40200000, {0xC5, 0xFF, 0x00}, 3, 0x40201000},
    {CALL, "call0 target", 0x40210001, {0x05, 0x00, 0xF0}, 3, 0x40200004},
    {CALL, "call0 target", 0x40210002, {0x85, 0xFF, 0xFF}, 3, 0x4020FFFC},
    {CALL, "call0 target", 0x40210003, {0x85, 0xFF, 0x7F}, 3, 0x4028FFFC},
    {JUMP, "j target", 0x40200000, {0x46, 0xFF, 0x03}, 3, 0x40201001},
    {JUMP, "j target", 0x40210001, {0x46, 0xFF, 0xBF}, 3, 0x40200002},
    {JUMP, "j target", 0x40210002, {0x46, 0xFF, 0xFF}, 3, 0x40210003},
    {LITERAL, "l32r a3, target", 0x40200104, {0x31, 0xBF, 0xFF}, 3, 0x40200000},
    {LITERAL, "l32r a3, target", 0x40210001, {0x31, 0x00, 0xC0}, 3, 0x40200004},
    {LITERAL, "l32r a3, target", 0x40210002, {0x31, 0xFF, 0xFF}, 3, 0x40210000},
    {LITERAL, "l32r a3, target", 0x40240003, {0x31, 0x00, 0x00}, 3, 0x40200004},
    {BRANCH, "beqz a4, target", 0x40200000, {0x16, 0xD4, 0x3F}, 3, 0x40200401},
    {BRANCH, "beqz a4, target", 0x40210001, {0x16, 0xB4, 0x8F}, 3, 0x4020F900},
    {BRANCH, "beqz a4, target", 0x40210002, {0x16, 0xD4, 0xFF}, 3, 0x40210003},
    {BRANCH_NOT, "bnez a2, .+11", 0x40200010, {0x56, 0x72, 0x00}, 3, 0x4020001B},
};

static const isa_example plain[] = {
    {0, "addi a2, a3, 4", 0, {0x22, 0xC3, 0x04}, 3, 0},
    {0, "add.n a2, a3, a4", 0, {0x4A, 0x23}, 2, 0},
    {0, "l32i a2, a3, 8", 0, {0x22, 0x23, 0x02}, 3, 0},
    {0, "movi a2, 100", 0, {0x22, 0xA0, 0x64}, 3, 0},
    {0, "l32i.n a2, a3, 4", 0, {0x28, 0x13}, 2, 0},
    {0, "ret.n", 0, {0x0D, 0xF0}, 2, 0},
    {0, "ret", 0, {0x80, 0x00, 0x00}, 3, 0},
    {0, "bltui a2, 4, .+9", 0, {0xB6, 0x42, 0x02}, 3, 0},
    {0, "callx0 a2", 0, {0xC0, 0x02, 0x00}, 3, 0},
    {0, "nop", 0, {0xF0, 0x20, 0x00}, 3, 0},
};

static const isa_reach reaches[] = {
    {CALL, 4, 3, -0x80000, 0x7FFFC, 4, 1},
    {JUMP, 4, 0, -0x20000, 0x1FFFF, 1, 1},
    {LITERAL, 3, 3, -0x40000, -4, 4, 1},
    {BRANCH, 4, 0, -0x800, 0x7FF, 1, 1},
};

int main(void) {
    const isa_expectations expected = {
        .isa = WHITTLE_ISA_XTENSA,
        .examples = examples,
        .example_count = COUNT_OF(examples),
        .plain = plain,
        .plain_count = COUNT_OF(plain),
        .reaches = reaches,
        .reach_count = COUNT_OF(reaches),
        .prefers_pointers = true,
    };
    return isa_check(&expected);
}
