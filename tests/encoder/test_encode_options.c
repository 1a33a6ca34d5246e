/* The encoder's options: what is asked for is what is made, and what makes no sense is refused. */
#include "whittle/encoder.h"

#include "support/decoding.h"
#include "support/encoding.h"
#include "support/progress_log.h"
#include "support/unit_test.h"
#include "whittle/apply.h"

/* ---- What the patch is ---- */

static void a_full_image_is_made_on_demand(void **state) {
    (void)state;
    image source;
    image target;
    image rebuilt;
    whittle_encoder_options options = encoder_defaults();
    make_release(218, &source, &target);
    options.full = true;
    image patch = encode(&source, &target, &options);
    assert_false(header_of(&patch).flags & WHITTLE_FLAG_SOURCE);
    assert_int_equal(
        whittle_apply(NULL, 0, patch.data, patch.size, NULL, NULL, &rebuilt.data, &rebuilt.size),
        WHITTLE_OK);
    assert_int_equal(rebuilt.size, target.size);
    assert_memory_equal(rebuilt.data, target.data, target.size);
    assert_true(patch.size < target.size);
    image_free(&rebuilt);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

static void a_differential_patch_is_made_on_demand(void **state) {
    (void)state;
    generator random = generator_start(219);
    whittle_encoder_options options = encoder_defaults();
    image source = image_of_bytes(&random, 20000);
    image target = image_of_bytes(&random, 20000);
    options.differential = true;
    image patch = encode(&source, &target, &options);
    assert_true(header_of(&patch).flags & WHITTLE_FLAG_SOURCE);
    assert_true(patch.size > target.size);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

static void the_options_are_in_the_header(void **state) {
    (void)state;
    image source = image_of_value(1, 2000);
    image target = image_of_value(2, 3000);
    whittle_encoder_options options = encoder_defaults();
    options.ram = 9999;
    options.has_security_counter = true;
    options.security_counter = 77;
    options.has_hardware = true;
    options.hardware = 0xCAFE;
    options.firmware_version = "1.2.3 (~ beta)";
    image patch = encode(&source, &target, &options);
    const whittle_header header = header_of(&patch);
    assert_int_equal(header.ram, 9999 / WHITTLE_RAM_UNIT * WHITTLE_RAM_UNIT);
    assert_int_equal(header.security_counter, 77);
    assert_int_equal(header.hardware, 0xCAFE);
    assert_string_equal(header.firmware_version, "1.2.3 (~ beta)");
    assert_true(header.flags & WHITTLE_FLAG_COUNTER);
    assert_true(header.flags & WHITTLE_FLAG_HARDWARE);
    image_free(&source);
    image_free(&target);
    image_free(&patch);
}

/* In a small table, fewer contexts make smaller patches. */
static void small_tables_get_fewer_contexts(void **state) {
    (void)state;
    static const struct {
        uint32_t ram;
        uint8_t contexts;
    } expected[] = {
        {4096, 4}, {8192, 7}, {16384, WHITTLE_CONTEXT_MAX}, {1 << 20, WHITTLE_CONTEXT_MAX}};
    image source = image_of_value(1, 2000);
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        whittle_encoder_options options = encoder_defaults();
        options.ram = expected[i].ram;
        image patch = encode(&source, &source, &options);
        assert_int_equal(header_of(&patch).contexts, expected[i].contexts);
        image_free(&patch);
    }
    image_free(&source);
}

static void without_options_nothing_is_in_the_header(void **state) {
    (void)state;
    generator random = generator_start(219);
    const whittle_encoder_options options = encoder_defaults();
    image source = image_of_bytes(&random, 2000);
    image patch = encode(&source, &source, &options);
    const whittle_header header = header_of(&patch);
    assert_int_equal(header.flags, WHITTLE_FLAG_SOURCE);
    assert_int_equal(header.ram, WHITTLE_RAM_DEFAULT);
    image_free(&source);
    image_free(&patch);
}

static void any_number_of_jobs_gives_the_same_patch(void **state) {
    (void)state;
    const unsigned jobs[] = {1, 2, 7};
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_release(221, &source, &target);
    image expected = encode(&source, &target, &options);
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        options.jobs = jobs[i];
        image patch = encode(&source, &target, &options);
        assert_int_equal(patch.size, expected.size);
        assert_memory_equal(patch.data, expected.data, patch.size);
        image_free(&patch);
    }
    image_free(&expected);
    image_free(&source);
    image_free(&target);
}

