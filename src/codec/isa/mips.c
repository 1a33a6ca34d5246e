/* MIPS32, both byte orders: jumps, branches, and addresses built by LUI and a later instruction
 * that adds the low 16 bits. Encodings: MIPS32 Architecture, volume II (J, JAL, BEQ, LUI, ADDIU,
 * ORI). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { JUMP = 1, BRANCH, HIGH = WHITTLE_KIND_HIGH, LOW = WHITTLE_KIND_LOW };

enum { OP_REGIMM = 1, OP_J = 2, OP_JAL = 3, OP_BEQ = 4, OP_BGTZ = 7, OP_ADDIU = 9, OP_ORI = 13 };
enum { OP_LUI = 15, OP_BEQL = 20, OP_BGTZL = 23, OP_LB = 32, OP_SWR = 46 };

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)bits;
    return 4 - (offset & 3);
}

static uint8_t classify(uint32_t word, uint32_t offset) {
    if (offset & 3) {
        return 0;
    }
    uint32_t op = word >> 26;
    if (op == OP_J || op == OP_JAL) {
        return JUMP;
    }
    if (op == OP_REGIMM || (op >= OP_BEQ && op <= OP_BGTZ) || (op >= OP_BEQL && op <= OP_BGTZL)) {
        return BRANCH;
    }
    if (op == OP_LUI) {
        return HIGH;
    }
    return op == OP_ADDIU || op == OP_ORI || (op >= OP_LB && op <= OP_SWR) ? LOW : 0;
}

/* ORI zero-extends its 16 bits, everything else sign-extends them. */
static uint32_t low_bits(uint32_t word) {
    return word >> 26 == OP_ORI ? word & 0xFFFF : (uint32_t)sign_extend(word & 0xFFFF, 16);
}

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t word,
                        uint32_t first) {
    switch (reference->kind) {
    case JUMP:
        return ((address + 4) & 0xF0000000u) | (word & 0x3FFFFFF) << 2;
    case LOW:
        return (first << 16) + low_bits(word);
    default: /* the low bits come later: take them from the source */
        return (word << 16) + low_bits(first);
    }
}

/* A LUI, and what later adds to the register that it sets. */
static bool is_partner(const whittle_reference *reference, uint32_t other) {
    bool is_high = reference->kind == HIGH;
    uint32_t low = is_high ? other : reference->bits;
    uint32_t high = is_high ? reference->bits : other;
    return classify(low, 0) == LOW && classify(high, 0) == HIGH && bits_of(high, 16, 5) != 0 &&
           bits_of(low, 21, 5) == bits_of(high, 16, 5);
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t old = reference->bits;
    switch (reference->kind) {
    case JUMP:
        *bits = (old & 0xFC000000) | bits_of(referred, 2, 26);
        return (((address + 4) ^ referred) & 0xF0000003u) == 0;
    case LOW:
        *bits = (old & 0xFFFF0000u) | (referred & 0xFFFF);
        return true;
    default:
        *bits = (old & 0xFFFF0000u) |
                (referred + (reference->first >> 26 == OP_ORI ? 0 : 0x8000)) >> 16;
        return true;
    }
}

static const whittle_bit_run branch_runs[] = {{0, 2, 16, false}};

static const whittle_displacement displacements[] = {
    [BRANCH - 1] = {WHITTLE_RUNS(branch_runs), WHITTLE_EXTENSION_SIGN, 18, 4, 0},
};

#define FUNCTIONS                                                                                  \
    .length = length, .classify = classify, .is_partner = is_partner,                              \
    .displacements = displacements,                                                                \
    .displacement_count = sizeof displacements / sizeof *displacements, .rewrite = rewrite,        \
    .resolve = resolve

/* The masks are for the bytes as they lie in memory, the first one in the low bits. */
const whittle_isa_model whittle_isa_mips_le = {
    .coded_unit = 4, .opcode_mask = 0xFC00003F, FUNCTIONS};
const whittle_isa_model whittle_isa_mips_be = {
    .coded_unit = 1, .opcode_mask = 0x3F0000FC, FUNCTIONS};
