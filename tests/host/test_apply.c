/* Applying and checking patches in memory: nothing but the right image comes out, and every refusal
 * has its own error. */
#include "whittle/apply.h"

#include <stdlib.h>
#include <string.h>

#include "support/decoding.h"
#include "support/encoding.h"
#include "support/progress_log.h"
#include "support/unit_test.h"

enum { RAM = 8192, HEADER_FLAGS_AT = 5 };

static image source;
static image target;
static image patch;

static int make_images(void **state) {
    generator random = generator_start(150);
    firmware_release(&random, 40, 5, &source, &target);
    patch = make_patch(&source, &target, RAM);
    return limit_time(state);
}

static int free_images(void **state) {
    (void)state;
    image_free(&source);
    image_free(&target);
    image_free(&patch);
    return 0;
}

static int apply(const image *from, const image *with, image *rebuilt) {
    return whittle_apply(from->data, from->size, with->data, with->size, NULL, NULL, &rebuilt->data,
                         &rebuilt->size);
}

/* On errors nothing is handed out that a caller might free or use. */
static void expect_error(const image *from, const image *with, int expected) {
    image rebuilt = {(uint8_t *)1, 99};
    assert_int_equal(apply(from, with, &rebuilt), expected);
    assert_ptr_equal(rebuilt.data, (uint8_t *)1);
    assert_int_equal(rebuilt.size, 99);
}

static void the_target_is_rebuilt(void **state) {
    (void)state;
    image rebuilt;
    assert_int_equal(apply(&source, &patch, &rebuilt), WHITTLE_OK);
    assert_int_equal(rebuilt.size, target.size);
    assert_memory_equal(rebuilt.data, target.data, target.size);
    image_free(&rebuilt);
}

static void a_self_contained_patch_needs_no_source(void **state) {
    (void)state;
    const image none = {NULL, 0};
    image full = make_patch(&none, &target, RAM);
    const image *sources[] = {&none, &source};
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        image rebuilt;
        assert_int_equal(apply(sources[i], &full, &rebuilt), WHITTLE_OK);
        assert_int_equal(rebuilt.size, target.size);
        assert_memory_equal(rebuilt.data, target.data, target.size);
        image_free(&rebuilt);
    }
    image_free(&full);
}

static void an_empty_target_is_rebuilt(void **state) {
    (void)state;
    const image none = {NULL, 0};
    image emptying = make_patch(&source, &none, RAM);
    image rebuilt;
    assert_int_equal(apply(&source, &emptying, &rebuilt), WHITTLE_OK);
    assert_int_equal(rebuilt.size, 0);
    assert_non_null(rebuilt.data);
    image_free(&rebuilt);
    image_free(&emptying);
}

static void another_source_is_refused(void **state) {
    (void)state;
    const image none = {NULL, 0};
    image changed = image_copy(&source);
    changed.data[source.size / 2] ^= 1;
    expect_error(&changed, &patch, WHITTLE_ERROR_SOURCE);
    changed.data[source.size / 2] ^= 1;
    changed.size--;
    expect_error(&changed, &patch, WHITTLE_ERROR_SOURCE);
    expect_error(&target, &patch, WHITTLE_ERROR_SOURCE);
    expect_error(&none, &patch, WHITTLE_ERROR_SOURCE);
    image_free(&changed);
}

/* A digest that fits does not make up for a size that does not: a hostile header promises both. */
static void another_source_size_is_refused(void **state) {
    (void)state;
    whittle_header header;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    image changed = image_copy(&patch);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), WHITTLE_OK);
    whittle_header_regions(patch.data, &header, regions);
    header.source_size++;
    uint32_t size_before = header.header_size;
    uint8_t bytes[WHITTLE_HEADER_MAX];
    assert_int_equal(whittle_header_write(&header, regions, bytes), WHITTLE_OK);
    assert_int_equal(header.header_size, size_before);
    memcpy(changed.data, bytes, size_before);
    fix_checksum(changed.data, changed.size);
    expect_error(&source, &changed, WHITTLE_ERROR_SOURCE);
    image_free(&changed);
}

static void every_cut_is_refused(void **state) {
    (void)state;
    for (size_t size = 0; size < patch.size; size++) {
        const image cut = {patch.data, size};
        whittle_header header;
        expect_error(&source, &cut, WHITTLE_ERROR_INCOMPLETE);
        assert_int_equal(whittle_patch_check(cut.data, cut.size, &header),
                         WHITTLE_ERROR_INCOMPLETE);
    }
}

static void no_patch_at_all_is_refused(void **state) {
    (void)state;
    const image none = {NULL, 0};
    expect_error(&source, &none, WHITTLE_ERROR_INCOMPLETE);
}

