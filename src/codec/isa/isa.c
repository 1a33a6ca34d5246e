/* Which instruction sets this build knows. A device build that needs only some defines
 * WHITTLE_ISA_SET to a mask of those: bit n is instruction set n (whittle/patch.h), so 2 is Thumb
 * alone. */
#include "codec/isa/isa.h"

#ifndef WHITTLE_ISA_SET
#define WHITTLE_ISA_SET 0xFFu
#endif

#define MODEL(number, model) (WHITTLE_ISA_SET >> (number)&1u ? &(model) : NULL)

static const whittle_isa_model *const models[WHITTLE_ISA_COUNT] = {
    [WHITTLE_ISA_THUMB] = MODEL(WHITTLE_ISA_THUMB, whittle_isa_thumb),
    [WHITTLE_ISA_XTENSA] = MODEL(WHITTLE_ISA_XTENSA, whittle_isa_xtensa),
    [WHITTLE_ISA_RISCV] = MODEL(WHITTLE_ISA_RISCV, whittle_isa_riscv),
    [WHITTLE_ISA_AARCH64] = MODEL(WHITTLE_ISA_AARCH64, whittle_isa_aarch64),
    [WHITTLE_ISA_AVR] = MODEL(WHITTLE_ISA_AVR, whittle_isa_avr),
    [WHITTLE_ISA_MIPS_LE] = MODEL(WHITTLE_ISA_MIPS_LE, whittle_isa_mips_le),
    [WHITTLE_ISA_MIPS_BE] = MODEL(WHITTLE_ISA_MIPS_BE, whittle_isa_mips_be),
};

const whittle_isa_model *whittle_isa_find(uint8_t isa) {
    return isa < WHITTLE_ISA_COUNT ? models[isa] : NULL;
}

/* How far apart the two instructions of a pair may be, in bytes, and in what steps. */
enum { PAIR_DISTANCE = 40, PAIR_STEP = 2, PAIR_MIN = 4 };

/* Finds the other half of a pair and fills in first and back. */
static bool find_partner(const whittle_isa_model *isa, whittle_images *images, uint32_t offset,
                         whittle_reference *reference) {
    bool is_high = reference->kind == WHITTLE_KIND_HIGH;
    for (uint32_t distance = PAIR_MIN; distance <= PAIR_DISTANCE; distance += PAIR_STEP) {
        if (!is_high && distance > offset) {
            break;
        }
        uint32_t other =
            whittle_source_word(images, is_high ? offset + distance : offset - distance);
        if (isa->is_partner(reference, other)) {
            reference->first = other;
            reference->back = is_high ? 0 : (uint8_t)distance;
            return true;
        }
    }
    return false;
}

static bool is_half(const whittle_isa_model *isa, uint8_t kind) {
    return isa->is_partner && (kind == WHITTLE_KIND_HIGH || kind == WHITTLE_KIND_LOW);
}

bool whittle_isa_refer(const whittle_isa_model *isa, whittle_images *images, uint32_t offset,
                       uint32_t address, uint32_t bits, whittle_reference *reference) {
    reference->kind = isa->classify(bits, offset);
    reference->back = 0;
    reference->bits = bits;
    reference->first = 0;
    if (!reference->kind ||
        (is_half(isa, reference->kind) && !find_partner(isa, images, offset, reference))) {
        reference->kind = 0;
        return false;
    }
    reference->referred = whittle_isa_resolve(isa, reference, address, bits, reference->first);
    return true;
}

/* The displacement of a kind of field, or NULL if it is none. */
static const whittle_displacement *find_displacement(const whittle_isa_model *isa, uint8_t kind) {
    const whittle_displacement *field = &isa->displacements[kind - 1];
    return kind <= isa->displacement_count && field->run_count ? field : NULL;
}

bool whittle_isa_rewrite(const whittle_isa_model *isa, const whittle_reference *reference,
                         uint32_t address, uint32_t referred, uint32_t *bits) {
    const whittle_displacement *field = find_displacement(isa, reference->kind);
    if (field) {
        *bits = reference->bits;
        return whittle_displacement_rewrite(field, address, referred, bits);
    }
    return isa->rewrite(reference, address, referred, bits);
}

uint32_t whittle_isa_resolve(const whittle_isa_model *isa, const whittle_reference *reference,
                             uint32_t address, uint32_t bits, uint32_t first) {
    const whittle_displacement *field = find_displacement(isa, reference->kind);
    if (field) {
        return whittle_displacement_resolve(field, address, bits);
    }
    return isa->resolve(reference, address, bits, first);
}
