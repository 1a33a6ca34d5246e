/* Checking a model of an instruction set against what an assembler wrote. */
#ifndef TESTS_SUPPORT_ISA_CHECK_H
#define TESTS_SUPPORT_ISA_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "codec/isa/isa.h"

/* One instruction, or a pair of two of four bytes each that build an address together, as an
 * assembler and a linker made it. Examples of one group differ in their places and in what they
 * refer to, and in nothing else. */
typedef struct isa_example {
    unsigned group;
    const char *assembly;
    uint32_t address; /* of its first byte */
    uint8_t bytes[8];
    uint8_t size;      /* bytes: 2 to 4, or 8 for a pair */
    uint32_t referred; /* the address of its target */
} isa_example;

/* Each example has the length that it has, refers to what it refers to, can be rewritten into each
 * other one of its group, and that is resolved to the other's target. */
void isa_check_examples(const whittle_isa_model *isa, const isa_example *examples, size_t count);

/* How far an instruction reaches: it refers to what lies at
 * ((address + add) & ~mask) + a multiple of unit from low to high. */
typedef struct isa_reach {
    uint32_t add;
    uint32_t mask;
    int64_t low;
    int64_t high;
    uint32_t unit;
    uint32_t address_unit; /* where instructions may lie */
} isa_reach;

/* The example's instruction can be rewritten to refer to anything in its reach, from anywhere, and
 * that is resolved again; just beyond it, rewriting fails. */
void isa_check_reach(const whittle_isa_model *isa, const isa_example *example,
                     const isa_reach *reach);

/* Instructions that refer to no address. Of each, bytes and size are used. */
void isa_check_plain(const whittle_isa_model *isa, const isa_example *examples, size_t count);

/* On any bytes at all: lengths are in range, nothing is read outside the image, kinds fit their
 * three bits, and what is rewritten for the place and the target that it has stays as it is, but
 * for bits that 32 bits of address do not tell. */
void isa_check_any_bytes(const whittle_isa_model *isa, uint32_t untold);

#endif
