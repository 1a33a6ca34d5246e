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

/* Displacement of BL and B.W: S:I1:I2:imm10:imm11:0, where I1 = NOT(J1 XOR S). */
static int32_t displacement_wide(uint32_t bits) {
    uint32_t sign = bits_of(bits, 10, 1);
    uint32_t i1 = bits_of(bits, 29, 1) ^ sign ^ 1;
    uint32_t i2 = bits_of(bits, 27, 1) ^ sign ^ 1;
    return sign_extend(sign << 24 | i1 << 23 | i2 << 22 | bits_of(bits, 0, 10) << 12 |
                           bits_of(bits, 16, 11) << 1,
                       25);
}

static uint32_t insert_wide(uint32_t bits, uint32_t displacement) {
    uint32_t sign = bits_of(displacement, 24, 1);
    uint32_t j1 = bits_of(displacement, 23, 1) ^ sign ^ 1;
    uint32_t j2 = bits_of(displacement, 22, 1) ^ sign ^ 1;
    return (bits & 0xD000F800u) | sign << 10 | bits_of(displacement, 12, 10) | j1 << 29 | j2 << 27 |
           bits_of(displacement, 1, 11) << 16;
}

/* Displacement of B<cond>.W: S:J2:J1:imm6:imm11:0. */
static int32_t displacement_condition(uint32_t bits) {
    return sign_extend(bits_of(bits, 10, 1) << 20 | bits_of(bits, 27, 1) << 19 |
                           bits_of(bits, 29, 1) << 18 | bits_of(bits, 0, 6) << 12 |
                           bits_of(bits, 16, 11) << 1,
                       21);
}

static uint32_t insert_condition(uint32_t bits, uint32_t displacement) {
    return (bits & 0xD000FBC0u) | bits_of(displacement, 20, 1) << 10 |
           bits_of(displacement, 19, 1) << 27 | bits_of(displacement, 18, 1) << 29 |
           bits_of(displacement, 12, 6) | bits_of(displacement, 1, 11) << 16;
}

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first) {
    (void)first;
    uint32_t pc = address + 4;
    switch (reference->kind) {
    case BRANCH_LINK:
    case BRANCH_WIDE:
        return pc + (uint32_t)displacement_wide(bits);
    case BRANCH_CONDITION_WIDE:
        return pc + (uint32_t)displacement_condition(bits);
    case BRANCH:
        return pc + (uint32_t)sign_extend(bits << 1, 12);
    case BRANCH_CONDITION:
        return pc + (uint32_t)sign_extend(bits << 1 & 0x1FF, 9);
    default:
        return (pc & ~3u) + ((bits & 0xFF) << 2);
    }
}

static bool fits(uint32_t displacement, unsigned bits) {
    return (uint32_t)sign_extend(displacement, bits) == displacement;
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t displacement = referred - (address + 4);
    switch (reference->kind) {
    case BRANCH_LINK:
    case BRANCH_WIDE:
        *bits = insert_wide(reference->bits, displacement);
        return fits(displacement, 25);
    case BRANCH_CONDITION_WIDE:
        *bits = insert_condition(reference->bits, displacement);
        return fits(displacement, 21);
    case BRANCH:
        *bits = (reference->bits & 0xF800) | bits_of(displacement, 1, 11);
        return fits(displacement, 12);
    case BRANCH_CONDITION:
        *bits = (reference->bits & 0xFF00) | bits_of(displacement, 1, 8);
        return fits(displacement, 9);
    default:
        displacement = referred - ((address + 4) & ~3u);
        *bits = (reference->bits & 0xFF00) | bits_of(displacement, 2, 8);
        return displacement < 1024;
    }
}

const whittle_isa_model whittle_isa_thumb = {2,        true, 0xFF00,  length,
                                             classify, NULL, rewrite, resolve};
