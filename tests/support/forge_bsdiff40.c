/* Compresses with the project's own bzip2 helper, but knows nothing of how patches are written. */
#include "support/forge_bsdiff40.h"

#include <stdlib.h>
#include <string.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "support/unit_test.h"
#include "whittle/error.h"

static size_t append(image *patch, const uint8_t *data, size_t size) {
    size_t room = bzip2_bound(size);
    size_t written;
    patch->data = realloc(patch->data, patch->size + room);
    assert_non_null(patch->data);
    assert_int_equal(bzip2_compress(data, size, 9, patch->data + patch->size, room, &written),
                     WHITTLE_OK);
    patch->size += written;
    return written;
}

image forge_patch(const forgery *wanted) {
    image patch = {calloc(1, HEADER_SIZE), HEADER_SIZE};
    size_t control_size = wanted->segment_count * CONTROL_SIZE;
    uint8_t *control = malloc(control_size + 1);
    assert_non_null(patch.data);
    assert_non_null(control);
    for (size_t i = 0; i < wanted->segment_count; i++) {
        uint8_t *numbers = control + i * CONTROL_SIZE;
        store_number(numbers, wanted->segments[i].copied);
        store_number(numbers + NUMBER_SIZE, wanted->segments[i].inserted);
        store_number(numbers + 2 * NUMBER_SIZE, wanted->segments[i].seek);
    }
    size_t first = append(&patch, control, control_size);
    size_t second = append(&patch, wanted->difference, wanted->difference_size);
    append(&patch, wanted->extra, wanted->extra_size);
    free(control);
    memcpy(patch.data, BSDIFF40_MAGIC, MAGIC_SIZE);
    forge_number(&patch, 0, (int64_t)first);
    forge_number(&patch, 1, (int64_t)second);
    forge_number(&patch, 2, wanted->target_size);
    return patch;
}

void forge_number(image *patch, int number, int64_t value) {
    store_number(patch->data + MAGIC_SIZE + number * NUMBER_SIZE, value);
}
