/* The corpus, there and back, with the default decoder RAM; and how small the patches are. */
#include <stdlib.h>

#include "support/instrumentation.h"
#include "support/round_trip.h"
#include "support/unit_test.h"
#include "whittle/encoder.h"

/* The geometric mean of our patches' sizes, from old to new, in parts of bsdiff's. */
#define RATIO_MAX 0.85

static void pairs_are_rebuilt_from_patches_smaller_than_bsdiffs(void **state) {
    (void)state;
    corpus all = corpus_require();
    double product = 1; /* of the sizes in parts of bsdiff's */
    double bar = 1;     /* what it may be at most */
    for (size_t i = 0; i < all.count; i++) {
        const corpus_pair *pair = &all.pairs[i];
        corpus_image old = corpus_load_old(pair);
        corpus_image new = corpus_load_new(pair);
        size_t size = round_trip(pair->id, &old, &new, WHITTLE_RAM_DEFAULT);
        round_trip(pair->id, &new, &old, WHITTLE_RAM_DEFAULT);
        product *= (double)size / (double)pair->bsdiff_bytes;
        bar *= RATIO_MAX;
        free(old.data);
        free(new.data);
    }
    corpus_free(&all);
    assert_true(product <= bar);
}

/* The same without the sizes, on what an instrumented test has time for. */
static void small_pairs_are_rebuilt(void **state) {
    (void)state;
    const uint32_t ram = WHITTLE_RAM_DEFAULT;
    round_trip_corpus(&ram, 1);
}

int main(void) {
    const struct CMUnitTest all[] = {
        cmocka_unit_test(pairs_are_rebuilt_from_patches_smaller_than_bsdiffs)};
    const struct CMUnitTest some[] = {cmocka_unit_test(small_pairs_are_rebuilt)};
    return runs_instrumented() ? cmocka_run_group_tests(some, NULL, NULL)
                               : cmocka_run_group_tests(all, NULL, NULL);
}
