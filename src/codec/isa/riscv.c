/* RISC-V, RV32 and RV64 with compressed instructions: jumps, branches, and addresses built by
 * AUIPC or LUI and a later instruction that adds the low 12 bits.
 * Encodings: The RISC-V Instruction Set Manual, volume I, chapters 2 (RV32I) and 16 (C). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { JAL = 1, BRANCH, HIGH, LOW, COMPRESSED_JUMP, COMPRESSED_BRANCH };

/* How far apart the two instructions of a pair may be, in bytes. */
enum { PAIR_DISTANCE = 40 };

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

static int32_t jal_displacement(uint32_t bits) {
    return sign_extend(bits_of(bits, 31, 1) << 20 | bits_of(bits, 12, 8) << 12 |
                           bits_of(bits, 20, 1) << 11 | bits_of(bits, 21, 10) << 1,
                       21);
}

static uint32_t insert_jal(uint32_t bits, uint32_t value) {
    return (bits & 0xFFF) | bits_of(value, 20, 1) << 31 | bits_of(value, 12, 8) << 12 |
           bits_of(value, 11, 1) << 20 | bits_of(value, 1, 10) << 21;
}

static int32_t branch_displacement(uint32_t bits) {
    return sign_extend(bits_of(bits, 31, 1) << 12 | bits_of(bits, 7, 1) << 11 |
                           bits_of(bits, 25, 6) << 5 | bits_of(bits, 8, 4) << 1,
                       13);
}

static uint32_t insert_branch(uint32_t bits, uint32_t value) {
    return (bits & 0x01FFF07F) | bits_of(value, 12, 1) << 31 | bits_of(value, 11, 1) << 7 |
           bits_of(value, 5, 6) << 25 | bits_of(value, 1, 4) << 8;
}

static int32_t compressed_jump_displacement(uint32_t bits) {
    return sign_extend(bits_of(bits, 12, 1) << 11 | bits_of(bits, 8, 1) << 10 |
                           bits_of(bits, 9, 2) << 8 | bits_of(bits, 6, 1) << 7 |
                           bits_of(bits, 7, 1) << 6 | bits_of(bits, 2, 1) << 5 |
                           bits_of(bits, 11, 1) << 4 | bits_of(bits, 3, 3) << 1,
                       12);
}

static uint32_t insert_compressed_jump(uint32_t bits, uint32_t value) {
    return (bits & 0xE003) | bits_of(value, 11, 1) << 12 | bits_of(value, 10, 1) << 8 |
           bits_of(value, 8, 2) << 9 | bits_of(value, 7, 1) << 6 | bits_of(value, 6, 1) << 7 |
           bits_of(value, 5, 1) << 2 | bits_of(value, 4, 1) << 11 | bits_of(value, 1, 3) << 3;
}

static int32_t compressed_branch_displacement(uint32_t bits) {
    return sign_extend(bits_of(bits, 12, 1) << 8 | bits_of(bits, 5, 2) << 6 |
                           bits_of(bits, 2, 1) << 5 | bits_of(bits, 10, 2) << 3 |
                           bits_of(bits, 3, 2) << 1,
                       9);
}

static uint32_t insert_compressed_branch(uint32_t bits, uint32_t value) {
    return (bits & 0xE383) | bits_of(value, 8, 1) << 12 | bits_of(value, 6, 2) << 5 |
           bits_of(value, 5, 1) << 2 | bits_of(value, 3, 2) << 10 | bits_of(value, 1, 2) << 3;
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
    switch (reference->kind) {
    case JAL:
        return address + (uint32_t)jal_displacement(bits);
    case BRANCH:
        return address + (uint32_t)branch_displacement(bits);
    case COMPRESSED_JUMP:
        return address + (uint32_t)compressed_jump_displacement(bits);
    case COMPRESSED_BRANCH:
        return address + (uint32_t)compressed_branch_displacement(bits);
    case LOW:
        return base_of_pair(first, address - reference->back) + low_bits(bits);
    default: /* the low bits come later: take them from the source */
        return base_of_pair(bits, address) + low_bits(reference->first);
    }
}

/* Looks ahead of an AUIPC or LUI for an instruction that adds to the register just set. */
static bool find_low(whittle_images *images, uint32_t offset, whittle_reference *reference) {
    uint32_t destination = bits_of(reference->bits, 7, 5);
    for (uint32_t distance = 4; distance <= PAIR_DISTANCE; distance += 2) {
        uint32_t bits = whittle_source_load(images, offset + distance, 4);
        if (is_low(bits) && bits_of(bits, 15, 5) == destination) {
            reference->first = bits;
            return true;
        }
    }
    return false;
}

/* Looks back for the AUIPC or LUI of the register used. */
static bool find_high(whittle_images *images, uint32_t offset, whittle_reference *reference) {
    uint32_t base = bits_of(reference->bits, 15, 5);
    for (uint32_t distance = 2; base && distance <= PAIR_DISTANCE && distance <= offset;
         distance += 2) {
        uint32_t bits = whittle_source_load(images, offset - distance, 4);
        if (is_high(bits) && bits_of(bits, 7, 5) == base) {
            reference->first = bits;
            reference->back = (uint8_t)distance;
            return true;
        }
    }
    return false;
}

static bool find_partner(whittle_images *images, uint32_t offset, whittle_reference *reference) {
    switch (reference->kind) {
    case HIGH:
        return find_low(images, offset, reference);
    case LOW:
        return find_high(images, offset, reference);
    default:
        return true;
    }
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t old = reference->bits;
    uint32_t distance = referred - address;
    switch (reference->kind) {
    case JAL:
        *bits = insert_jal(old, distance);
        return (uint32_t)sign_extend(distance, 21) == distance;
    case BRANCH:
        *bits = insert_branch(old, distance);
        return (uint32_t)sign_extend(distance, 13) == distance;
    case COMPRESSED_JUMP:
        *bits = insert_compressed_jump(old, distance);
        return (uint32_t)sign_extend(distance, 12) == distance;
    case COMPRESSED_BRANCH:
        *bits = insert_compressed_branch(old, distance);
        return (uint32_t)sign_extend(distance, 9) == distance;
    case LOW:
        if (opcode(reference->first) == OP_AUIPC) {
            referred -= address - reference->back;
        }
        *bits = insert_low_bits(old, referred & 0xFFF);
        return true;
    default:
        if (opcode(old) == OP_AUIPC) {
            referred -= address;
        }
        *bits = (old & 0xFFF) | ((referred + 0x800) & 0xFFFFF000u);
        return true;
    }
}

const whittle_isa_model whittle_isa_riscv = {1,        false,        0x707F,  length,
                                             classify, find_partner, rewrite, resolve};
