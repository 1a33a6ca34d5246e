/* Which bytes of the target are copied from where in the source, and which are inserted: chosen so
 * that what is left to say compresses well. */
#ifndef WHITTLE_BSDIFF40_PARSE_H
#define WHITTLE_BSDIFF40_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* First come the copied bytes, which need not all be right, then the inserted ones. */
typedef struct bsdiff40_segment {
    size_t source;   /* offset that is copied from; the copy lies within the source */
    size_t copied;   /* bytes */
    size_t inserted; /* bytes */
} bsdiff40_segment;

/* Parses the target into segments that follow each other without gaps. The caller releases them
 * with free(). */
int bsdiff40_parse(const uint8_t *source, size_t source_size, const uint8_t *target,
                   size_t target_size, bsdiff40_segment **segments, size_t *count);

#endif
