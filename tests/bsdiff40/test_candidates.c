/* Candidates: they begin some bytes before their match, but within both images, and are sorted. */
#include "bsdiff40/candidates.h"

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

static candidate only_candidate(size_t begin, size_t end, size_t source) {
    candidates list = {0};
    assert_int_equal(candidates_add(&list, begin, end, source), WHITTLE_OK);
    assert_int_equal(list.count, 1);
    candidate first = list.items[0];
    candidates_free(&list);
    return first;
}

static void a_candidate_leads_its_match(void **state) {
    (void)state;
    candidate first = only_candidate(1000, 1020, 3000);
    assert_int_equal(first.diagonal, 2000);
    assert_in_range(first.start, 1000 - 100, 1000 - 1);
    assert_int_equal(first.end, 1020);
}

static void it_begins_within_both_images(void **state) {
    (void)state;
    assert_int_equal(only_candidate(3, 9, 500).start, 0);
    candidate first = only_candidate(1000, 1020, 5);
    assert_int_equal(first.start, 995);
    assert_int_equal(first.diagonal, -995);
    assert_int_equal(only_candidate(1000, 1020, 0).start, 1000);
}

static void largest_images_have_diagonals_too(void **state) {
    (void)state;
    const size_t last = ((size_t)1 << 30) - 8;
    assert_int_equal(only_candidate(0, 8, last).diagonal, (int32_t)last);
    assert_int_equal(only_candidate(last, last + 8, 0).diagonal, -(int32_t)last);
}

static bool comes_before(const candidate *one, const candidate *other) {
    if (one->start != other->start) {
        return one->start < other->start;
    }
    return one->diagonal < other->diagonal ||
           (one->diagonal == other->diagonal && one->end <= other->end);
}

static void sorting_leaves_no_choice_of_order(void **state) {
    (void)state;
    generator random = generator_start(60);
    candidates list = {0};
    candidates_sort(&list); /* of nothing */
    for (int i = 0; i < 5000; i++) {
        size_t begin = generate_below(&random, 300);
        size_t source = begin + generate_below(&random, 5);
        size_t end = begin + 1 + generate_below(&random, 3);
        assert_int_equal(candidates_add(&list, begin, end, source), WHITTLE_OK);
    }
    candidates_sort(&list);
    assert_int_equal(list.count, 5000);
    for (size_t i = 1; i < list.count; i++) {
        assert_true(comes_before(&list.items[i - 1], &list.items[i]));
    }
    candidates_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_candidate_leads_its_match),
        cmocka_unit_test(it_begins_within_both_images),
        cmocka_unit_test(largest_images_have_diagonals_too),
        cmocka_unit_test(sorting_leaves_no_choice_of_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
