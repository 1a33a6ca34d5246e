/* Xtensa: calls, jumps and literal loads; both ABIs.
 * Encodings: Xtensa Instruction Set Architecture Reference Manual, chapter 6 (CALLn, J, L32R). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { CALL = 1, JUMP, LITERAL, BRANCH_ZERO };

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)offset;
    return (bits & 15) >= 8 ? 2 : 3;
}

static uint8_t classify(uint32_t bits, uint32_t offset) {
    (void)offset;
    switch (bits & 15) {
    case 1:
        return LITERAL;
    case 5:
        return CALL;
    case 6:
        if ((bits & 0x3F) == 6) {
            return JUMP;
        }
        return bits_of(bits, 4, 2) == 1 ? BRANCH_ZERO : 0;
    default:
        return 0;
    }
}

static const whittle_bit_run call_runs[] = {{6, 2, 18, false}};
static const whittle_bit_run jump_runs[] = {{6, 0, 18, false}};
static const whittle_bit_run literal_runs[] = {{8, 2, 16, false}};
static const whittle_bit_run branch_zero_runs[] = {{12, 0, 12, false}};

static const whittle_displacement displacements[] = {
    [CALL - 1] = {WHITTLE_RUNS(call_runs), WHITTLE_EXTENSION_SIGN, 20, 4, 3},
    [JUMP - 1] = {WHITTLE_RUNS(jump_runs), WHITTLE_EXTENSION_SIGN, 18, 4, 0},
    [LITERAL - 1] = {WHITTLE_RUNS(literal_runs), WHITTLE_EXTENSION_BACKWARD, 18, 3, 3},
    [BRANCH_ZERO - 1] = {WHITTLE_RUNS(branch_zero_runs), WHITTLE_EXTENSION_SIGN, 12, 4, 0},
};

const whittle_isa_model whittle_isa_xtensa = {
    .coded_unit = 1,
    .prefers_pointers = true,
    .opcode_mask = 0xFF000F,
    .length = length,
    .classify = classify,
    .displacements = displacements,
    .displacement_count = sizeof displacements / sizeof *displacements,
};
