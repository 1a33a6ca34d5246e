/* A patch taken apart into its streams, every size checked. */
#ifndef WHITTLE_BSDIFF40_HEADER_H
#define WHITTLE_BSDIFF40_HEADER_H

#include <stddef.h>
#include <stdint.h>

/* A compressed stream within the patch. */
typedef struct bsdiff40_stream {
    const uint8_t *data;
    size_t size; /* bytes */
} bsdiff40_stream;

typedef struct bsdiff40_parts {
    bsdiff40_stream control;
    bsdiff40_stream difference;
    bsdiff40_stream extra;
    size_t target_size; /* at most WHITTLE_IMAGE_MAX */
} bsdiff40_parts;

/* Takes a patch apart. The streams' sizes are right; what is in them is not looked at. */
int bsdiff40_take_apart(const uint8_t *patch, size_t size, bsdiff40_parts *parts);

#endif
