/* Segments: what copies nothing has no entry of its own, except at the start. */
#include "bsdiff40/segments.h"

#include "support/unit_test.h"
#include "whittle/error.h"

static void add(bsdiff40_segments *list, size_t source, size_t copied, size_t inserted) {
    assert_int_equal(segments_add(list, source, copied, inserted), WHITTLE_OK);
}

static void assert_segment(const bsdiff40_segments *list, size_t at, size_t source, size_t copied,
                           size_t inserted) {
    assert_int_equal(list->items[at].source, source);
    assert_int_equal(list->items[at].copied, copied);
    assert_int_equal(list->items[at].inserted, inserted);
}

static void copies_stay_apart(void **state) {
    (void)state;
    bsdiff40_segments list = {0};
    add(&list, 10, 3, 0);
    add(&list, 13, 4, 5);
    assert_int_equal(list.count, 2);
    assert_segment(&list, 0, 10, 3, 0);
    assert_segment(&list, 1, 13, 4, 5);
    segments_free(&list);
    assert_int_equal(list.count, 0);
}

static void insertions_join_the_segment_before(void **state) {
    (void)state;
    bsdiff40_segments list = {0};
    add(&list, 10, 3, 1);
    add(&list, 77, 0, 2);
    add(&list, 0, 0, 4);
    assert_int_equal(list.count, 1);
    assert_segment(&list, 0, 10, 3, 7);
    segments_free(&list);
}

static void an_insertion_may_come_first(void **state) {
    (void)state;
    bsdiff40_segments list = {0};
    add(&list, 0, 0, 0); /* leaves no trace */
    add(&list, 0, 0, 6);
    add(&list, 5, 2, 0);
    assert_int_equal(list.count, 2);
    assert_segment(&list, 0, 0, 0, 6);
    assert_segment(&list, 1, 5, 2, 0);
    segments_free(&list);
}

static void the_list_grows(void **state) {
    (void)state;
    bsdiff40_segments list = {0};
    for (size_t i = 0; i < 10000; i++) {
        add(&list, i, i + 1, i + 2);
    }
    assert_int_equal(list.count, 10000);
    for (size_t i = 0; i < 10000; i++) {
        assert_segment(&list, i, i, i + 1, i + 2);
    }
    segments_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_stay_apart),
        cmocka_unit_test(insertions_join_the_segment_before),
        cmocka_unit_test(an_insertion_may_come_first),
        cmocka_unit_test(the_list_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
