/* RISC-V, RV32 and RV64 with compressed instructions: jumps, branches, and addresses built by
 * AUIPC or LUI and a later instruction that adds the low 12 bits.
 * Encodings: The RISC-V Instruction Set Manual, volume I, chapters 2 (RV32I) and 16 (C). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { JAL = 1, BRANCH, HIGH = WHITTLE_KIND_HIGH, LOW = WHITTLE_KIND_LOW };
enum { COMPRESSED_JUMP = LOW + 1, COMPRESSED_BRANCH };

enum { OP_LOAD = 0x03, OP_FLW = 0x07, OP_ADDI = 0x13, OP_AUIPC = 0x17, OP_ADDIW = 0x1B };
enum { OP_STORE = 0x23, OP_FSW = 0x27, OP_LUI = 0x37, OP_BRANCH = 0x63, OP_JALR = 0x67 };
enum { OP_JAL = 0x6F };

static uint32_t opcode(uint32_t bits) {
    return bits & 0x7F;
}

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)offset;
    return (bits & 3) == 3 ? 4 : 2;
}

static bool is_high(uint32_t bits) {
    return (opcode(bits) == OP_AUIPC || opcode(bits) == OP_LUI) && bits_of(bits, 7, 5) != 0;
}

static bool is_store(uint32_t bits) {
    return opcode(bits) == OP_STORE || opcode(bits) == OP_FSW;
}

/* Whether the instruction adds 12 low bits to a register. */
static bool is_low(uint32_t bits) {
    switch (opcode(bits)) {
    case OP_ADDI:
        return bits_of(bits, 12, 3) == 0;
    case OP_LOAD:
    case OP_FLW:
    case OP_ADDIW:
    case OP_STORE:
    case OP_FSW:
    case OP_JALR:
        return true;
    default:
        return false;
    }
}

static uint32_t low_bits(uint32_t bits) {
    uint32_t immediate =
        is_store(bits) ? bits_of(bits, 25, 7) << 5 | bits_of(bits, 7, 5) : bits >> 20;
    return (uint32_t)sign_extend(immediate, 12);
}

static uint32_t insert_low_bits(uint32_t bits, uint32_t value) {
    if (is_store(bits)) {
        return (bits & 0x01FFF07F) | bits_of(value, 5, 7) << 25 | bits_of(value, 0, 5) << 7;
    }
    return (bits & 0x000FFFFF) | value << 20;
}

static uint32_t base_of_pair(uint32_t high, uint32_t address) {
    return (high & 0xFFFFF000u) + (opcode(high) == OP_AUIPC ? address : 0);
}

static uint8_t classify(uint32_t bits, uint32_t offset) {
    (void)offset;
    if ((bits & 3) != 3) {
        if ((bits & 3) != 1) {
            return 0;
        }
        switch (bits_of(bits, 13, 3)) {
        case 1: /* C.JAL on RV32; C.ADDIW on RV64, where a prediction seldom holds */
        case 5:
            return COMPRESSED_JUMP;
        case 6:
        case 7:
            return COMPRESSED_BRANCH;
        default:
            return 0;
        }
    }
    switch (opcode(bits)) {
    case OP_JAL:
        return JAL;
    case OP_BRANCH:
        return BRANCH;
    default:
        return is_high(bits) ? HIGH : is_low(bits) ? LOW : 0;
    }
}

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first) {
    if (reference->kind == LOW) {
        return base_of_pair(first, address - reference->back) + low_bits(bits);
    }
    /* HIGH: the low bits come later: take them from the source */
    return base_of_pair(bits, address) + low_bits(reference->first);
}

/* An AUIPC or LUI, and what later adds to the register that it sets. */
static bool is_partner(const whittle_reference *reference, uint32_t other) {
    if (reference->kind == HIGH) {
        return is_low(other) && bits_of(other, 15, 5) == bits_of(reference->bits, 7, 5);
    }
    return is_high(other) && bits_of(other, 7, 5) == bits_of(reference->bits, 15, 5);
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t old = reference->bits;
    bool is_low_half = reference->kind == LOW;
    if (opcode(is_low_half ? reference->first : old) == OP_AUIPC) {
        referred -= address - reference->back;
    }
    *bits = is_low_half ? insert_low_bits(old, referred & 0xFFF)
                        : (old & 0xFFF) | ((referred + 0x800) & 0xFFFFF000u);
    return true;
}

static const whittle_bit_run jal_runs[] = {
    {31, 20, 1, false}, {12, 12, 8, false}, {20, 11, 1, false}, {21, 1, 10, false}};
static const whittle_bit_run branch_runs[] = {
    {31, 12, 1, false}, {7, 11, 1, false}, {25, 5, 6, false}, {8, 1, 4, false}};
static const whittle_bit_run compressed_jump_runs[] = {
    {12, 11, 1, false}, {11, 4, 1, false}, {9, 8, 2, false}, {8, 10, 1, false},
    {7, 6, 1, false},   {6, 7, 1, false},  {3, 1, 3, false}, {2, 5, 1, false}};
static const whittle_bit_run compressed_branch_runs[] = {
    {12, 8, 1, false}, {10, 3, 2, false}, {5, 6, 2, false}, {3, 1, 2, false}, {2, 5, 1, false}};

static const whittle_displacement displacements[] = {
    [JAL - 1] = {WHITTLE_RUNS(jal_runs), WHITTLE_EXTENSION_SIGN, 21, 0, 0},
    [BRANCH - 1] = {WHITTLE_RUNS(branch_runs), WHITTLE_EXTENSION_SIGN, 13, 0, 0},
    [COMPRESSED_JUMP - 1] = {WHITTLE_RUNS(compressed_jump_runs), WHITTLE_EXTENSION_SIGN, 12, 0, 0},
    [COMPRESSED_BRANCH - 1] = {WHITTLE_RUNS(compressed_branch_runs), WHITTLE_EXTENSION_SIGN, 9, 0,
                               0},
};

const whittle_isa_model whittle_isa_riscv = {
    .coded_unit = 1,
    .prefers_pointers = false,
    .opcode_mask = 0x707F,
    .length = length,
    .classify = classify,
    .is_partner = is_partner,
    .displacements = displacements,
    .displacement_count = sizeof displacements / sizeof *displacements,
    .rewrite = rewrite,
    .resolve = resolve,
};
