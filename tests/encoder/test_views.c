/* How the images are seen: by regions that their files tell, by the load address of one of them,
 * and in which byte order. */
#include "whittle/encoder.h"

#include <string.h>

#include "codec/bytes.h"
#include "encoder/recognise.h"
#include "support/encoding.h"
#include "support/unit_test.h"
#include "whittle/apply.h"

/* ---- Regions ---- */

enum { POINTERS = 2000, TABLE = 4 * POINTERS, DATA = 8192, EVERY = 128, ADDED = 16 };

static const whittle_region old_regions[] = {{0, TABLE, 0x3F400000}, {TABLE, DATA, 0x40080000}};
static const whittle_region new_regions[] = {{0, TABLE, 0x3F400000},
                                             {TABLE, DATA + DATA / EVERY *ADDED, 0x40080000}};

/* A table of pointers to data in another region; in the new image some data is added now and then,
 * so that pointers move by ever different amounts. */
static void make_regions(image *source, image *target) {
    generator random = generator_start(217);
    *source = image_of_bytes(&random, TABLE + DATA);
    *target = image_of_bytes(&random, TABLE + DATA + DATA / EVERY * ADDED);
    for (uint32_t i = 0; i < POINTERS; i++) {
        uint32_t at = generate_below(&random, DATA);
        store_le32(source->data + 4 * (size_t)i, 0x40080000 + at);
        store_le32(target->data + 4 * (size_t)i, 0x40080000 + at + at / EVERY * ADDED);
    }
    for (uint32_t at = 0; at < DATA; at += EVERY) {
        memcpy(target->data + TABLE + at + at / EVERY * ADDED, source->data + TABLE + at, EVERY);
    }
}

static void regions_that_are_known_are_used(void **state) {
    (void)state;
    image source;
    image target;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    whittle_encoder_options options = encoder_defaults();
    make_regions(&source, &target);
    image unknown = encode(&source, &target, &options);
    options.source_regions = old_regions;
    options.source_region_count = COUNT_OF(old_regions);
    options.target_regions = new_regions;
    options.target_region_count = COUNT_OF(new_regions);
    image known = encode(&source, &target, &options);
    const whittle_header header = header_of(&known);
    assert_true(known.size < unknown.size);
    assert_int_equal(header.source_region_count, 2);
    assert_int_equal(header.target_region_count, 2);
    whittle_header_regions(known.data, &header, regions);
    assert_memory_equal(regions, old_regions, sizeof old_regions);
    assert_memory_equal(regions + 2, new_regions, sizeof new_regions);
    image_free(&unknown);
    image_free(&known);
    image_free(&source);
    image_free(&target);
}

