/* Where the bytes of a patch go: what each byte of the new image cost, and where it came from.
 *
 * A patch is decoded once more, by the very model that devices run, with a coder that weighs each
 * bit. A bit takes as much room as it narrows the coder's range, so the costs are what was really
 * spent, not estimates, and they add up to the size of the patch, to the last fraction of a bit.
 * Host only.
 */
#ifndef WHITTLE_TRACE_H
#define WHITTLE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Costs are counted in this part of a bit, or of a byte. */
#define WHITTLE_COST_BIT  ((uint64_t)1 << 20)
#define WHITTLE_COST_BYTE (8 * WHITTLE_COST_BIT)

/* Where a byte of the new image came from. */
typedef enum whittle_origin {
    WHITTLE_ORIGIN_COPIED,    /* as it is in the old image */
    WHITTLE_ORIGIN_PREDICTED, /* other than in the old image, just as address prediction said */
    WHITTLE_ORIGIN_CORRECTED, /* copied, but spelled out, as it is neither of these */
    WHITTLE_ORIGIN_INSERTED,  /* not from the old image */
    WHITTLE_ORIGIN_COUNT,
} whittle_origin;

/* What the bytes of a patch are for. */
typedef enum whittle_patch_part {
    WHITTLE_PART_HEADER,
    WHITTLE_PART_MAP,         /* the address map */
    WHITTLE_PART_SEGMENTS,    /* where copies come from, where they begin and end */
    WHITTLE_PART_FLAGS,       /* which copied bytes are as predicted */
    WHITTLE_PART_CORRECTIONS, /* copied bytes that are spelled out */
    WHITTLE_PART_INSERTED,    /* inserted bytes */
    WHITTLE_PART_ROUNDING,    /* what the end of the payload takes up or saves: some bits */
    WHITTLE_PART_SIGNATURE,
    WHITTLE_PART_CHECKSUM,
    WHITTLE_PART_COUNT,
} whittle_patch_part;

/* A piece of the new image that was copied or inserted in one go. */
typedef struct whittle_traced_segment {
    uint32_t target; /* offset in the new image */
    uint32_t size;   /* bytes, at least 1 */
    uint32_t source; /* offset in the old image, of a copied one */
    bool copied;
    bool mapped;      /* its place was told by the address map */
    uint64_t cost;    /* of all its bytes */
    uint64_t placing; /* what of it says where the segment comes from, begins and ends */
} whittle_traced_segment;

typedef struct whittle_trace {
    whittle_header header;
    uint8_t *target;                  /* the new image: header.target_size bytes, like the next */
    uint8_t *origins;                 /* a whittle_origin for each of its bytes */
    uint64_t *costs;                  /* and what each cost; the first of a copy bears its place */
    whittle_traced_segment *segments; /* all of the new image, in its order */
    size_t segment_count;
    int64_t
        parts[WHITTLE_PART_COUNT]; /* cost; only that of ROUNDING may be below 0. The sum is the
                                      size of the patch; that of SEGMENTS, FLAGS, CORRECTIONS
                                      and INSERTED is the sum of costs, but for an empty image */
    uint64_t decisions;            /* bits that were coded */
} whittle_trace;

/* Traces a patch of format whittle. source may be NULL with size 0 for a self-contained one. On
 * success the trace is the caller's, to be released by whittle_trace_free.
 *
 * Refuses what whittle_apply refuses, with the same errors. */
int whittle_trace_patch(const uint8_t *source, size_t source_size, const uint8_t *patch,
                        size_t patch_size, whittle_trace *trace);
void whittle_trace_free(whittle_trace *trace);

/* A part of the new image that lies elsewhere than in the old one, and what would be if it had kept
 * its address. */
typedef struct whittle_kept {
    uint32_t offset;  /* in the new image; the caller's, like the next two */
    uint32_t size;    /* bytes, at least 1 */
    int64_t distance; /* by how much that is more than its offset in the old image */
    whittle_region regions[WHITTLE_REGION_MAX]; /* where the new image would run then */
    unsigned region_count;
    uint32_t references; /* that would be what they were; 0: there is nothing to keep */
    uint64_t cost;       /* of their bytes in the patch */
} whittle_kept;

/* Links the new image again with the part at its old address: instructions and pointers in copied
 * pieces are rewritten, as far as the codec's instruction sets tell them; no byte changes its
 * offset, so the image may run only where the new regions say. A patch to this image, with these
 * regions, tells what the move cost.
 *
 * regions   the patch's (whittle_header_regions)
 * image     room for all of the new image
 *
 * Returns 0 or WHITTLE_ERROR_MEMORY. */
int whittle_trace_keep(const whittle_trace *trace, const uint8_t *source,
                       const whittle_region *regions, whittle_kept *kept, uint8_t *image);

#ifdef __cplusplus
}
#endif

#endif
