/* The corpus, there and back, with 4K, 8K and 16K of decoder RAM. */
#include "support/round_trip.h"
#include "support/unit_test.h"

static void pairs_are_rebuilt_in_the_declared_ram(void **state) {
    (void)state;
    const uint32_t ram_sizes[] = {4096, 8192, 16384};
    round_trip_corpus(ram_sizes, COUNT_OF(ram_sizes));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pairs_are_rebuilt_in_the_declared_ram)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
