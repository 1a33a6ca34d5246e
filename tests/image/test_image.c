/* Image files as a whole: recognised or taken as they are, and what the encoder is told. */
#include "whittle/image.h"

#include <string.h>

#include "support/image_files.h"
#include "support/image_reading.h"
#include "support/unit_test.h"

static void anything_else_is_raw(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        generator random = generator_start(seed);
        image file = image_of_bytes(&random, seed);
        whittle_image read;
        assert_int_equal(whittle_image_read(file.data, file.size, NULL, &read), WHITTLE_OK);
        assert_int_equal(read.form, WHITTLE_IMAGE_RAW);
        assert_int_equal(read.isa, WHITTLE_ISA_AUTO);
        assert_int_equal(read.region_count, 0);
        assert_int_equal(read.size, file.size);
        assert_true(file.size == 0 || !memcmp(read.data, file.data, file.size));
        whittle_image_free(&read);
        image_free(&file);
    }
}

static void an_empty_file_may_come_without_a_pointer(void **state) {
    (void)state;
    whittle_image read;
    assert_int_equal(whittle_image_read(NULL, 0, NULL, &read), WHITTLE_OK);
    assert_int_equal(read.size, 0);
    whittle_image_free(&read);
}

static void a_file_is_raw_where_told(void **state) {
    (void)state;
    const whittle_image_choice choice = {.raw = true};
    const file_part part = {0x1000, 0x1000, (const uint8_t *)"firmware", 8};
    const elf_shape shape = {.machine = 40};
    static const whittle_image_form forms[] = {WHITTLE_IMAGE_ELF, WHITTLE_IMAGE_HEX,
                                               WHITTLE_IMAGE_UF2};
    image files[] = {elf_file(&shape, &part, 1), hex_file(&part, 1), uf2_file(0, &part, 1)};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        whittle_image read;
        assert_int_equal(whittle_image_read(files[i].data, files[i].size, &choice, &read),
                         WHITTLE_OK);
        assert_int_equal(read.form, WHITTLE_IMAGE_RAW);
        assert_int_equal(read.size, files[i].size);
        assert_memory_equal(read.data, files[i].data, read.size);
        whittle_image_free(&read);
        read = expect_parts(&files[i], forms[i], &part, 1);
        whittle_image_free(&read);
        image_free(&files[i]);
    }
}

/* What options->isa becomes for images whose files told these. */
static uint8_t hinted(uint8_t wanted, uint8_t source_isa, uint8_t target_isa) {
    whittle_encoder_options options;
    const whittle_image source = {.isa = source_isa, .region_count = 2};
    const whittle_image target = {.isa = target_isa, .region_count = 3};
    whittle_encoder_defaults(&options);
    options.isa = wanted;
    whittle_image_hint(&source, &target, &options);
    assert_ptr_equal(options.source_regions, source.regions);
    assert_ptr_equal(options.target_regions, target.regions);
    assert_int_equal(options.source_region_count, 2);
    assert_int_equal(options.target_region_count, 3);
    return options.isa;
}

static void the_encoder_is_told_what_files_agree_on(void **state) {
    (void)state;
    enum { AUTO = WHITTLE_ISA_AUTO, THUMB = WHITTLE_ISA_THUMB, RISCV = WHITTLE_ISA_RISCV };
    assert_int_equal(hinted(AUTO, AUTO, AUTO), AUTO);
    assert_int_equal(hinted(AUTO, THUMB, AUTO), THUMB);
    assert_int_equal(hinted(AUTO, AUTO, THUMB), THUMB);
    assert_int_equal(hinted(AUTO, THUMB, THUMB), THUMB);
    assert_int_equal(hinted(AUTO, THUMB, RISCV), AUTO);
    assert_int_equal(hinted(RISCV, THUMB, THUMB), RISCV);
    assert_int_equal(hinted(WHITTLE_ISA_NONE, THUMB, THUMB), WHITTLE_ISA_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anything_else_is_raw),
        cmocka_unit_test(an_empty_file_may_come_without_a_pointer),
        cmocka_unit_test(a_file_is_raw_where_told),
        cmocka_unit_test(the_encoder_is_told_what_files_agree_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
