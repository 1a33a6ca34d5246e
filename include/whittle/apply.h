/* Applying a patch in memory, as the host tools do it. Host only; devices use decoder.h or boot.h.
 */
#ifndef WHITTLE_APPLY_H
#define WHITTLE_APPLY_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/encoder.h"
#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rebuilds the target from a patch of format whittle with the real decoder, in exactly the RAM that
 * the patch declares, and checks everything on the way: structure, CRC-32, source digest before the
 * first byte is decoded, target digest at the end.
 *
 * source            may be NULL with size 0 for a self-contained patch
 * target            on success a buffer that the caller frees with free(), of *target_size bytes
 * progress          or NULL
 */
int whittle_apply(const uint8_t *source, size_t source_size, const uint8_t *patch,
                  size_t patch_size, whittle_progress progress, void *progress_context,
                  uint8_t **target, size_t *target_size);

/* Checks what can be checked of a patch without images: header, length, CRC-32. */
int whittle_patch_check(const uint8_t *patch, size_t patch_size, whittle_header *header);

#ifdef __cplusplus
}
#endif

#endif
