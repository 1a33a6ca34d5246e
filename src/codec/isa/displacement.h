/* Displacements: the distance from an instruction to what it refers to, as scattered over the bits
 * of the instruction. A table for each instruction set says where its fields lie. */
#ifndef WHITTLE_CODEC_DISPLACEMENT_H
#define WHITTLE_CODEC_DISPLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Some neighbouring bits of the displacement: the lowest one's place in the instruction, its place
 * in the displacement, and how many there are. */
typedef struct whittle_bit_run {
    uint8_t from;
    uint8_t to;
    uint8_t count;
    bool inverted; /* a bit that is stored inverted where the bit of the first run is 0 */
} whittle_bit_run;

typedef enum whittle_extension {
    WHITTLE_EXTENSION_SIGN,     /* the highest bit of the field is the sign */
    WHITTLE_EXTENSION_FORWARD,  /* never negative */
    WHITTLE_EXTENSION_BACKWARD, /* always negative */
} whittle_extension;

typedef struct whittle_displacement {
    const whittle_bit_run *runs;
    uint8_t run_count; /* 0: this kind of field is no displacement */
    uint8_t extension; /* whittle_extension */
    uint8_t bits;      /* of the displacement */
    uint8_t ahead;     /* added to the instruction's address first */
    uint8_t cleared;   /* then these bits are cleared */
} whittle_displacement;

/* How a displacement begins whose runs are an array. */
#define WHITTLE_RUNS(array) array, sizeof array / sizeof *array

/* The address that an instruction with these bits at that address refers to. */
uint32_t whittle_displacement_resolve(const whittle_displacement *field, uint32_t address,
                                      uint32_t bits);

/* Changes the bits to refer to another address; false where the field cannot hold it. */
bool whittle_displacement_rewrite(const whittle_displacement *field, uint32_t address,
                                  uint32_t referred, uint32_t *bits);

#endif
