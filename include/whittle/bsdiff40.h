/* The legacy format: BSDIFF40 (Colin Percival's bsdiff 4.x), both directions. Host only.
 *
 * Layout: "BSDIFF40", three 64-bit sizes, then three bzip2 streams (control, difference, extra).
 * Devices of the reference firmware hold all three streams' decompressors in RAM at once, each
 * 2.5 x 100,000 x level bytes, so the level decides what a device can apply.
 */
#ifndef WHITTLE_BSDIFF40_H
#define WHITTLE_BSDIFF40_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The default level: three streams of it and a patch fit a 4 MiB device (see bsdiff40.c). */
#define WHITTLE_BSDIFF40_LEVEL_DEFAULT 3

typedef struct whittle_bsdiff40_info {
    uint64_t control_size;    /* compressed bytes of the control stream */
    uint64_t difference_size; /* compressed bytes of the difference stream */
    uint64_t extra_size;      /* compressed bytes of the extra stream */
    uint64_t target_size;     /* bytes of the rebuilt image */
    unsigned level;           /* largest bzip2 level of the three streams, 1 to 9 */
} whittle_bsdiff40_info;

/* True if data starts with the format's magic. */
bool whittle_bsdiff40_recognise(const uint8_t *data, size_t size);

/* Makes a patch at bzip2 level 1 to 9. patch is freed by the caller with free(). */
int whittle_bsdiff40_encode(const uint8_t *source, size_t source_size, const uint8_t *target,
                            size_t target_size, int level, uint8_t **patch, size_t *size);

/* Rebuilds the target. The format has no digests: a wrong source gives a wrong target or
 * WHITTLE_ERROR_CORRUPT. target is freed by the caller with free(). */
int whittle_bsdiff40_apply(const uint8_t *source, size_t source_size, const uint8_t *patch,
                           size_t patch_size, uint8_t **target, size_t *target_size);

/* Reads the header and the streams' levels. */
int whittle_bsdiff40_read_info(const uint8_t *patch, size_t patch_size,
                               whittle_bsdiff40_info *info);

#ifdef __cplusplus
}
#endif

#endif
