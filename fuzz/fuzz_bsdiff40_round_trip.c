/* Both directions of BSDIFF40: what the encoder makes of any two images, the reader turns back into
 * the new one. Now and then Debian's programs take part: bspatch reads our patch, and we read that
 * of bsdiff. The input is what fuzz_image_pair makes images of. */
#include <string.h>

#include "fuzz/support/debian.h"
#include "fuzz/support/fuzz.h"
#include "fuzz/support/image_pair.h"
#include "whittle/bsdiff40.h"

enum { DEBIAN_EVERY = 500 };

static void require_applied(const image_pair *images, const image *patch) {
    image made;
    FUZZ_REQUIRE(whittle_bsdiff40_apply(images->source.data, images->source.size, patch->data,
                                        patch->size, &made.data, &made.size) == WHITTLE_OK);
    FUZZ_REQUIRE(made.size == images->target.size);
    FUZZ_REQUIRE(memcmp(made.data, images->target.data, made.size) == 0);
    image_free(&made);
}

static void compare_with_debian(const image_pair *images, const image *patch) {
    fuzz_require_debian_agrees(&images->source, patch, &images->target);
    image theirs = fuzz_debian_patch(&images->source, &images->target);
    if (theirs.size > 0) {
        require_applied(images, &theirs);
    }
    image_free(&theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned runs;
    fuzz_input input = {data, size};
    image_pair images = fuzz_image_pair(&input);
    image patch;
    FUZZ_REQUIRE(whittle_bsdiff40_encode(images.source.data, images.source.size, images.target.data,
                                         images.target.size, 1, &patch.data,
                                         &patch.size) == WHITTLE_OK);
    require_applied(&images, &patch);
    if (runs++ % DEBIAN_EVERY == 0) {
        compare_with_debian(&images, &patch);
    }
    image_free(&patch);
    image_pair_free(&images);
    return 0;
}
