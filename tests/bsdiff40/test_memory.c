/* Memory, while the address space is limited: running out of it is told, and a patch takes no more
 * than its streams fill. */
#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

#include "support/decoding.h"
#include "support/forge_bsdiff40.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

#define MIB ((size_t)1 << 20)

static struct rlimit unlimited;

static void allow(size_t bytes) {
    const struct rlimit tight = {memory_in_use() + bytes, unlimited.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
}

static void allow_all(void) {
    assert_int_equal(setrlimit(RLIMIT_AS, &unlimited), 0);
}

static int check_limits(void **state) {
    assert_int_equal(getrlimit(RLIMIT_AS, &unlimited), 0);
    (void)mallopt(M_MMAP_THRESHOLD, 65536); /* what was freed can not be had in spite of a limit */
    return limit_time(state);
}

static void skip_where_there_are_no_limits(void) {
    if (!memory_can_be_limited()) {
        print_message("skipped: the address space cannot be limited under a sanitizer\n");
        skip();
    }
}

static image encode_within(size_t bytes, const image *source, const image *target, int *error) {
    image patch = {NULL, 0};
    allow(bytes);
    *error = whittle_bsdiff40_encode(source->data, source->size, target->data, target->size, 9,
                                     &patch.data, &patch.size);
    allow_all();
    return patch;
}

static image apply_within(size_t bytes, const image *source, const image *patch, int *error) {
    image target = {NULL, 0};
    allow(bytes);
    *error = whittle_bsdiff40_apply(source->data, source->size, patch->data, patch->size,
                                    &target.data, &target.size);
    allow_all();
    return target;
}

/* With ever more memory, both fail cleanly until they succeed. */
static void running_out_of_memory_is_told(void **state) {
    (void)state;
    skip_where_there_are_no_limits();
    generator random = generator_start(57);
    image source = image_of_bytes(&random, 2 * MIB);
    image target = image_copy(&source);
    image_move(&random, &target, 100000);
    image patch;
    int error;
    size_t failed = 0;
    for (size_t more = 0;; more += MIB) {
        patch = encode_within(more, &source, &target, &error);
        if (!error) {
            break;
        }
        assert_int_equal(error, WHITTLE_ERROR_MEMORY);
        failed++;
    }
    assert_in_range(failed, 8, 100); /* the index alone takes 8 MiB */
    image rebuilt = apply_within(0, &source, &patch, &error);
    assert_int_equal(error, WHITTLE_ERROR_MEMORY);
    rebuilt = apply_within(32 * MIB, &source, &patch, &error);
    assert_int_equal(error, WHITTLE_OK);
    assert_int_equal(rebuilt.size, target.size);
    assert_memory_equal(rebuilt.data, target.data, target.size);
    image_free(&source);
    image_free(&target);
    image_free(&patch);
    image_free(&rebuilt);
}

static void a_promised_gigabyte_takes_no_memory(void **state) {
    (void)state;
    skip_where_there_are_no_limits();
    const forged_segment segments[] = {{WHITTLE_IMAGE_MAX, 0, 0}, {0, WHITTLE_IMAGE_MAX, 0}};
    image source = image_of_value(0, 100);
    for (size_t i = 0; i < COUNT_OF(segments); i++) {
        const forgery wanted = {.segments = &segments[i],
                                .segment_count = 1,
                                .difference = (const uint8_t *)"1234",
                                .difference_size = 4,
                                .extra = (const uint8_t *)"5678",
                                .extra_size = 4,
                                .target_size = WHITTLE_IMAGE_MAX};
        image patch = forge_patch(&wanted);
        int error;
        apply_within(32 * MIB, &source, &patch, &error);
        assert_int_equal(error, WHITTLE_ERROR_CORRUPT);
        image_free(&patch);
    }
    image_free(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_out_of_memory_is_told),
        cmocka_unit_test(a_promised_gigabyte_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, check_limits, NULL);
}
