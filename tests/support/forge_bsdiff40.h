/* BSDIFF40 patches made by hand, right or wrong in any way. */
#ifndef TESTS_SUPPORT_FORGE_BSDIFF40_H
#define TESTS_SUPPORT_FORGE_BSDIFF40_H

#include <stddef.h>
#include <stdint.h>

#include "support/generate.h"

typedef struct forged_segment {
    int64_t copied;
    int64_t inserted;
    int64_t seek;
} forged_segment;

/* What the streams hold before compression. */
typedef struct forgery {
    const forged_segment *segments;
    size_t segment_count;
    const uint8_t *difference;
    size_t difference_size;
    const uint8_t *extra;
    size_t extra_size;
    int64_t target_size;
} forgery;

/* Writes the patch; freed with image_free. */
image forge_patch(const forgery *wanted);

/* Overwrites one of the header's three numbers: 0, 1 or 2. */
void forge_number(image *patch, int number, int64_t value);

#endif
