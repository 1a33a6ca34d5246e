/* Patches of made-up releases that are the same for ever: what they take, for the table of figures.
 * BUILD/tests/bench/test_own_pairs.tsv keeps the sizes; scripts/figures compares their means with
 * the last ones. What patches of real firmware take, only a corpus can tell (make bench). */
#include <stdio.h>

#include "support/encoding.h"
#include "support/unit_test.h"

static const unsigned functions[] = {60, 150, 300};
static const unsigned edits[] = {1, 10};
static const uint32_t rams[] = {4096, 8192, 32768, 262144};

static FILE *table;

static void measure(const char *name, const image *old, const image *new) {
    for (size_t i = 0; i < COUNT_OF(rams); i++) {
        image patch = make_patch(old, new, rams[i]); /* the encoder decodes what it made */
        assert_true(patch.size < new->size / 4);
        assert_true(fprintf(table, "%s\t%u\t%zu\t%zu\n", name, rams[i], new->size, patch.size) > 0);
        image_free(&patch);
    }
}

static void releases_take_a_part_of_their_images(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        for (size_t k = 0; k < COUNT_OF(edits); k++) {
            char name[64];
            generator random = generator_start(1 + i);
            image old;
            image new;
            firmware_release(&random, functions[i], edits[k], &old, &new);
            (void)snprintf(name, sizeof name, "%u functions, %u edits", functions[i], edits[k]);
            measure(name, &old, &new);
            image_free(&old);
            image_free(&new);
        }
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(releases_take_a_part_of_their_images)};
    char path[4096];
    (void)snprintf(path, sizeof path, "%s.tsv", argc > 0 ? argv[0] : "test_own_pairs");
    table = fopen(path, "w");
    if (!table || fprintf(table, "pair\tram\timage\tpatch\n") < 0) {
        perror(path);
        return 1;
    }
    int failed = cmocka_run_group_tests_name("bench/own_pairs", tests, NULL, NULL);
    return fclose(table) == 0 ? failed : 1;
}
