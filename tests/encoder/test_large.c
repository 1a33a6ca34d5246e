/* Large images: within minutes, and beyond what the offsets of the address map can tell. */
#include <string.h>
#include <time.h>

#include "codec/address_map.h"
#include "support/decoding.h"
#include "support/encoding.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

enum { SECONDS_MAX = 400 }; /* of CPU: generous, for sanitizers and loaded machines */

static void edit(generator *random, image *edited) {
    for (unsigned i = 0; i < 20; i++) {
        image_flip(random, edited, 50);
        image_insert(random, edited, 500);
        image_delete(random, edited, 700);
        image_move(random, edited, edited->size / 50);
    }
}

/* make_patch has the encoder prove its patch by decoding it. */
static void a_pair_takes_little_time_and_few_bytes(size_t size) {
    generator random = generator_start(size);
    image source = image_of_bytes(&random, size);
    image target = image_copy(&source);
    edit(&random, &target);
    clock_t before = clock();
    image patch = make_patch(&source, &target, WHITTLE_RAM_DEFAULT);
    assert_true((clock() - before) / CLOCKS_PER_SEC < SECONDS_MAX);
    whittle_header header;
    assert_int_equal(whittle_patch_check(patch.data, patch.size, &header), WHITTLE_OK);
    assert_int_equal(header.map_entries > 0, size <= WHITTLE_MAP_OFFSET_MAX);
    assert_true(patch.size < 20 * (500 + 50 * 5 + 50));
    image_free(&source);
    image_free(&target);
    image_free(&patch);
}

static void two_megabytes_take_seconds(void **state) {
    (void)state;
    a_pair_takes_little_time_and_few_bytes(2000000);
}

static void sixteen_megabytes_take_no_minutes(void **state) {
    (void)state;
    a_pair_takes_little_time_and_few_bytes(WHITTLE_MAP_OFFSET_MAX + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_megabytes_take_seconds),
        cmocka_unit_test(sixteen_megabytes_take_no_minutes),
    };
    return cmocka_run_group_tests(tests, limit_time, NULL);
}
