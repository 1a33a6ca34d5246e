/* Segments written out as the format's three streams, and compressed into a patch. */
#ifndef WHITTLE_BSDIFF40_STREAMS_H
#define WHITTLE_BSDIFF40_STREAMS_H

#include "bsdiff40/segments.h"

/* A whole patch, and where its bytes went. */
typedef struct bsdiff40_patch {
    uint8_t *data;
    size_t size;
    size_t control_size; /* of the compressed streams, bytes */
    size_t difference_size;
    size_t extra_size;
} bsdiff40_patch;

/* Writes a patch, whose data the caller releases with free(). On an error there is none. */
int bsdiff40_write(const bsdiff40_images *images, const bsdiff40_segments *segments, int level,
                   bsdiff40_patch *patch);

#endif