static void progress_rises_to_the_end(void **state) {
    (void)state;
    image source;
    image target;
    make_release(222, &source, &target);
    for (unsigned full = 0; full < 2; full++) {
        progress_log log = {0};
        whittle_encoder_options options = encoder_defaults();
        options.full = full;
        options.progress = note_progress;
        options.progress_context = &log;
        image patch = encode(&source, &target, &options);
        assert_true(log.calls >= 2);
        assert_int_equal(log.last, 1000);
        image_free(&patch);
    }
    image_free(&source);
    image_free(&target);
}

/* ---- Refusals ---- */

/* Nothing is handed out that a caller might free or use. */
static void expect_refused(const whittle_encoder_options *options, size_t source_size,
                           size_t target_size, int expected) {
    static const uint8_t bytes[100];
    image patch = {(uint8_t *)1, 99};
    assert_int_equal(
        whittle_encode(bytes, source_size, bytes, target_size, options, &patch.data, &patch.size),
        expected);
    assert_ptr_equal(patch.data, (uint8_t *)1);
    assert_int_equal(patch.size, 99);
}

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    whittle_encoder_options options;
#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        options = encoder_defaults();                                                              \
        options.field = (value);                                                                   \
        expect_refused(&options, 100, 100, WHITTLE_ERROR_ARGUMENT);                                \
    } while (0)
    REFUSED(ram, 0);
    REFUSED(ram, WHITTLE_RAM_MIN - 1);
    REFUSED(ram, WHITTLE_RAM_MAX + WHITTLE_RAM_UNIT);
    REFUSED(ram, UINT32_MAX);
    REFUSED(firmware_version, "");
    REFUSED(firmware_version, "012345678901234567890123456789012");
    REFUSED(firmware_version, "one\nline");
    REFUSED(firmware_version, "\xC3\xA4");
#undef REFUSED
}

static void instruction_sets_that_do_not_exist_are_refused(void **state) {
    (void)state;
    whittle_encoder_options options = encoder_defaults();
    options.isa = WHITTLE_ISA_COUNT;
    expect_refused(&options, 100, 100, WHITTLE_ERROR_ARGUMENT);
    options.isa = WHITTLE_ISA_MIPS - 1;
    expect_refused(&options, 100, 100, WHITTLE_ERROR_ARGUMENT);
}

static void one_kind_of_patch_at_most_can_be_demanded(void **state) {
    (void)state;
    whittle_encoder_options options = encoder_defaults();
    options.full = true;
    options.differential = true;
    expect_refused(&options, 100, 100, WHITTLE_ERROR_ARGUMENT);
}

static void images_too_large_are_refused_before_they_are_read(void **state) {
    (void)state;
    const whittle_encoder_options options = encoder_defaults();
    expect_refused(&options, (size_t)WHITTLE_IMAGE_MAX + 1, 100, WHITTLE_ERROR_TOO_LARGE);
    expect_refused(&options, 100, (size_t)WHITTLE_IMAGE_MAX + 1, WHITTLE_ERROR_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_image_is_made_on_demand),
        cmocka_unit_test(a_differential_patch_is_made_on_demand),
        cmocka_unit_test(the_options_are_in_the_header),
        cmocka_unit_test(small_tables_get_fewer_contexts),
        cmocka_unit_test(without_options_nothing_is_in_the_header),
        cmocka_unit_test(any_number_of_jobs_gives_the_same_patch),
        cmocka_unit_test(progress_rises_to_the_end),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(instruction_sets_that_do_not_exist_are_refused),
        cmocka_unit_test(one_kind_of_patch_at_most_can_be_demanded),
        cmocka_unit_test(images_too_large_are_refused_before_they_are_read),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
