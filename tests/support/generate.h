/* Made-up inputs: random numbers, firmware-like images, and edits as releases make them.
 *
 * Everything follows from a seed, on every machine, so that a failure can be repeated. Allocation
 * failures end the program: a test could not go on.
 */
#ifndef TESTS_SUPPORT_GENERATE_H
#define TESTS_SUPPORT_GENERATE_H

#include <stddef.h>
#include <stdint.h>

typedef struct generator {
    uint64_t state;
} generator;

generator generator_start(uint64_t seed);

/* 32 even bits. */
uint32_t generate_word(generator *from);

/* A number from 0 to limit - 1; 0 where limit is 0. */
uint32_t generate_below(generator *from, uint32_t limit);

/* A number whose count of bits is even: small and large ones come equally often. */
uint32_t generate_magnitude(generator *from);

void generate_bytes(generator *from, uint8_t *data, size_t size);

typedef struct image {
    uint8_t *data;
    size_t size; /* bytes */
} image;

image image_of_bytes(generator *from, size_t size);
image image_of_value(uint8_t value, size_t size);
/* A pattern of that many random bytes, again and again. */
image image_of_pattern(generator *from, size_t pattern, size_t size);
image image_copy(const image *original);
void image_free(image *gone);

/* Edits in place, at random places: as many bytes as told, or what there is. */
void image_flip(generator *from, image *edited, size_t count);
void image_insert(generator *from, image *edited, size_t size);
void image_delete(generator *from, image *edited, size_t size);
void image_move(generator *from, image *edited, size_t size);

/* A program for a Cortex-M as a list of what a linker places: functions of Thumb code that call
 * each other and load words from literal pools, which point to strings and to variables. */
typedef struct firmware firmware;

#define FIRMWARE_BASE 0x08004000u /* where generated programs are linked to */

firmware *firmware_generate(generator *from, unsigned functions);
void firmware_free(firmware *gone);

/* The next release: functions are added, removed, changed and moved, and a variable is added, so
 * that most addresses change. */
void firmware_edit(generator *from, firmware *edited, unsigned edits);

/* The image of the program, for FIRMWARE_BASE. */
image firmware_link(const firmware *program);

/* Images of a program of so many functions, and of its next release with so many edits. */
void firmware_release(generator *from, unsigned functions, unsigned edits, image *before,
                      image *after);

#endif
