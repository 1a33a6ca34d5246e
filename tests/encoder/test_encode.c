/* The encoder as a whole: for any pair of images a sound patch, always the same, no larger than it
 * has to be. */
#include "whittle/encoder.h"

#include <string.h>

#include "codec/bytes.h"
#include "support/decoding.h"
#include "support/encoding.h"
#include "support/esp_image.h"
#include "support/unit_test.h"
#include "whittle/apply.h"

/* ---- Any pair ---- */

static image make_source(generator *random, unsigned kind, uint32_t size) {
    if (kind == 0) {
        return image_of_bytes(random, size);
    }
    if (kind == 1) {
        return image_of_value((uint8_t)generate_word(random), size);
    }
    if (kind == 2) {
        return image_of_pattern(random, 1 + generate_below(random, 100), size);
    }
    firmware *program = firmware_generate(random, 1 + size / 250);
    image made = firmware_link(program);
    firmware_free(program);
    return made;
}

static void edit(generator *random, image *edited) {
    for (unsigned edits = generate_below(random, 8); edits > 0; edits--) {
        uint32_t amount = generate_magnitude(random) % (1 + (uint32_t)edited->size / 4);
        switch (generate_below(random, 4)) {
        case 0:
            image_flip(random, edited, amount / 8);
            break;
        case 1:
            image_insert(random, edited, amount);
            break;
        case 2:
            image_delete(random, edited, amount);
            break;
        default:
            image_move(random, edited, amount);
        }
    }
}

static whittle_encoder_options random_options(generator *random) {
    whittle_encoder_options options = encoder_defaults();
    options.ram = WHITTLE_RAM_MIN << generate_below(random, 7);
    if (generate_below(random, 3) == 0) {
        options.isa = (uint8_t)generate_below(random, WHITTLE_ISA_COUNT);
    }
    options.base_given = generate_below(random, 4) == 0;
    options.base = generate_word(random);
    return options;
}

static void any_pair_gives_a_sound_patch(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 120; seed++) {
        generator random = generator_start(1000 + seed);
        whittle_encoder_options options = random_options(&random);
        image source = make_source(&random, seed % 4, generate_magnitude(&random) % 16000);
        image target = image_copy(&source);
        edit(&random, &target);
        (void)encode_checked(&source, &target, &options);
        (void)encode_checked(&target, &source, &options);
        image_free(&source);
        image_free(&target);
    }
}

static void the_smallest_images_are_encoded(void **state) {
    (void)state;
    const whittle_encoder_options options = encoder_defaults();
    for (size_t from = 0; from < 10; from++) {
        for (size_t to = 0; to < 10; to++) {
            generator random = generator_start(from);
            image source = image_of_bytes(&random, from);
            image target = image_of_bytes(&random, to);
            (void)encode_checked(&source, &target, &options);
            image_free(&source);
            image_free(&target);
        }
    }
}

static void empty_images_may_come_without_a_pointer(void **state) {
    (void)state;
    const whittle_encoder_options options = encoder_defaults();
    const image none = {NULL, 0};
    image some = image_of_value(3, 500);
    (void)encode_checked(&none, &none, &options);
    (void)encode_checked(&none, &some, &options);
    (void)encode_checked(&some, &none, &options);
    image_free(&some);
}

/* ---- Sizes ---- */

static void identical_images_cost_next_to_nothing(void **state) {
    (void)state;
    generator random = generator_start(210);
    const uint32_t rams[] = {WHITTLE_RAM_MIN, WHITTLE_RAM_DEFAULT, WHITTLE_RAM_MAX};
    for (size_t i = 0; i < COUNT_OF(rams); i++) {
        for (unsigned kind = 0; kind < 4; kind++) {
            whittle_encoder_options options = encoder_defaults();
            options.ram = rams[i];
            image source = make_source(&random, kind, 100000);
            assert_true(encode_checked(&source, &source, &options) <= IDENTICAL_MAX);
            image_free(&source);
        }
    }
}

