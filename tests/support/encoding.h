/* Running the encoder in a test: over images in memory, with patches that are checked. Whatever
 * goes wrong fails the running test. */
#ifndef TESTS_SUPPORT_ENCODING_H
#define TESTS_SUPPORT_ENCODING_H

#include <stddef.h>

#include "support/generate.h"
#include "whittle/encoder.h"

whittle_encoder_options encoder_defaults(void);

/* The patch; freed by the caller with image_free(). */
image encode(const image *source, const image *target, const whittle_encoder_options *options);

/* The same with the defaults and that RAM, in bytes. */
image make_patch(const image *source, const image *target, uint32_t ram);

/* The patch gives the target; a second run gives the same patch; it costs next to nothing more
 * than the target itself. Returns its size. */
size_t encode_checked(const image *source, const image *target,
                      const whittle_encoder_options *options);

/* What patches of identical images take at most, in bytes. */
#define IDENTICAL_MAX 128

/* The header of a patch that is whole. */
whittle_header header_of(const image *patch);

/* A program for FIRMWARE_BASE and its next release, in which most addresses changed. */
void make_release(uint64_t seed, image *source, image *target);

#endif
