/* The decoder, with a hostile patch and a hostile old image. The input is a patch and behind it the
 * old image, as far as there is one.
 *
 * tests/support/decoding.c checks the decoder's promises on each run: memory, order, bounds. Here
 * two runs must agree, one in one piece and one in several, whatever their memory held before. */
#include <string.h>

#include "fuzz/support/fuzz.h"
#include "support/decoding.h"

enum { ROOM = 1536 }; /* bytes of the largest target; larger ones would only take time */

/* The work is bounded by what is to be made and by what was sent. */
static void require_bounded(const decoding *work, size_t patch_size) {
    FUZZ_REQUIRE(work->reads <= 4 * (work->header.target_size + patch_size + 1));
    FUZZ_REQUIRE(work->target.size <= work->header.target_size);
}

static void require_same(const decoding *one, const decoding *other) {
    FUZZ_REQUIRE(one->finish_error == other->finish_error);
    FUZZ_REQUIRE(one->target.size == other->target.size);
    FUZZ_REQUIRE(one->target.size == 0 ||
                 memcmp(one->target.data, other->target.data, one->target.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    image patch = fuzz_bytes(&input, fuzz_patch_size(&input));
    image source = fuzz_rest(&input);
    decoding whole = {.source = &source, .room = ROOM, .fill = 0};
    decoding pieces = {.source = &source, .room = ROOM, .fill = 0xFF, .piece = 1 + size % 300};
    int error = decoding_run(&whole, patch.data, patch.size);
    (void)decoding_run(&pieces, patch.data, patch.size);
    require_same(&whole, &pieces);
    require_bounded(&whole, patch.size);
    FUZZ_REQUIRE(error || whole.target.size == whole.header.target_size);
    decoding_free(&whole);
    decoding_free(&pieces);
    image_free(&patch);
    image_free(&source);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    return fuzz_mutate_patch(data, size, room, seed);
}