static void identical_images_with_segments_cost_no_more(void **state) {
    (void)state;
    esp_segment segments[12];
    generator random = generator_start(211);
    image flash = {0};
    const whittle_encoder_options options = encoder_defaults();
    for (uint32_t i = 0; i < COUNT_OF(segments); i++) {
        segments[i] = (esp_segment){0x40000000 + 0x10000 * i, 3000};
    }
    (void)esp_image_put(&random, &flash, 0x1000, ESP32_HEADER, segments, COUNT_OF(segments));
    assert_true(encode_checked(&flash, &flash, &options) <= IDENTICAL_MAX);
    image_free(&flash);
}

/* ---- Images with segments ---- */

enum { SEGMENTS = 12, SEGMENT_SIZE = 20000, INSERTIONS = 8, POINTERS_MAX = SEGMENT_SIZE / 8 };

/* What the next release puts in: into each segment INSERTIONS pieces, evenly spaced. */
static uint32_t piece_size(unsigned segment, unsigned piece) {
    return 4 * (1 + (segment + piece) % 5);
}

static uint32_t moved(unsigned segment, uint32_t offset) {
    uint32_t to = offset;
    for (unsigned i = 0; i < INSERTIONS; i++) {
        to += (i + 1) * (SEGMENT_SIZE / (INSERTIONS + 1)) <= offset ? piece_size(segment, i) : 0;
    }
    return to;
}

static uint32_t segment_address(unsigned segment) {
    return 0xF0000000u + 0x100000u * segment;
}

/* The data of a segment in an image whose segments have these sizes. */
static uint8_t *segment_data(const image *flash, const esp_segment *segments, unsigned number) {
    size_t at = ESP32_HEADER + ESP_SEGMENT_HEADER;
    for (unsigned i = 0; i < number; i++) {
        at += segments[i].size + ESP_SEGMENT_HEADER;
    }
    return flash->data + at;
}

/* An image with segments, whose first one points into all of them, and its next release. */
static void make_esp_release(unsigned pointers, image *source, image *target) {
    esp_segment before[SEGMENTS];
    esp_segment after[SEGMENTS];
    generator random = generator_start(212);
    for (unsigned i = 0; i < SEGMENTS; i++) {
        before[i] = (esp_segment){segment_address(i), SEGMENT_SIZE};
        after[i] = (esp_segment){segment_address(i), moved(i, SEGMENT_SIZE)};
    }
    *source = *target = (image){0};
    (void)esp_image_put(&random, source, 0, ESP32_HEADER, before, SEGMENTS);
    (void)esp_image_put(&random, target, 0, ESP32_HEADER, after, SEGMENTS);
    for (unsigned i = 0; i < SEGMENTS; i++) {
        const uint8_t *from = segment_data(source, before, i);
        uint8_t *to = segment_data(target, after, i);
        for (uint32_t k = 0; k < SEGMENT_SIZE; k++) {
            to[moved(i, k)] = from[k];
        }
    }
    for (uint32_t i = 0; i < pointers; i++) {
        unsigned segment = 1 + generate_below(&random, SEGMENTS - 1);
        uint32_t offset = generate_below(&random, SEGMENT_SIZE);
        store_le32(segment_data(source, before, 0) + 8 * i, segment_address(segment) + offset);
        store_le32(segment_data(target, after, 0) + moved(0, 8 * i),
                   segment_address(segment) + moved(segment, offset));
    }
}

static void segments_are_used_where_they_help(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_esp_release(POINTERS_MAX, &source, &target);
    size_t automatic = encode_checked(&source, &target, &options);
    options.isa = WHITTLE_ISA_NONE;
    assert_true(automatic < encode_checked(&source, &target, &options));
    image_free(&source);
    image_free(&target);
}

/* A region table in the header has to earn its bytes. */
static void segments_are_left_out_where_they_do_not_help(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_esp_release(3, &source, &target);
    size_t automatic = encode_checked(&source, &target, &options);
    options.isa = WHITTLE_ISA_NONE;
    assert_true(automatic <= encode_checked(&source, &target, &options));
    image_free(&source);
    image_free(&target);
}

/* As many segments as are recognised, and every other field as long as it can be: all of it must
 * fit a header, or something must be left out. */
