/* What all fuzzers share: an input that is taken apart piece by piece, demands that end the program
 * where they are not met, and mutations that leave a file's own checks right.
 *
 * A fuzzer is one file fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput, and perhaps a mutator of its
 * own; its seeds are in fuzz/corpus/NAME. libFuzzer links them, and so does AFL++. What is tested
 * gets copies of exactly as many bytes as it is told, so that a sanitizer sees a read beyond.
 */
#ifndef FUZZ_SUPPORT_FUZZ_H
#define FUZZ_SUPPORT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/generate.h"

/* What libFuzzer calls, and what it offers to mutators. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

/* Ends the program, as a finding, unless the condition holds. */
#define FUZZ_REQUIRE(condition) fuzz_require((condition), #condition, __FILE__, __LINE__)
void fuzz_require(bool holds, const char *condition, const char *file, int line);

/* The part of an input that is not used yet. */
typedef struct fuzz_input {
    const uint8_t *data;
    size_t size;
} fuzz_input;

/* The next byte, or 0 at the end. */
uint8_t fuzz_byte(fuzz_input *input);

/* The next two bytes, or four, as a number. */
uint32_t fuzz_number16(fuzz_input *input);
uint32_t fuzz_number32(fuzz_input *input);

/* Copies of the next bytes, as many as told or as there are; freed with image_free. */
image fuzz_bytes(fuzz_input *input, size_t size);
image fuzz_rest(fuzz_input *input);

/* ---- Mutations ---- */

/* Mutates a patch of format whittle and the old image that may follow it: the payload, the image,
 * or a field of the header, and then makes right what depends on it (lengths, checksum), so that
 * the mutation gets as deep as it can. Now and then just bytes are changed. Returns the new size.
 */
size_t fuzz_mutate_patch(uint8_t *data, size_t size, size_t room, unsigned seed);

/* Mutates one of two parts: either the first size bytes, in place, or those behind them by the
 * function given. */
typedef size_t (*fuzz_mutator)(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t fuzz_mutate_behind(uint8_t *data, size_t size, size_t room, unsigned seed, size_t first_size,
                          fuzz_mutator mutate_rest);

/* Bytes of the patch at the start of an input: what its header says, or all there is. */
size_t fuzz_patch_size(const fuzz_input *input);

#endif
