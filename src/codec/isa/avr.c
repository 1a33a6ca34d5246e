/* AVR: calls and jumps, absolute and relative, branches, and direct loads and stores.
 * Encodings: AVR Instruction Set Manual (CALL, JMP, RCALL, RJMP, BRBS, BRBC, LDS, STS).
 *
 * Program addresses are counted in words there and in bytes here. Data addresses are told from them
 * by the offset that the GNU tools use, 0x800000. */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { ABSOLUTE = 1, RELATIVE, BRANCH, DATA };

#define DATA_SPACE 0x800000u

static bool is_absolute(uint32_t bits) {
    return (bits & 0xFE0C) == 0x940C;
}

static bool is_data(uint32_t bits) {
    return (bits & 0xFC0F) == 0x9000;
}

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)offset;
    return is_absolute(bits) || is_data(bits) ? 4 : 2;
}

static uint8_t classify(uint32_t bits, uint32_t offset) {
    (void)offset;
    if (is_absolute(bits)) {
        return ABSOLUTE;
    }
    if (is_data(bits)) {
        return DATA;
    }
    if ((bits & 0xE000) == 0xC000) {
        return RELATIVE;
    }
    return (bits & 0xF800) == 0xF000 ? BRANCH : 0;
}

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first) {
    (void)address, (void)first;
    if (reference->kind == DATA) {
        return DATA_SPACE + (bits >> 16);
    }
    return (bits_of(bits, 4, 5) << 17 | bits_of(bits, 0, 1) << 16 | bits >> 16) << 1;
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    (void)address;
    uint32_t old = reference->bits;
    if (reference->kind == DATA) {
        *bits = (old & 0xFFFF) | (referred - DATA_SPACE) << 16;
        return referred - DATA_SPACE < 0x10000;
    }
    *bits = (old & 0xFE0E) | bits_of(referred, 18, 5) << 4 | bits_of(referred, 17, 1) |
            bits_of(referred, 1, 16) << 16;
    return referred < DATA_SPACE;
}

static const whittle_bit_run relative_runs[] = {{0, 1, 12, false}};
static const whittle_bit_run branch_runs[] = {{3, 1, 7, false}};

static const whittle_displacement displacements[] = {
    [RELATIVE - 1] = {WHITTLE_RUNS(relative_runs), WHITTLE_EXTENSION_SIGN, 13, 2, 0},
    [BRANCH - 1] = {WHITTLE_RUNS(branch_runs), WHITTLE_EXTENSION_SIGN, 8, 2, 0},
};

const whittle_isa_model whittle_isa_avr = {
    .coded_unit = 2,
    .prefers_pointers = false,
    .opcode_mask = 0xFE00,
    .length = length,
    .classify = classify,
    .displacements = displacements,
    .displacement_count = sizeof displacements / sizeof *displacements,
    .rewrite = rewrite,
    .resolve = resolve,
};