static void the_longest_header_fits(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_esp_release(POINTERS_MAX, &source, &target);
    options.has_security_counter = options.has_hardware = true;
    options.security_counter = options.hardware = UINT32_MAX;
    options.firmware_version = "01234567890123456789012345678901";
    (void)encode_checked(&source, &target, &options);
    image_free(&source);
    image_free(&target);
}

/* ---- Changes ---- */

static void flips_and_insertions_cost_about_what_they_are(void **state) {
    (void)state;
    generator random = generator_start(213);
    const whittle_encoder_options options = encoder_defaults();
    image source = image_of_bytes(&random, 50000);
    image target = image_copy(&source);
    image_flip(&random, &target, 100); /* 8 bits and a place among 50,000 bytes each */
    image_insert(&random, &target, 1000);
    image_delete(&random, &target, 1000);
    image_move(&random, &target, 5000);
    assert_true(encode_checked(&source, &target, &options) < 1000 + 100 * 3 + 150);
    image_free(&source);
    image_free(&target);
}

static void a_repetitive_image_costs_next_to_nothing(void **state) {
    (void)state;
    generator random = generator_start(214);
    const whittle_encoder_options options = encoder_defaults();
    const image none = {NULL, 0};
    image zeros = image_of_value(0, 100000);
    image target = image_of_pattern(&random, 4, 100000);
    assert_true(encode_checked(&none, &zeros, &options) < 400);
    assert_true(encode_checked(&none, &target, &options) < 1500);
    assert_true(encode_checked(&target, &zeros, &options) < 400);
    image_free(&zeros);
    image_free(&target);
}

static void addresses_are_predicted(void **state) {
    (void)state;
    image source;
    image target;
    whittle_encoder_options options = encoder_defaults();
    make_release(215, &source, &target);
    options.isa = WHITTLE_ISA_NONE;
    size_t plain = encode_checked(&source, &target, &options);
    options.isa = WHITTLE_ISA_THUMB;
    options.base_given = true;
    options.base = FIRMWARE_BASE;
    size_t predicted = encode_checked(&source, &target, &options);
    assert_true(predicted < plain / 2);
    image_free(&source);
    image_free(&target);
}

static void the_instruction_set_and_the_base_are_found(void **state) {
    (void)state;
    image source;
    image target;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    const whittle_encoder_options options = encoder_defaults();
    make_release(216, &source, &target);
    image patch = encode(&source, &target, &options);
    const whittle_header header = header_of(&patch);
    assert_int_equal(header.isa, WHITTLE_ISA_THUMB);
    assert_int_equal(header.source_region_count, 1);
    assert_int_equal(header.target_region_count, 1);
    whittle_header_regions(patch.data, &header, regions);
    assert_int_equal(regions[0].address, FIRMWARE_BASE);
    assert_int_equal(regions[1].address, FIRMWARE_BASE);
    image_free(&source);
    image_free(&target);
    image_free(&patch);
}

/* ---- No old image ---- */

static void unrelated_images_become_self_contained(void **state) {
    (void)state;
    generator random = generator_start(217);
    whittle_encoder_options options = encoder_defaults();
    image source = image_of_bytes(&random, 20000);
    image target = image_of_bytes(&random, 20000);
    image patch = encode(&source, &target, &options);
    whittle_header header = header_of(&patch);
    assert_false(header.flags & WHITTLE_FLAG_SOURCE);
    assert_int_equal(header.source_size, 0);
    image_free(&patch);
    image_free(&source);
    image_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_pair_gives_a_sound_patch),
        cmocka_unit_test(the_smallest_images_are_encoded),
        cmocka_unit_test(empty_images_may_come_without_a_pointer),
        cmocka_unit_test(identical_images_cost_next_to_nothing),
        cmocka_unit_test(identical_images_with_segments_cost_no_more),
        cmocka_unit_test(segments_are_used_where_they_help),
        cmocka_unit_test(segments_are_left_out_where_they_do_not_help),
        cmocka_unit_test(the_longest_header_fits),
        cmocka_unit_test(flips_and_insertions_cost_about_what_they_are),
        cmocka_unit_test(a_repetitive_image_costs_next_to_nothing),
        cmocka_unit_test(addresses_are_predicted),
        cmocka_unit_test(the_instruction_set_and_the_base_are_found),
        cmocka_unit_test(unrelated_images_become_self_contained),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
