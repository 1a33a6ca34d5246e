/* Debian's bspatch and bsdiff, run as programs: the reference of the format BSDIFF40. Where they
 * are not installed, nothing is compared. */
#ifndef FUZZ_SUPPORT_DEBIAN_H
#define FUZZ_SUPPORT_DEBIAN_H

#include "support/generate.h"

/* Requires that bspatch makes this target of source and patch. */
void fuzz_require_debian_agrees(const image *source, const image *patch, const image *target);

/* The patch that bsdiff makes; size 0 where there is none. Freed with image_free. */
image fuzz_debian_patch(const image *source, const image *target);

#endif
