/* Golden vectors: patches of a released format, which every decoder must apply for ever. A file
 * holds one a line: the instruction set, where the file has several, the RAM in KiB, and the bytes
 * in hexadecimal. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include <stddef.h>

#include "support/generate.h"
#include "whittle/patch.h"

typedef struct golden_set {
    const char *file;
    whittle_isa first_isa; /* for each instruction set from this one ... */
    whittle_isa last_isa;  /* ... to that one, by number, ... */
    const unsigned *rams;  /* ... a patch for each of these, in KiB */
    size_t ram_count;
    uint32_t base; /* the address of both images; without an instruction set they have none */

    /* Makes the images, of which support frees the bytes. Must never make others. */
    void (*make)(whittle_isa isa, image *source, image *target);
} golden_set;

/* The whole of a test program: applies each patch of the file; or, with --make, prints the lines
 * that today's encoder would write for a new file. */
int golden_main(const golden_set *set, int argc, char **argv);

/* The minimal standard generator of Park and Miller. */
uint32_t golden_number(uint32_t *state);

#endif
