/* Running the encoder in a test. */
#include "support/encoding.h"

#include <string.h>

#include "support/unit_test.h"
#include "whittle/apply.h"

whittle_encoder_options encoder_defaults(void) {
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    return options;
}

image encode(const image *source, const image *target, const whittle_encoder_options *options) {
    image patch = {0};
    assert_int_equal(whittle_encode(source->data, source->size, target->data, target->size, options,
                                    &patch.data, &patch.size),
                     WHITTLE_OK);
    return patch;
}

image make_patch(const image *source, const image *target, uint32_t ram) {
    whittle_encoder_options options = encoder_defaults();
    options.ram = ram;
    return encode(source, target, &options);
}

size_t encode_checked(const image *source, const image *target,
                      const whittle_encoder_options *options) {
    image patch = encode(source, target, options);
    image again = encode(source, target, options);
    image rebuilt = {0};
    assert_int_equal(again.size, patch.size);
    assert_memory_equal(again.data, patch.data, patch.size);
    assert_int_equal(whittle_apply(source->data, source->size, patch.data, patch.size, NULL, NULL,
                                   &rebuilt.data, &rebuilt.size),
                     WHITTLE_OK);
    assert_int_equal(rebuilt.size, target->size);
    assert_true(target->size == 0 || !memcmp(rebuilt.data, target->data, target->size));
    assert_true(patch.size <= target->size + target->size / 50 + IDENTICAL_MAX);
    size_t size = patch.size;
    image_free(&patch);
    image_free(&again);
    image_free(&rebuilt);
    return size;
}

whittle_header header_of(const image *patch) {
    whittle_header header;
    assert_int_equal(whittle_patch_check(patch->data, patch->size, &header), WHITTLE_OK);
    return header;
}

void make_release(uint64_t seed, image *source, image *target) {
    generator random = generator_start(seed);
    firmware_release(&random, 300, 12, source, target);
}
