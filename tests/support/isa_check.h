/* Checking an instruction set against what an assembler wrote: by predicting source bytes that move
 * to another place, or whose target does, as a decoder does it. */
#ifndef TESTS_SUPPORT_ISA_CHECK_H
#define TESTS_SUPPORT_ISA_CHECK_H

#include <stdbool.h>
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

/* How far the instructions of a group reach: they refer to what lies at
 * ((address + add) & ~mask) + a multiple of unit from low to high. A header may say that an image
 * lies anywhere, so that its instructions lie even where no processor would run them. */
typedef struct isa_reach {
    unsigned group;
    uint32_t add;
    uint32_t mask;
    int64_t low;
    int64_t high;
    uint32_t unit;
    uint32_t address_unit; /* it holds for instructions at multiples of this */
} isa_reach;

typedef struct isa_expectations {
    whittle_isa isa;
    const isa_example *examples;
    size_t example_count;
    const isa_example
        *plain; /* they refer to no address: bytes and size are used; of two, the first */
    size_t plain_count;
    const isa_reach *reaches;
    size_t reach_count;
    uint32_t untold;       /* bits of an instruction that 32 bits of address do not tell */
    bool prefers_pointers; /* a word that is an address as well as an instruction is the address */
} isa_expectations;

/* Runs a group of tests; returns how many failed.
 *
 * - Each example has the length that it has, refers to what it refers to, and becomes each other
 * one of its group where its place and its target become the other's.
 * - Plain instructions refer to nothing.
 * - The first example's instruction is one, or an address where its bytes are one of the image.
 * - From anywhere, an instruction becomes one that refers to anything in its reach; if its target
 *   goes just beyond it, it stays as it is.
 * - On any bytes at all, lengths and kinds are in range, nothing is read outside the image, and
 * what does not move stays as it is. */
int isa_check(const isa_expectations *expected);

#endif
