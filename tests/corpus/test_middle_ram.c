/* The corpus, there and back, with 64K and 128K of decoder RAM. */
#include "support/round_trip.h"
#include "support/unit_test.h"

static void pairs_are_rebuilt_in_the_declared_ram(void **state) {
    (void)state;
    const uint32_t ram_sizes[] = {65536, 131072};
    round_trip_corpus(ram_sizes, COUNT_OF(ram_sizes));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pairs_are_rebuilt_in_the_declared_ram)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
