/* Hostile patches: whatever arrives, the decoder ends, stays within its memory and its images, and
 * never takes a wrong image for the right one.
 *
 * tests/support/decoding.c checks the memory and the images on every run. */
#include <stdlib.h>
#include <string.h>

#include "support/decoding.h"
#include "support/encoding.h"
#include "support/unit_test.h"
#include "whittle/apply.h"

enum { RAM = WHITTLE_RAM_MIN, ROOM = 0x10000 };

static image source;
static image target;
static image patch;

static int make_images(void **state) {
    generator random = generator_start(120);
    firmware_release(&random, 8, 2, &source, &target);
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

static uint32_t promised_size(const image *damaged) {
    whittle_header header;
    return whittle_header_read(damaged->data, damaged->size, &header) ? 0 : header.target_size;
}

/* With a checksum that fits, so that damage reaches the model: the digests have the last word. */
static void expect_no_wrong_image(const image *damaged) {
    uint8_t *rebuilt = NULL;
    size_t size = 0;
    if (promised_size(damaged) > ROOM) {
        return; /* a device has no room for it; here it would only take time */
    }
    if (whittle_apply(source.data, source.size, damaged->data, damaged->size, NULL, NULL, &rebuilt,
                      &size) == WHITTLE_OK) {
        assert_int_equal(size, target.size);
        assert_memory_equal(rebuilt, target.data, size);
        free(rebuilt);
    }
}

/* Every bit of the header, and of each other byte two. */
static void no_flipped_bit_passes(void **state) {
    (void)state;
    whittle_header honest;
    assert_int_equal(whittle_header_read(patch.data, patch.size, &honest), WHITTLE_OK);
    for (size_t at = 0; at < patch.size; at++) {
        unsigned step = at < honest.header_size ? 1 : 4;
        for (unsigned bit = step == 1 ? 0 : at % 4; bit < 8; bit += step) {
            decoding work = {.source = &source, .room = ROOM, .ram = RAM, .piece = at % 3 * 40};
            image damaged = image_copy(&patch);
            damaged.data[at] ^= (uint8_t)(1u << bit);
            assert_int_not_equal(decoding_run(&work, damaged.data, damaged.size), WHITTLE_OK);
            decoding_free(&work);
            if (at < damaged.size - 4) {
                fix_checksum(damaged.data, damaged.size);
                expect_no_wrong_image(&damaged);
            }
            image_free(&damaged);
        }
    }
}

static void no_cut_passes_even_with_a_checksum_that_fits(void **state) {
    (void)state;
    for (size_t size = 4; size < patch.size; size++) {
        image cut = {image_copy(&patch).data, size};
        fix_checksum(cut.data, cut.size);
        decoding work = {.source = &source, .ram = RAM};
        assert_int_not_equal(decoding_run(&work, cut.data, cut.size), WHITTLE_OK);
        decoding_free(&work);
        expect_no_wrong_image(&cut);
        image_free(&cut);
    }
}

static void no_mixture_of_damages_passes(void **state) {
    (void)state;
    generator random = generator_start(121);
    for (unsigned round = 0; round < 400; round++) {
        image damaged = image_copy(&patch);
        switch (generate_below(&random, 4)) {
        case 0:
            image_flip(&random, &damaged, 1 + generate_below(&random, 10));
            break;
        case 1:
            image_insert(&random, &damaged, 1 + generate_below(&random, 10));
            break;
        case 2:
            image_delete(&random, &damaged, 1 + generate_below(&random, 10));
            break;
        default:
            image_move(&random, &damaged, 1 + generate_below(&random, 10));
        }
        fix_checksum(damaged.data, damaged.size);
        decoding work = {.source = &source, .room = ROOM, .piece = round % 5 * 30};
        (void)decoding_run(&work, damaged.data, damaged.size);
        decoding_free(&work);
        expect_no_wrong_image(&damaged);
        image_free(&damaged);
    }
}

/* ---- Payloads that nobody encoded, behind headers that are right ---- */

/* Regions with any addresses, in order and apart. */
static unsigned make_regions(generator *random, uint32_t image_size, whittle_region *regions) {
    unsigned count = 0;
    uint32_t offset = 0;
    while (count < 12 && image_size - offset > 16 && generate_below(random, 6)) {
        offset += generate_below(random, (image_size - offset) / 4);
        uint32_t size = 1 + generate_below(random, (image_size - offset) / 2);
        regions[count++] = (whittle_region){offset, size, generate_word(random) & 0xFFFF0000u};
        offset += size;
    }
    return count;
}

static void make_header(generator *random, whittle_header *header, uint32_t payload_size,
                        uint8_t *bytes) {
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    *header = (whittle_header){.payload_size = payload_size};
    header->ram = WHITTLE_RAM_MIN + WHITTLE_RAM_UNIT * generate_below(random, 300);
    header->target_size = generate_magnitude(random) % 4000;
    if (generate_below(random, 8)) {
        header->flags |= WHITTLE_FLAG_SOURCE;
        header->source_size =
            generate_below(random, 4) ? (uint32_t)source.size : generate_below(random, 40);
    }
    if (generate_below(random, 4)) {
        header->flags |= WHITTLE_FLAG_REGIONS;
        header->isa = (uint8_t)generate_below(random, WHITTLE_ISA_COUNT);
        header->source_region_count = (uint8_t)make_regions(random, header->source_size, regions);
        header->target_region_count = (uint8_t)make_regions(random, header->target_size,
                                                            regions + header->source_region_count);
    }
    header->map_entries = generate_below(random, 3) ? generate_below(random, 20) : header->ram / 16;
    if (header->map_entries > header->target_size) {
        header->map_entries = header->target_size;
    }
    assert_int_equal(whittle_header_write(header, regions, bytes), WHITTLE_OK);
}

/* Random bytes, or runs of equal bits, which make the longest numbers and the shortest steps, or
 * an honest payload that turns into one of these. */
static void make_payload(generator *random, uint8_t *payload, uint32_t size) {
    static const uint8_t runs[] = {0x00, 0xFF, 0x55, 0x80};
    uint32_t done = 0;
    if (generate_below(random, 4) == 0) {
        whittle_header honest;
        assert_int_equal(whittle_header_read(patch.data, patch.size, &honest), WHITTLE_OK);
        done = generate_below(random, honest.payload_size);
        done = done < size ? done : size;
        memcpy(payload, patch.data + honest.header_size, done);
    }
    while (done < size) {
        uint32_t run = 1 + generate_below(random, size - done);
        if (generate_below(random, 2)) {
            generate_bytes(random, payload + done, run);
        } else {
            memset(payload + done, runs[generate_below(random, COUNT_OF(runs))], run);
        }
        done += run;
    }
}

static bool is_expected(int error) {
    return error == WHITTLE_OK || error == WHITTLE_ERROR_CORRUPT || error == WHITTLE_ERROR_RAM;
}

/* What a payload gives does not depend on how it comes. */
static void expect_same(const decoding *whole, const decoding *pieces) {
    assert_int_equal(whole->finish_error, pieces->finish_error);
    assert_int_equal(whole->target.size, pieces->target.size);
    if (whole->target.size) {
        assert_memory_equal(whole->target.data, pieces->target.data, whole->target.size);
    }
}

static void payloads_of_any_bytes_end(void **state) {
    (void)state;
    generator random = generator_start(122);
    unsigned decoded = 0;
    for (unsigned round = 0; round < 2000; round++) {
        static uint8_t bytes[WHITTLE_HEADER_MAX + 4096];
        whittle_header header;
        uint32_t payload_size = generate_magnitude(&random) % 3000;
        make_header(&random, &header, payload_size, bytes);
        make_payload(&random, bytes + header.header_size, payload_size);
        fix_checksum(bytes, header.total_size);
        decoding whole = {.source = &source, .fill = (uint8_t)round};
        decoding pieces = {.source = &source, .piece = 1 + round % 4 * 50};
        int error = decoding_run(&whole, bytes, header.total_size);
        (void)decoding_run(&pieces, bytes, header.total_size);
        expect_same(&whole, &pieces);
        if (!is_expected(error)) {
            fail_msg("round %u: %s", round, whittle_error_text(error));
        }
        assert_true(whole.target.size <= header.target_size);
        decoded += error == WHITTLE_OK;
        /* The work is bounded by what is to be made and by what was sent. */
        assert_true(whole.reads <= 4 * (size_t)(header.target_size + payload_size + 1));
        decoding_free(&whole);
        decoding_free(&pieces);
    }
    assert_in_range(decoded, 1, 1999); /* some end by chance, and most do not */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_flipped_bit_passes),
        cmocka_unit_test(no_cut_passes_even_with_a_checksum_that_fits),
        cmocka_unit_test(no_mixture_of_damages_passes),
        cmocka_unit_test(payloads_of_any_bytes_end),
    };
    return cmocka_run_group_tests(tests, make_images, free_images);
}
