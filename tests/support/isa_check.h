/* Checking an instruction set against what an assembler wrote: by predicting source bytes that move
 * to another place, or whose target does, as a decoder does it. */
#ifndef TESTS_SUPPORT_ISA_CHECK_H
#define TESTS_SUPPORT_ISA_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/patch.h"

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

/* Each example has the length that it has, refers to what it refers to, and becomes each other one
 * of its group where its place and its target become the other's. */
void isa_check_examples(whittle_isa isa, const isa_example *examples, size_t count);

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

/* From anywhere, the example's instruction becomes one that refers to anything in its reach; if its
 * target goes just beyond it, it stays as it is. */
void isa_check_reach(whittle_isa isa, const isa_example *example, const isa_reach *reach);

/* Instructions that refer to no address. Of each, bytes and size are used; of two, the first. */
void isa_check_plain(whittle_isa isa, const isa_example *examples, size_t count);

/* On any bytes at all: lengths and kinds are in range, nothing is read outside the image, and what
 * does not move stays as it is, but for bits that 32 bits of address do not tell. */
void isa_check_any_bytes(whittle_isa isa, uint32_t untold);

#endif
