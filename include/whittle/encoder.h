/* The encoder: makes a patch from the image that a device runs to the one that it should run.
 *
 * Host only. Deterministic: the same images and options give the same bytes on every machine. A
 * patch is returned only after the real decoder, within the RAM that the patch declares, has
 * rebuilt the target from it.
 */
#ifndef WHITTLE_ENCODER_H
#define WHITTLE_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_RAM_DEFAULT 32768u
#define WHITTLE_ISA_AUTO    0xFF /* find the instruction set from the images */
#define WHITTLE_ISA_MIPS    0xFE /* MIPS: find the byte order */

/* Called now and then during long work with the part that is done, 0 to 1000. */
typedef void (*whittle_progress)(void *context, unsigned permille);

typedef struct whittle_encoder_options {
    uint32_t ram;      /* decoder RAM in all, bytes; rounded down to WHITTLE_RAM_UNIT */
    uint8_t isa;       /* whittle_isa, WHITTLE_ISA_AUTO or WHITTLE_ISA_MIPS */
    bool base_given;   /* base is the load address; otherwise it is found */
    bool full;         /* make a self-contained image, without a source */
    bool differential; /* make no self-contained image, even where that would be smaller: for
                          callers who have one already; not together with full */
    uint32_t base;     /* load address of both images */
    const whittle_region *source_regions; /* where each image may run (whittle/image.h): one more */
    const whittle_region *target_regions; /* candidate where no base is given; NULL with count 0 */
    unsigned source_region_count;
    unsigned target_region_count;
    uint32_t decode_budget;       /* decoder instructions per output byte to keep to, as estimated
                                     for RV32; 0: no bound */
    bool has_security_counter;    /* store security_counter */
    bool has_hardware;            /* store hardware */
    uint32_t security_counter;    /* never lower than the stored one on a device */
    uint32_t hardware;            /* device class */
    const char *firmware_version; /* printable ASCII, up to WHITTLE_FIRMWARE_VERSION_MAX, or NULL */
    uint32_t *decode_cost;        /* or NULL: set to the estimate for the patch that is returned,
                                     and for the cheapest that was found with ERROR_BUDGET */
    unsigned jobs;                /* threads; 0: one per processor */
    whittle_progress progress;    /* or NULL */
    void *progress_context;
} whittle_encoder_options;

/* The defaults: WHITTLE_RAM_DEFAULT, everything found automatically. */
void whittle_encoder_defaults(whittle_encoder_options *options);

/* Makes a patch.
 *
 * source, target    the images; they may be empty (size 0, pointer ignored)
 * patch, size       on success a buffer that the caller frees with free()
 *
 * Where a differential patch would not be smaller than a self-contained one, the self-contained one
 * is returned: its header lacks WHITTLE_FLAG_SOURCE.
 *
 * WHITTLE_ERROR_BUDGET: no patch was found that keeps to options->decode_budget. Small changes cost
 * what copying does (100 to 300 instructions per byte, by instruction set), new bytes 8000 each. */
int whittle_encode(const uint8_t *source, size_t source_size, const uint8_t *target,
                   size_t target_size, const whittle_encoder_options *options, uint8_t **patch,
                   size_t *size);

/* What a patch costs its decoder, in RV32 instructions per byte of the target, as far as its header
 * tells: right within about a quarter for patches of real firmware. options->decode_cost is more
 * exact. */
uint32_t whittle_decode_cost(const whittle_header *header);

#ifdef __cplusplus
}
#endif

#endif
