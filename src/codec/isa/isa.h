/* One instruction set, as far as the address fields of its instructions go.
 *
 * A unit is one instruction at a source offset. Where its bits refer to an address, the model
 * asks where that address went and has the bits rewritten for the new place. Whatever is said here
 * is only a prediction: a wrong one costs bits, never correctness.
 */
#ifndef WHITTLE_CODEC_ISA_H
#define WHITTLE_CODEC_ISA_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/images.h"
#include "codec/isa/displacement.h"

#define WHITTLE_UNIT_MAX 4 /* bytes */

/* Where an address is built by two instructions: the kinds of the field with its high bits and of
 * the one with its low bits, in every instruction set that has such pairs. */
#define WHITTLE_KIND_HIGH 3
#define WHITTLE_KIND_LOW  4

typedef struct whittle_reference {
    uint8_t kind;      /* 0: none; else which field, private to the instruction set, below 8 */
    uint8_t back;      /* bytes from a first instruction of a pair to this one; 0: no pair */
    uint32_t bits;     /* the source instruction, least significant byte first */
    uint32_t first;    /* the first instruction of a pair, as it is in the source */
    uint32_t referred; /* the address that the source instruction refers to */
} whittle_reference;

typedef struct whittle_isa_model {
    /* Inserted bytes are coded from the last to the first of aligned units of this many, so that an
     * opcode comes before its operands; 1: in their order. */
    uint8_t coded_unit;

    /* Where a word may be an instruction as well as an address of the image, it is the address. */
    bool prefers_pointers;

    /* Which bits of an instruction say what it does, rather than with what. */
    uint32_t opcode_mask;

    /* Bytes of the instruction that begins with these bytes, of which it looks at the first two, at
     * an offset of either image; 1 to WHITTLE_UNIT_MAX. */
    unsigned (*length)(uint32_t bits, uint32_t offset);

    /* Which field an instruction with these bits at that offset has: 1 to 7, or 0 for none. */
    uint8_t (*classify)(uint32_t bits, uint32_t offset);

    /* Whether another instruction is the other half of the pair to which this one belongs: behind
     * it if this is the high half, before it if it is the low one. NULL where there are no pairs.
     */
    bool (*is_partner)(const whittle_reference *reference, uint32_t other);

    /* How the fields of each kind refer, the first one's of kind 1; and how many kinds have such an
     * entry. Fields of other kinds, and of entries without runs, are left to the functions below.
     */
    const whittle_displacement *displacements;
    uint8_t displacement_count;

    /* The instruction's bits with the reference changed to another address, for an instruction that
     * lies at address; false if the field cannot hold it. */
    bool (*rewrite)(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits);

    /* The address that the bits of the rewritten kind refer to at address. first: the first
     * instruction of the pair as it is in the target. */
    uint32_t (*resolve)(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first);
} whittle_isa_model;

/* Fills in the reference that the instruction with these bits at the source offset makes, where its
 * own address is address; false if it makes none. */
bool whittle_isa_refer(const whittle_isa_model *isa, whittle_images *images, uint32_t offset,
                       uint32_t address, uint32_t bits, whittle_reference *reference);

/* What rewrite and resolve say of it, for fields of any kind. */
bool whittle_isa_rewrite(const whittle_isa_model *isa, const whittle_reference *reference,
                         uint32_t address, uint32_t referred, uint32_t *bits);
uint32_t whittle_isa_resolve(const whittle_isa_model *isa, const whittle_reference *reference,
                             uint32_t address, uint32_t bits, uint32_t first);

/* The model of an instruction set, or NULL if it is WHITTLE_ISA_NONE or left out of this build. */
const whittle_isa_model *whittle_isa_find(uint8_t isa);

extern const whittle_isa_model whittle_isa_thumb;
extern const whittle_isa_model whittle_isa_xtensa;
extern const whittle_isa_model whittle_isa_riscv;
extern const whittle_isa_model whittle_isa_aarch64;
extern const whittle_isa_model whittle_isa_avr;
extern const whittle_isa_model whittle_isa_mips_le;
extern const whittle_isa_model whittle_isa_mips_be;

#endif
