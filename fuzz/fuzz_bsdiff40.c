/* The reader of BSDIFF40 patches. The first byte of an input says what follows:
 *   even   a patch as it is, and behind it nothing
 *   odd    what the streams of a patch hold before they are compressed, and then the old image:
 *          mutations of compressed streams would seldom get past bzip2
 * A patch that is taken now and then goes to Debian's bspatch too, which must make the same of it.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/support/debian.h"
#include "fuzz/support/fuzz.h"
#include "support/forge_bsdiff40.h"
#include "whittle/bsdiff40.h"

enum {
    TARGET_MAX = 1 << 20, /* bytes; a small bzip2 stream may hold gigabytes */
    SEGMENTS_MAX = 16,
    DEBIAN_EVERY = 1000,
};

/* A number of any size, mostly small. */
static int64_t read_number(fuzz_input *input) {
    unsigned shift = fuzz_byte(input);
    int64_t number = (int16_t)fuzz_number16(input);
    return shift < 240 ? number & 0x3FF : number * ((int64_t)1 << (shift - 240) * 3);
}

static image forge(fuzz_input *input) {
    forged_segment segments[SEGMENTS_MAX];
    forgery wanted = {.segments = segments, .segment_count = fuzz_byte(input) % SEGMENTS_MAX};
    for (size_t i = 0; i < wanted.segment_count; i++) {
        segments[i].copied = read_number(input);
        segments[i].inserted = read_number(input);
        segments[i].seek = read_number(input);
    }
    wanted.target_size = read_number(input);
    image difference = fuzz_bytes(input, fuzz_number16(input) % 1024);
    image extra = fuzz_bytes(input, fuzz_number16(input) % 1024);
    wanted.difference = difference.data;
    wanted.difference_size = difference.size;
    wanted.extra = extra.data;
    wanted.extra_size = extra.size;
    image patch = forge_patch(&wanted);
    image_free(&difference);
    image_free(&extra);
    return patch;
}

static void apply(const image *source, const image *patch) {
    static unsigned taken;
    whittle_bsdiff40_info info;
    image target;
    int error = whittle_bsdiff40_read_info(patch->data, patch->size, &info);
    if (!error && info.target_size > TARGET_MAX) {
        return;
    }
    if (whittle_bsdiff40_apply(source->data, source->size, patch->data, patch->size, &target.data,
                               &target.size) != WHITTLE_OK) {
        return;
    }
    FUZZ_REQUIRE(!error && info.level >= 1 && info.level <= 9);
    FUZZ_REQUIRE(target.size == info.target_size);
    if (taken++ % DEBIAN_EVERY == 0) {
        fuzz_require_debian_agrees(source, patch, &target);
    }
    image_free(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    bool forged = fuzz_byte(&input) % 2;
    image patch = forged ? forge(&input) : fuzz_rest(&input);
    image source = fuzz_rest(&input);
    apply(&source, &patch);
    image_free(&patch);
    image_free(&source);
    return 0;
}
