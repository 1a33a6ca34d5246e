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

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first) {
    (void)first;
    switch (reference->kind) {
    case CALL:
        return (address & ~3u) + 4 + ((uint32_t)sign_extend(bits >> 6, 18) << 2);
    case JUMP:
        return address + 4 + (uint32_t)sign_extend(bits >> 6, 18);
    case BRANCH_ZERO:
        return address + 4 + (uint32_t)sign_extend(bits >> 12, 12);
    default: /* 16 bits, always backwards */
        return ((address + 3) & ~3u) + ((bits >> 8 | 0xFFFF0000u) << 2);
    }
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t old = reference->bits;
    uint32_t distance;
    switch (reference->kind) {
    case CALL:
        distance = referred - ((address & ~3u) + 4);
        *bits = (old & 0x3F) | bits_of(distance, 2, 18) << 6;
        return (distance & 3) == 0 && (uint32_t)sign_extend(distance, 20) == distance;
    case JUMP:
        distance = referred - (address + 4);
        *bits = (old & 0x3F) | bits_of(distance, 0, 18) << 6;
        return (uint32_t)sign_extend(distance, 18) == distance;
    case BRANCH_ZERO:
        distance = referred - (address + 4);
        *bits = (old & 0xFFF) | bits_of(distance, 0, 12) << 12;
        return (uint32_t)sign_extend(distance, 12) == distance;
    default:
        distance = referred - ((address + 3) & ~3u);
        *bits = (old & 0xFF) | bits_of(distance, 2, 16) << 8;
        return (distance & 3) == 0 && distance >= 0xFFFC0000u;
    }
}

const whittle_isa_model whittle_isa_xtensa = {1,        true, 0xFF000F, length,
                                              classify, NULL, rewrite,  resolve};
