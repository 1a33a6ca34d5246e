/* Pieces become one image: bounded, whatever their addresses are. */
#include "image/pieces.h"

#include <string.h>

#include "support/unit_test.h"

static const uint8_t bytes[4096] = {1, 2, 3, 4, 5, 6, 7, 8};

static int flatten(const piece *pieces, size_t count, whittle_image *made) {
    piece_list list = {0};
    *made = (whittle_image){0};
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pieces_add(&list, &pieces[i]), WHITTLE_OK);
    }
    int error = pieces_flatten(&list, made);
    pieces_free(&list);
    return error;
}

static void expect_error(const piece *pieces, size_t count, int error) {
    whittle_image made;
    assert_int_equal(flatten(pieces, count, &made), error);
    whittle_image_free(&made);
}

static void pieces_that_go_on_are_joined(void **state) {
    (void)state;
    piece_list list = {0};
    for (unsigned i = 0; i < 1000; i++) {
        const piece next = {0x1000 + i, 0x1000 + i, bytes + i, 1};
        assert_int_equal(pieces_add(&list, &next), WHITTLE_OK);
    }
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].size, 1000);
    const piece elsewhere[] = {{0x13E9, 0x13E9, bytes + 1000, 1}, /* a gap in the flash */
                               {0x13EA, 0x13EA, bytes + 1002, 1}, /* a gap in the file */
                               {0x13EB, 0x2000, bytes + 1003, 1}, /* it runs elsewhere */
                               {0x13EC, 0x2001, bytes + 1004, 0}};
    for (size_t i = 0; i < COUNT_OF(elsewhere); i++) {
        assert_int_equal(pieces_add(&list, &elsewhere[i]), WHITTLE_OK);
    }
    assert_int_equal(list.count, 4);
    pieces_free(&list);
}

static void gaps_read_as_erased_flash(void **state) {
    (void)state;
    const piece pieces[] = {{0x20, 0x20, bytes, 3}, {0x10, 0x10, bytes + 4, 2}};
    whittle_image made;
    assert_int_equal(flatten(pieces, 2, &made), WHITTLE_OK);
    assert_int_equal(made.address, 0x10);
    assert_int_equal(made.size, 0x13);
    for (size_t i = 2; i < 0x10; i++) {
        assert_int_equal(made.data[i], 0xFF);
    }
    assert_memory_equal(made.data, bytes + 4, 2);
    assert_memory_equal(made.data + 0x10, bytes, 3);
    whittle_image_free(&made);
}

static void gaps_are_bounded(void **state) {
    (void)state;
    uint64_t gap = WHITTLE_IMAGE_GAPS_MAX;
    const piece near[] = {{0, 0, bytes, 1}, {1 + gap, 0, bytes, 1}};
    const piece far[] = {{0, 0, bytes, 1}, {2 + gap, 0, bytes, 1}};
    const piece in_all[] = {{0, 0, bytes, 1}, {1 + gap / 2, 0, bytes, 1}, {3 + gap, 0, bytes, 1}};
    const piece ends[] = {{0, 0, bytes, 1}, {UINT64_MAX - 1, 0, bytes, 1}};
    whittle_image made;
    assert_int_equal(flatten(near, 2, &made), WHITTLE_OK);
    assert_int_equal(made.size, gap + 2);
    whittle_image_free(&made);
    expect_error(far, 2, WHITTLE_ERROR_SCATTERED);
    expect_error(in_all, 3, WHITTLE_ERROR_SCATTERED);
    expect_error(ends, 2, WHITTLE_ERROR_SCATTERED);
}

static void impossible_pieces_are_refused(void **state) {
    (void)state;
    const piece overflows = {UINT64_MAX - 1, 0, bytes, 3};
    const piece disagree[] = {{0x10, 0, bytes, 4}, {0x12, 0, bytes, 4}};
    expect_error(&overflows, 1, WHITTLE_ERROR_IMAGE);
    expect_error(disagree, 2, WHITTLE_ERROR_IMAGE);
    expect_error(NULL, 0, WHITTLE_ERROR_IMAGE);
}

/* A long piece, a short one within it, and one that overlaps the end of the long one. */
static void overlaps_are_compared_with_all_before(void **state) {
    (void)state;
    const piece agree[] = {{0, 0, bytes, 8}, {2, 2, bytes + 2, 2}, {6, 6, bytes + 6, 10}};
    const piece disagree[] = {{0, 0, bytes, 8}, {2, 2, bytes + 2, 2}, {6, 6, bytes + 5, 10}};
    whittle_image made;
    assert_int_equal(flatten(agree, 3, &made), WHITTLE_OK);
    assert_int_equal(made.size, 16);
    assert_memory_equal(made.data, bytes, 16);
    assert_int_equal(made.region_count, 1);
    whittle_image_free(&made);
    expect_error(disagree, 3, WHITTLE_ERROR_IMAGE);
}

static void the_largest_regions_are_kept(void **state) {
    (void)state;
    piece pieces[2 * WHITTLE_IMAGE_REGION_MAX];
    for (uint32_t i = 0; i < COUNT_OF(pieces); i++) {
        uint32_t address = 0x100 * i;
        size_t size = i % 2 ? 1 : 100 + i; /* every other one is small */
        pieces[i] = (piece){address, 0x8000 - address, bytes, size};
    }
    whittle_image made;
    assert_int_equal(flatten(pieces, COUNT_OF(pieces), &made), WHITTLE_OK);
    assert_int_equal(made.region_count, WHITTLE_IMAGE_REGION_MAX);
    for (uint32_t i = 0; i < made.region_count; i++) {
        assert_int_equal(made.regions[i].offset, 0x200 * i);
        assert_int_equal(made.regions[i].size, 100 + 2 * i);
        assert_int_equal(made.regions[i].address, 0x8000 - 0x200 * i);
    }
    whittle_image_free(&made);
}

static void pieces_beyond_32_bits_have_no_region(void **state) {
    (void)state;
    const piece pieces[] = {
        {0x10, 0x100000000, bytes, 8}, {0x20, 0xFFFFFFFE, bytes, 8}, {0x30, 0x3000, bytes, 8}};
    whittle_image made;
    assert_int_equal(flatten(pieces, 3, &made), WHITTLE_OK);
    assert_int_equal(made.region_count, 1);
    assert_int_equal(made.regions[0].offset, 0x20);
    whittle_image_free(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_that_go_on_are_joined),
        cmocka_unit_test(gaps_read_as_erased_flash),
        cmocka_unit_test(gaps_are_bounded),
        cmocka_unit_test(impossible_pieces_are_refused),
        cmocka_unit_test(overlaps_are_compared_with_all_before),
        cmocka_unit_test(the_largest_regions_are_kept),
        cmocka_unit_test(pieces_beyond_32_bits_have_no_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