static void bytes_behind_the_patch_are_refused(void **state) {
    (void)state;
    image longer = image_of_value(0, patch.size + 1);
    memcpy(longer.data, patch.data, patch.size);
    expect_error(&source, &longer, WHITTLE_ERROR_TRAILING);
    image_free(&longer);
}

static void every_damaged_byte_is_noticed_without_images(void **state) {
    (void)state;
    whittle_header header;
    assert_int_equal(whittle_patch_check(patch.data, patch.size, &header), WHITTLE_OK);
    for (size_t at = 0; at < patch.size; at++) {
        image damaged = image_copy(&patch);
        damaged.data[at] ^= (uint8_t)(1u << at % 8);
        assert_int_not_equal(whittle_patch_check(damaged.data, damaged.size, &header), WHITTLE_OK);
        image_free(&damaged);
    }
    image damaged = image_copy(&patch);
    damaged.data[patch.size / 2] ^= 1;
    expect_error(&source, &damaged, WHITTLE_ERROR_CHECKSUM);
    image_free(&damaged);
}

static void a_check_tells_the_header(void **state) {
    (void)state;
    whittle_header header;
    assert_int_equal(whittle_patch_check(patch.data, patch.size, &header), WHITTLE_OK);
    assert_int_equal(header.source_size, source.size);
    assert_int_equal(header.target_size, target.size);
    assert_int_equal(header.total_size, patch.size);
    assert_int_equal(header.ram, RAM);
}

/* The image that comes out is not the one that was promised. */
static void a_wrong_target_digest_is_told(void **state) {
    (void)state;
    whittle_header header;
    image damaged = image_copy(&patch);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), WHITTLE_OK);
    uint8_t *digest = damaged.data;
    while (memcmp(digest, header.target_digest, sizeof header.target_digest) != 0) {
        digest++;
    }
    for (size_t i = 0; i < sizeof header.target_digest; i++) {
        digest[i] ^= 0x80;
        fix_checksum(damaged.data, damaged.size);
        expect_error(&source, &damaged, WHITTLE_ERROR_TARGET);
        digest[i] ^= 0x80;
    }
    image_free(&damaged);
}

static void a_corrupt_payload_is_told(void **state) {
    (void)state;
    whittle_header header;
    image damaged = image_copy(&patch);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), WHITTLE_OK);
    memset(damaged.data + header.header_size, 0x00, header.payload_size);
    fix_checksum(damaged.data, damaged.size);
    expect_error(&source, &damaged, WHITTLE_ERROR_CORRUPT);
    image_free(&damaged);
}

static void other_formats_are_told_apart(void **state) {
    (void)state;
    static uint8_t legacy[40] = "BSDIFF40";
    const image old_format = {legacy, sizeof legacy};
    image other = image_copy(&patch);
    expect_error(&source, &old_format, WHITTLE_ERROR_LEGACY);
    other.data[0] = 'w';
    expect_error(&source, &other, WHITTLE_ERROR_NOT_A_PATCH);
    other.data[0] = 'W';
    other.data[4] = 2;
    expect_error(&source, &other, WHITTLE_ERROR_VERSION);
    other.data[4] = 1;
    other.data[HEADER_FLAGS_AT] |= 0x80;
    expect_error(&source, &other, WHITTLE_ERROR_FEATURE);
    image_free(&other);
}

static void progress_rises_to_the_end(void **state) {
    (void)state;
    progress_log log = {0};
    image rebuilt;
    assert_int_equal(whittle_apply(source.data, source.size, patch.data, patch.size, note_progress,
                                   &log, &rebuilt.data, &rebuilt.size),
                     WHITTLE_OK);
    assert_true(log.calls > 0);
    assert_int_equal(log.last, 1000);
    image_free(&rebuilt);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_is_rebuilt),
        cmocka_unit_test(a_self_contained_patch_needs_no_source),
        cmocka_unit_test(an_empty_target_is_rebuilt),
        cmocka_unit_test(another_source_is_refused),
        cmocka_unit_test(another_source_size_is_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(no_patch_at_all_is_refused),
        cmocka_unit_test(bytes_behind_the_patch_are_refused),
        cmocka_unit_test(every_damaged_byte_is_noticed_without_images),
        cmocka_unit_test(a_check_tells_the_header),
        cmocka_unit_test(a_wrong_target_digest_is_told),
        cmocka_unit_test(a_corrupt_payload_is_told),
        cmocka_unit_test(other_formats_are_told_apart),
        cmocka_unit_test(progress_rises_to_the_end),
    };
    return cmocka_run_group_tests(tests, make_images, free_images);
}
