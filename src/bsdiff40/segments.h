/* Segments: what is copied from the source and what is inserted, in the target's order. */
#ifndef WHITTLE_BSDIFF40_SEGMENTS_H
#define WHITTLE_BSDIFF40_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct bsdiff40_images {
    const uint8_t *source;
    size_t source_size;
    const uint8_t *target;
    size_t target_size;
} bsdiff40_images;

/* First come the copied bytes, which need not all be right, then the inserted ones. A copy lies
 * within the source. */
typedef struct bsdiff40_segment {
    size_t source;   /* offset that is copied from */
    size_t copied;   /* bytes */
    size_t inserted; /* bytes */
} bsdiff40_segment;

/* They follow each other without gaps. Zero-initialise it; segments_free releases it. */
typedef struct bsdiff40_segments {
    bsdiff40_segment *items;
    size_t count;
    size_t capacity;
} bsdiff40_segments;

/* Appends; what copies nothing joins the segment before. */
int segments_add(bsdiff40_segments *list, size_t source, size_t copied, size_t inserted);
void segments_free(bsdiff40_segments *list);

#endif
