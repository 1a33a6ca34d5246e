/* Attempts side by side: each gets its own result, whatever the number of threads. */
#include "encoder/attempts.h"

#include <stdlib.h>
#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/error.h"

enum { COUNT = 5, SIZE = 3000, BROKEN = 3 };

/* Plans that copy all of the source but its first bytes, each some more of them; one asks for less
 * RAM than a model takes. */
static void each_attempt_has_its_own_result(void **state) {
    (void)state;
    static const unsigned threads[] = {0, 1, 2, COUNT, 100};
    static const layout no_layout = {.count = 0};
    generator random = generator_start(410);
    image source = image_of_bytes(&random, SIZE);
    for (size_t t = 0; t < COUNT_OF(threads); t++) {
        whittle_header fields[COUNT];
        whittle_copy copies[COUNT];
        attempt attempts[COUNT];
        for (uint32_t i = 0; i < COUNT; i++) {
            fields[i] = (whittle_header){
                .flags = WHITTLE_FLAG_SOURCE,
                .ram = i == BROKEN ? 64 : 8192,
            };
            copies[i] = (whittle_copy){.source = i, .target = i, .size = SIZE - i};
            attempts[i] = (attempt){.input = {.source = source.data,
                                              .target = source.data,
                                              .source_size = SIZE,
                                              .target_size = SIZE,
                                              .copies = &copies[i],
                                              .copy_count = 1,
                                              .source_layout = &no_layout,
                                              .target_layout = &no_layout,
                                              .fields = &fields[i]}};
        }
        attempts_run(attempts, COUNT, threads[t]);
        for (uint32_t i = 0; i < COUNT; i++) {
            image rebuilt = {0};
            if (i == BROKEN) {
                assert_int_equal(attempts[i].error, WHITTLE_ERROR_ARGUMENT);
                assert_null(attempts[i].patch);
                continue;
            }
            assert_int_equal(attempts[i].error, WHITTLE_OK);
            assert_int_equal(attempts[i].coded.copied_bytes, SIZE - i);
            assert_int_equal(whittle_apply(source.data, SIZE, attempts[i].patch, attempts[i].size,
                                           NULL, NULL, &rebuilt.data, &rebuilt.size),
                             WHITTLE_OK);
            assert_int_equal(rebuilt.size, SIZE);
            assert_memory_equal(rebuilt.data, source.data, SIZE);
            image_free(&rebuilt);
            free(attempts[i].patch);
        }
    }
    image_free(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_attempt_has_its_own_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
