/* MIPS32, both byte orders: jumps, branches, and addresses built by LUI and a later instruction
 * that adds the low 16 bits. Encodings: MIPS32 Architecture, volume II (J, JAL, BEQ, LUI, ADDIU,
 * ORI). */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum { JUMP = 1, BRANCH, HIGH, LOW };

enum { PAIR_DISTANCE = 40 };

enum { OP_REGIMM = 1, OP_J = 2, OP_JAL = 3, OP_BEQ = 4, OP_BGTZ = 7, OP_ADDIU = 9, OP_ORI = 13 };
enum { OP_LUI = 15, OP_BEQL = 20, OP_BGTZL = 23, OP_LB = 32, OP_SWR = 46 };

/* Everything below the interface works on instructions as numbers, whatever their byte order. */
typedef uint32_t (*byte_order)(uint32_t bits);

static uint32_t keep(uint32_t bits) {
    return bits;
}

static uint32_t swap(uint32_t bits) {
    return bits << 24 | (bits & 0xFF00) << 8 | (bits >> 8 & 0xFF00) | bits >> 24;
}

static unsigned length(uint32_t half, uint32_t offset) {
    (void)half;
    return 4 - (offset & 3);
}

static uint8_t kind_of(uint32_t word) {
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

static uint32_t resolve_word(const whittle_reference *reference, uint32_t address, uint32_t word,
                             uint32_t first) {
    switch (reference->kind) {
    case JUMP:
        return ((address + 4) & 0xF0000000u) | (word & 0x3FFFFFF) << 2;
    case BRANCH:
        return address + 4 + ((uint32_t)sign_extend(word & 0xFFFF, 16) << 2);
    case LOW:
        return (first << 16) + low_bits(word);
    default: /* the low bits come later: take them from the source */
        return (word << 16) + low_bits(first);
    }
}

/* Looks for the other half of a pair, forwards from a LUI and backwards from its user. */
static void find_partner(whittle_images *images, uint32_t offset, byte_order order, uint32_t word,
                         whittle_reference *reference) {
    bool forwards = reference->kind == HIGH;
    uint32_t wanted = forwards ? bits_of(word, 16, 5) : bits_of(word, 21, 5);
    for (uint32_t distance = 4; wanted && distance <= PAIR_DISTANCE; distance += 4) {
        if (!forwards && distance > offset) {
            break;
        }
        uint32_t place = forwards ? offset + distance : offset - distance;
        uint32_t other = order(whittle_source_load(images, place, 4));
        uint32_t linked = forwards ? bits_of(other, 21, 5) : bits_of(other, 16, 5);
        if (kind_of(other) == (forwards ? LOW : HIGH) && linked == wanted) {
            reference->first = order(other);
            reference->back = forwards ? 0 : (uint8_t)distance;
            return;
        }
    }
    reference->kind = 0;
}

static void refer(whittle_images *images, uint32_t offset, uint32_t address, byte_order order,
                  whittle_reference *reference) {
    reference->bits = whittle_source_load(images, offset, 4);
    uint32_t word = order(reference->bits);
    reference->kind = offset & 3 ? 0 : kind_of(word);
    if (reference->kind == HIGH || reference->kind == LOW) {
        find_partner(images, offset, order, word, reference);
    }
    if (reference->kind) {
        reference->referred = resolve_word(reference, address, word, order(reference->first));
    }
}

static bool rewrite_word(const whittle_reference *reference, uint32_t address, uint32_t referred,
                         byte_order order, uint32_t *bits) {
    uint32_t old = order(reference->bits);
    uint32_t distance = referred - (address + 4);
    bool possible = true;
    switch (reference->kind) {
    case JUMP:
        old = (old & 0xFC000000) | bits_of(referred, 2, 26);
        possible = (((address + 4) ^ referred) & 0xF0000003u) == 0;
        break;
    case BRANCH:
        old = (old & 0xFFFF0000u) | bits_of(distance, 2, 16);
        possible = (uint32_t)sign_extend(distance, 18) == distance && (distance & 3) == 0;
        break;
    case LOW:
        old = (old & 0xFFFF0000u) | (referred & 0xFFFF);
        break;
    default:
        old = (old & 0xFFFF0000u) |
              (referred + (order(reference->first) >> 26 == OP_ORI ? 0 : 0x8000)) >> 16;
        break;
    }
    *bits = order(old);
    return possible;
}

static void refer_le(whittle_images *images, uint32_t offset, uint32_t address,
                     whittle_reference *reference) {
    refer(images, offset, address, keep, reference);
}

static void refer_be(whittle_images *images, uint32_t offset, uint32_t address,
                     whittle_reference *reference) {
    refer(images, offset, address, swap, reference);
}

static bool rewrite_le(const whittle_reference *reference, uint32_t address, uint32_t referred,
                       uint32_t *bits) {
    return rewrite_word(reference, address, referred, keep, bits);
}

static bool rewrite_be(const whittle_reference *reference, uint32_t address, uint32_t referred,
                       uint32_t *bits) {
    return rewrite_word(reference, address, referred, swap, bits);
}

static uint32_t resolve_le(const whittle_reference *reference, uint32_t address, uint32_t bits,
                           uint32_t first) {
    return resolve_word(reference, address, bits, first);
}

static uint32_t resolve_be(const whittle_reference *reference, uint32_t address, uint32_t bits,
                           uint32_t first) {
    return resolve_word(reference, address, swap(bits), swap(first));
}

const whittle_isa_model whittle_isa_mips_le = {4, 0xFC00003Fu, length, refer_le, rewrite_le, resolve_le};
const whittle_isa_model whittle_isa_mips_be = {1, 0x3F0000FCu, length, refer_be, rewrite_be, resolve_be};
