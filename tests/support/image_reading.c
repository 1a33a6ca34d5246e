/* Reading image files in tests. */
#include "support/image_reading.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit_test.h"

static void expect_bytes(const whittle_image *read, const file_part *parts, size_t count) {
    uint8_t *expected = malloc(read->size);
    assert_non_null(expected);
    memset(expected, 0xFF, read->size);
    for (size_t i = 0; i < count; i++) {
        size_t offset = parts[i].address - (size_t)read->address;
        assert_in_range(offset + parts[i].size, 1, read->size);
        memcpy(expected + offset, parts[i].data, parts[i].size);
    }
    assert_memory_equal(read->data, expected, read->size);
    free(expected);
}

whittle_image expect_parts(const image *file, whittle_image_form form, const file_part *parts,
                           size_t count) {
    whittle_image read;
    uint64_t start = UINT64_MAX;
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t last = (uint64_t)parts[i].address + parts[i].size;
        start = parts[i].address < start ? parts[i].address : start;
        end = last > end ? last : end;
    }
    assert_int_equal(whittle_image_read(file->data, file->size, NULL, &read), WHITTLE_OK);
    assert_int_equal(read.form, form);
    assert_int_equal(read.address, start);
    assert_int_equal(read.size, end - start);
    expect_bytes(&read, parts, count);
    return read;
}

void expect_refused(const image *file, int error) {
    whittle_image read;
    assert_int_equal(whittle_image_read(file->data, file->size, NULL, &read), error);
    assert_null(read.data);
}

/* Reads an exact copy, so that a sanitizer sees any byte beyond its end that is looked at. */
static int read_copy(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    whittle_image read;
    assert_non_null(copy);
    memcpy(copy, data, size);
    int error = whittle_image_read(copy, size, NULL, &read);
    if (!error && read.form == WHITTLE_IMAGE_RAW) {
        error = WHITTLE_ERROR_NOT_A_PATCH; /* no longer taken for what it was */
    }
    whittle_image_free(&read);
    free(copy);
    return error;
}

void survive_cuts(const image *file, size_t shortest_right) {
    for (size_t size = 0; size < file->size; size++) {
        int error = read_copy(file->data, size);
        assert_true(size >= shortest_right ? error == WHITTLE_OK : error != WHITTLE_OK);
    }
    assert_int_equal(read_copy(file->data, file->size), WHITTLE_OK);
}

void survive_flips(const image *file, size_t within, unsigned rounds) {
    generator random = generator_start(77);
    unsigned refused = 0;
    for (unsigned i = 0; i < rounds; i++) {
        image flipped = image_copy(file);
        image head = {flipped.data, within};
        image_flip(&random, &head, 1 + generate_below(&random, 4));
        refused += read_copy(flipped.data, flipped.size) != WHITTLE_OK;
        image_free(&flipped);
    }
    assert_in_range(refused, 1, rounds);
}