/* In the least RAM, the regions of a view may leave none for the model. */
static void regions_that_take_too_much_ram_are_left_out(void **state) {
    (void)state;
    enum { COUNT = LAYOUT_REGION_MAX, SIZE = TABLE / COUNT };
    image source;
    image target;
    image rebuilt = {0};
    whittle_region many[COUNT];
    whittle_encoder_options options = encoder_defaults();
    make_regions(&source, &target);
    for (uint32_t i = 0; i < COUNT; i++) {
        many[i] = (whittle_region){SIZE * i, SIZE, 0x40080000 + 0x1000 * i};
    }
    many[COUNT - 1] = old_regions[1]; /* what explains the pointers */
    options.ram = WHITTLE_RAM_MIN;
    options.isa = WHITTLE_ISA_XTENSA;
    options.source_regions = options.target_regions = many;
    options.source_region_count = options.target_region_count = COUNT;
    image patch = encode(&source, &target, &options);
    assert_int_equal(whittle_apply(source.data, source.size, patch.data, patch.size, NULL, NULL,
                                   &rebuilt.data, &rebuilt.size),
                     WHITTLE_OK);
    options.ram = WHITTLE_RAM_DEFAULT;
    image roomy = encode(&source, &target, &options);
    assert_int_equal(header_of(&roomy).source_region_count, COUNT);
    image_free(&rebuilt);
    image_free(&roomy);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

static void a_base_that_is_given_counts_alone(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_regions(&source, &target);
    options.base_given = true;
    options.base = 0x1000;
    image plain = encode(&source, &target, &options);
    options.source_regions = old_regions;
    options.source_region_count = COUNT_OF(old_regions);
    options.target_regions = new_regions;
    options.target_region_count = COUNT_OF(new_regions);
    image told = encode(&source, &target, &options);
    assert_int_equal(told.size, plain.size);
    assert_memory_equal(told.data, plain.data, plain.size);
    image_free(&plain);
    image_free(&told);
    image_free(&source);
    image_free(&target);
}

/* A file of known address, compared with a raw one. */
static void the_address_of_one_image_serves_for_both(void **state) {
    (void)state;
    image source;
    image target;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    make_release(216, &source, &target);
    for (unsigned known = 0; known < 2; known++) {
        const image *of = known ? &target : &source;
        const whittle_region region = {100, (uint32_t)of->size - 100, FIRMWARE_BASE + 100};
        whittle_encoder_options options = encoder_defaults();
        options.isa = WHITTLE_ISA_THUMB;
        *(known ? &options.target_regions : &options.source_regions) = &region;
        *(known ? &options.target_region_count : &options.source_region_count) = 1;
        image patch = encode(&source, &target, &options);
        whittle_header header = header_of(&patch);
        whittle_header_regions(patch.data, &header, regions);
        assert_int_equal(regions[0].address, FIRMWARE_BASE);
        assert_int_equal(regions[1].address, FIRMWARE_BASE);
        image_free(&patch);
    }
    image_free(&source);
    image_free(&target);
}

static void regions_that_contradict_the_image_are_refused(void **state) {
    (void)state;
    static const whittle_region wrong[][2] = {
        {{0, 101, 0}, {0}},                 /* too long */
        {{101, 1, 0}, {0}},                 /* beyond the image */
        {{50, 0, 0}, {0}},                  /* empty */
        {{0, 50, UINT32_MAX - 49}, {0}},    /* beyond the address space */
        {{0, 50, 0x1000}, {49, 10, 0x1000}} /* overlapping */
    };
    static const uint8_t bytes[100];
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        whittle_encoder_options options = encoder_defaults();
        image patch = {0};
        options.target_regions = wrong[i];
        options.target_region_count = wrong[i][1].size ? 2 : 1;
        assert_int_equal(whittle_encode(bytes, 100, bytes, 100, &options, &patch.data, &patch.size),
                         WHITTLE_ERROR_ARGUMENT);
    }
}

/* ---- Byte orders ---- */

/* The bytes of each word in the opposite order. */
static void swap_words(image *swapped) {
    for (size_t i = 0; i + 4 <= swapped->size; i += 4) {
        store_be32(swapped->data + i, load_le32(swapped->data + i));
    }
}

static void the_byte_order_of_mips_is_found(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_release(216, &source, &target); /* its pointers matter here, not its code */
    for (uint8_t isa = WHITTLE_ISA_MIPS_LE; isa <= WHITTLE_ISA_MIPS_BE; isa++) {
        options.isa = WHITTLE_ISA_MIPS;
        options.base_given = true;
        options.base = FIRMWARE_BASE;
        image patch = encode(&source, &target, &options);
        options.isa = isa;
        image wanted = encode(&source, &target, &options);
        assert_int_equal(header_of(&patch).isa, isa);
        assert_int_equal(patch.size, wanted.size);
        assert_memory_equal(patch.data, wanted.data, wanted.size);
        image_free(&patch);
        image_free(&wanted);
        swap_words(&source);
        swap_words(&target);
    }
    image_free(&source);
    image_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_that_are_known_are_used),
        cmocka_unit_test(regions_that_take_too_much_ram_are_left_out),
        cmocka_unit_test(a_base_that_is_given_counts_alone),
        cmocka_unit_test(the_address_of_one_image_serves_for_both),
        cmocka_unit_test(regions_that_contradict_the_image_are_refused),
        cmocka_unit_test(the_byte_order_of_mips_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
