/* Thumb and Thumb-2 (Armv6-M to Armv8-M): branches and literal loads.
 * Encodings: Arm Architecture Reference Manual Armv7-M, A7.7 (B, BL, CBZ, LDR literal, ADR). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { BRANCH_LINK = 1, BRANCH_WIDE, BRANCH_CONDITION_WIDE, BRANCH, BRANCH_CONDITION, LITERAL };

static bool is_wide(uint32_t half) {
    return half >> 11 >= 0x1D;
}

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)offset;
    return is_wide(bits & 0xFFFF) ? 4 : 2;
}

static uint8_t classify(uint32_t bits, uint32_t offset) {
    (void)offset;
    uint32_t half = bits & 0xFFFF;
    if (!is_wide(half)) {
        if (half >> 11 == 0x09 || half >> 11 == 0x14) {
            return LITERAL; /* LDR literal, ADR */
        }
        if (half >> 11 == 0x1C) {
            return BRANCH;
        }
        return half >> 12 == 0xD && (half >> 8 & 15) < 14 ? BRANCH_CONDITION : 0;
    }
    if (half >> 11 != 0x1E) {
        return 0;
    }
    switch (bits >> 28 & 0xD) {
    case 0xD:
        return BRANCH_LINK;
    case 0x9:
        return BRANCH_WIDE;
    case 0x8:
        return bits_of(half, 7, 3) == 7 ? 0 : BRANCH_CONDITION_WIDE;
    default:
        return 0;
    }
}

/* J1 and J2 of BL and B.W are I1 = NOT(J1 XOR S) and I2 alike. */
static const whittle_bit_run branch_link_runs[] = {{10, 24, 1, false},
                                                   {29, 23, 1, true},
                                                   {27, 22, 1, true},
                                                   {0, 12, 10, false},
                                                   {16, 1, 11, false}};
static const whittle_bit_run branch_condition_wide_runs[] = {{10, 20, 1, false},
                                                             {27, 19, 1, false},
                                                             {29, 18, 1, false},
                                                             {0, 12, 6, false},
                                                             {16, 1, 11, false}};
static const whittle_bit_run branch_runs[] = {{0, 1, 11, false}};
static const whittle_bit_run branch_condition_runs[] = {{0, 1, 8, false}};
static const whittle_bit_run literal_runs[] = {{0, 2, 8, false}};

static const whittle_displacement displacements[] = {
    [BRANCH_LINK - 1] = {WHITTLE_RUNS(branch_link_runs), WHITTLE_EXTENSION_SIGN, 25, 4, 0},
    [BRANCH_WIDE - 1] = {WHITTLE_RUNS(branch_link_runs), WHITTLE_EXTENSION_SIGN, 25, 4, 0},
    [BRANCH_CONDITION_WIDE - 1] = {WHITTLE_RUNS(branch_condition_wide_runs), WHITTLE_EXTENSION_SIGN,
                                   21, 4, 0},
    [BRANCH - 1] = {WHITTLE_RUNS(branch_runs), WHITTLE_EXTENSION_SIGN, 12, 4, 0},
    [BRANCH_CONDITION - 1] = {WHITTLE_RUNS(branch_condition_runs), WHITTLE_EXTENSION_SIGN, 9, 4, 0},
    [LITERAL - 1] = {WHITTLE_RUNS(literal_runs), WHITTLE_EXTENSION_FORWARD, 10, 4, 3},
};

const whittle_isa_model whittle_isa_thumb = {
    .coded_unit = 2,
    .prefers_pointers = true,
    .opcode_mask = 0xFF00,
    .length = length,
    .classify = classify,
    .displacements = displacements,
    .displacement_count = sizeof displacements / sizeof *displacements,
};
