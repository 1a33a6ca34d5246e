/* Reports of traces that are made by hand: every byte is counted once, changes are what they are,
 * and places show what is there. */
#include "whittle/report.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit_test.h"

enum { SIZE = 4096, SYMBOL_MAX = 8, SEGMENT_MAX = 8 };

/* A trace and symbols to be filled in. At first the image is a copy of the old one. */
typedef struct setting {
    uint8_t source[SIZE];
    uint8_t target[SIZE];
    uint8_t origins[SIZE];
    uint64_t costs[SIZE];
    whittle_traced_segment segments[SEGMENT_MAX];
    whittle_trace trace;
    whittle_symbol old_list[SYMBOL_MAX];
    whittle_symbol new_list[SYMBOL_MAX];
    whittle_symbol section;
    whittle_symbols old_symbols;
    whittle_symbols new_symbols;
    whittle_report_input input;
    whittle_report report;
} setting;

static void set_up(setting *of) {
    memset(of, 0, sizeof *of);
    of->segments[0] = (whittle_traced_segment){.size = SIZE, .copied = true};
    of->trace = (whittle_trace){.header = {.target_size = SIZE, .total_size = 100},
                                .target = of->target,
                                .origins = of->origins,
                                .costs = of->costs,
                                .segments = of->segments,
                                .segment_count = 1};
    of->old_symbols = (whittle_symbols){.list = of->old_list, .sections = &of->section};
    of->new_symbols = (whittle_symbols){.list = of->new_list, .sections = &of->section};
    of->input =
        (whittle_report_input){.trace = &of->trace, .source = of->source, .source_size = SIZE};
}

static void spell(setting *of, uint32_t offset, uint32_t size, whittle_origin origin,
                  uint64_t bits) {
    for (uint32_t i = 0; i < size; i++) {
        of->origins[offset + i] = (uint8_t)origin;
        of->costs[offset + i] = bits * WHITTLE_COST_BIT;
    }
}

static void write_text(setting *of, uint32_t offset, const char *text) {
    memcpy(of->target + offset, text, strlen(text));
    spell(of, offset, (uint32_t)strlen(text), WHITTLE_ORIGIN_CORRECTED, 8);
}

static void add(whittle_symbols *symbols, const char *name, const char *unit, uint32_t offset,
                uint32_t size) {
    symbols->list[symbols->count++] =
        (whittle_symbol){offset, size, WHITTLE_SYMBOL_FUNCTION, name, ".text", unit};
}

static void use_symbols(setting *of) {
    of->input.old_symbols = &of->old_symbols;
    of->input.new_symbols = &of->new_symbols;
}

static void make(setting *of) {
    assert_int_equal(whittle_report_make(&of->input, &of->report), WHITTLE_OK);
}

static const whittle_place *only_place(const setting *of) {
    assert_int_equal(of->report.place_count, 1);
    return &of->report.places[0];
}

/* ---- Items ---- */

static void check_items(const setting *of) {
    uint32_t size = 0;
    uint64_t cost = 0;
    uint64_t wanted = 0;
    for (size_t i = 0; i < of->report.item_count; i++) {
        const whittle_item *item = &of->report.items[i];
        uint32_t bytes = 0;
        for (unsigned origin = 0; origin < WHITTLE_ORIGIN_COUNT; origin++) {
            bytes += item->bytes[origin];
        }
        assert_int_equal(bytes, item->size);
        assert_true(item->size > 0);
        size += item->size;
        cost += item->cost;
    }
    for (uint32_t i = 0; i < SIZE; i++) {
        wanted += of->costs[i];
        assert_true(of->report.owners[i] < of->report.item_count);
    }
    assert_int_equal(size, SIZE);
    assert_int_equal(cost, wanted);
}

static void test_without_names_items_are_ranges(void **state) {
    setting *of = *state;
    spell(of, 1000, 100, WHITTLE_ORIGIN_INSERTED, 5);
    make(of);
    check_items(of);
    assert_int_equal(of->report.item_count, SIZE / 256);
    assert_int_equal(of->report.items[0].kind, WHITTLE_SYMBOL_RANGE);
    assert_int_equal(of->report.items[3].bytes[WHITTLE_ORIGIN_INSERTED], 24);
    assert_int_equal(of->report.items[4].bytes[WHITTLE_ORIGIN_INSERTED], 76);
}

static void test_every_byte_belongs_to_a_symbol_a_section_or_a_range(void **state) {
    setting *of = *state;
    add(&of->new_symbols, "one", NULL, 100, 50);
    add(&of->new_symbols, "two", NULL, 150, 50);
    of->section = (whittle_symbol){80, 200, WHITTLE_SYMBOL_SECTION, ".text", ".text", NULL};
    of->new_symbols.section_count = 1;
    of->input.new_symbols = &of->new_symbols;
    spell(of, 140, 20, WHITTLE_ORIGIN_CORRECTED, 9);
    make(of);
    check_items(of);
    const whittle_item *items = of->report.items;
    assert_string_equal(items[0].name, "one");
    assert_int_equal(items[0].size, 50);
    assert_int_equal(items[0].bytes[WHITTLE_ORIGIN_CORRECTED], 10);
    assert_int_equal(items[1].cost, 90 * WHITTLE_COST_BIT);
    assert_int_equal(items[2].kind, WHITTLE_SYMBOL_SECTION);
    assert_int_equal(items[2].size, 100);
    assert_int_equal(items[2].offset, 80);
    assert_int_equal(items[of->report.owners[199]].offset, 150);
    assert_int_equal(items[of->report.owners[200]].kind, WHITTLE_SYMBOL_SECTION);
    assert_int_equal(items[of->report.owners[300]].kind, WHITTLE_SYMBOL_RANGE);
}

/* ---- Changes ---- */

static void test_without_names_moves_are_those_of_copies(void **state) {
    setting *of = *state;
    of->segments[0] = (whittle_traced_segment){.size = 1000, .copied = true};
    of->segments[1] = (whittle_traced_segment){.target = 1000, .size = 24};
    of->segments[2] =
        (whittle_traced_segment){.target = 1024, .size = 3072, .source = 1000, .copied = true};
    of->trace.segment_count = 3;
    spell(of, 1000, 24, WHITTLE_ORIGIN_INSERTED, 4);
    make(of);
    const whittle_changes *changes = &of->report.changes;
    assert_false(changes->by_symbols);
    assert_int_equal(changes->move_count, 2);
    assert_int_equal(changes->moves[0].distance, 24);
    assert_int_equal(changes->moves[0].bytes, 3072);
    assert_int_equal(changes->moves[1].distance, 0);
    assert_int_equal(changes->insertions, 1);
    assert_int_equal(changes->copies, 2);
    assert_int_equal(changes->bytes[WHITTLE_ORIGIN_INSERTED], 24);
    assert_int_equal(changes->cost[WHITTLE_ORIGIN_INSERTED], 96 * WHITTLE_COST_BIT);
    assert_int_equal(changes->dropped, 24);
}

static void test_functions_are_new_gone_moved_resized_or_changed(void **state) {
    setting *of = *state;
    add(&of->old_symbols, "same", NULL, 0, 40);
    add(&of->old_symbols, "gone", NULL, 40, 24);
    add(&of->old_symbols, "changed", NULL, 64, 40);
    add(&of->old_symbols, "readdressed", NULL, 104, 40);
    add(&of->old_symbols, "grown", NULL, 144, 40);
    add(&of->new_symbols, "same", NULL, 0, 40);
    add(&of->new_symbols, "changed", NULL, 40, 40);
    add(&of->new_symbols, "readdressed", NULL, 80, 40);
    add(&of->new_symbols, "grown", NULL, 120, 60);
    add(&of->new_symbols, "new", NULL, 180, 10);
    of->target[50] = 1;
    spell(of, 50, 1, WHITTLE_ORIGIN_CORRECTED, 9);
    of->target[90] = 1;
    spell(of, 90, 1, WHITTLE_ORIGIN_PREDICTED, 0);
    use_symbols(of);
    make(of);
    const whittle_changes *changes = &of->report.changes;
    assert_true(changes->by_symbols);
    assert_int_equal(changes->moves[0].distance, -24);
    assert_int_equal(changes->moves[0].functions, 3);
    assert_int_equal(changes->moves[1].distance, 0);
    assert_int_equal(changes->added_count, 1);
    assert_string_equal(changes->added[0]->name, "new");
    assert_int_equal(changes->removed_count, 1);
    assert_string_equal(changes->removed[0]->name, "gone");
    assert_int_equal(changes->resized_count, 1);
    assert_int_equal(changes->resized[0].old_size, 40);
    assert_int_equal(changes->functions_same, 1);
    assert_int_equal(changes->functions_readdressed, 1);
    assert_int_equal(changes->functions_changed, 2);
}

static void test_static_functions_are_told_apart_by_their_files(void **state) {
    setting *of = *state;
    add(&of->old_symbols, "start", "b.c", 0, 40);
    add(&of->old_symbols, "moved", "old.c", 40, 40);
    add(&of->new_symbols, "start", "a.c", 0, 20);
    add(&of->new_symbols, "start", "b.c", 20, 40);
    add(&of->new_symbols, "moved", "new.c", 60, 40);
    use_symbols(of);
    make(of);
    const whittle_changes *changes = &of->report.changes;
    assert_int_equal(changes->added_count, 1);
    assert_ptr_equal(changes->added[0], &of->new_list[0]);
    assert_int_equal(changes->removed_count, 0);
    assert_ptr_equal(of->report.pairs[1], &of->old_list[0]);
    assert_ptr_equal(of->report.pairs[2], &of->old_list[1]);
    assert_int_equal(changes->resized_count, 0);
}

/* ---- Moved parts ---- */

/* 1000 bytes stay, 24 are new, and the rest moves. */
static void push_along(setting *of) {
    of->segments[0] = (whittle_traced_segment){.size = 1000, .copied = true};
    of->segments[1] = (whittle_traced_segment){.target = 1000, .size = 24};
    of->segments[2] =
        (whittle_traced_segment){.target = 1024, .size = 3072, .source = 1000, .copied = true};
    of->trace.segment_count = 3;
}

static void assert_moved(const setting *of, size_t index, const whittle_moved *wanted) {
    assert_true(index < of->report.moved_count);
    const whittle_moved *moved = &of->report.moved[index];
    assert_int_equal(moved->offset, wanted->offset);
    assert_int_equal(moved->size, wanted->size);
    assert_int_equal(moved->distance, wanted->distance);
    assert_true((moved->section == NULL) == (wanted->section == NULL));
}

static void test_without_sections_moved_parts_are_stretches(void **state) {
    setting *of = *state;
    push_along(of);
    make(of);
    assert_int_equal(of->report.moved_count, 1);
    assert_moved(of, 0, &(whittle_moved){.offset = 1024, .size = 3072, .distance = 24});
}

static void test_small_pieces_do_not_end_a_stretch_and_are_none(void **state) {
    setting *of = *state;
    push_along(of);
    of->segments[2].size = 500;
    of->segments[3] =
        (whittle_traced_segment){.target = 1524, .size = 40, .source = 10, .copied = true};
    of->segments[4] =
        (whittle_traced_segment){.target = 1564, .size = 1000, .source = 1540, .copied = true};
    of->segments[5] = /* too large to be passed over, too small to count */
        (whittle_traced_segment){.target = 2564, .size = 1000, .source = 10, .copied = true};
    of->segments[6] =
        (whittle_traced_segment){.target = 3564, .size = 532, .source = 3540, .copied = true};
    of->trace.segment_count = 7;
    make(of);
    assert_int_equal(of->report.moved_count, 1);
    assert_moved(of, 0, &(whittle_moved){.offset = 1024, .size = 1540, .distance = 24});
}

static void test_moved_sections_are_told_if_they_are_mostly_the_same(void **state) {
    setting *of = *state;
    whittle_symbol old_sections[] = {
        {.name = ".text", .size = 1000},
        {.name = ".rodata", .offset = 1000, .size = 500},
        {.name = ".new", .offset = 1500, .size = 100},
        {.name = ".data", .offset = 1600, .size = 2000},
    };
    whittle_symbol new_sections[] = {
        {.name = ".text", .size = 1024},
        {.name = ".rodata", .offset = 1024, .size = 500},
        {.name = ".data", .offset = 1624, .size = 2000},
        {.name = ".new", .offset = 3624, .size = 400}, /* a quarter of it is a copy */
    };
    push_along(of);
    of->segments[2].size = 2600;
    of->segments[3] =
        (whittle_traced_segment){.target = 3624, .size = 100, .source = 1500, .copied = true};
    of->segments[4] = (whittle_traced_segment){.target = 3724, .size = 372};
    of->trace.segment_count = 5;
    of->old_symbols.sections = old_sections;
    of->new_symbols.sections = new_sections;
    of->old_symbols.section_count = of->new_symbols.section_count = 4;
    use_symbols(of);
    make(of);
    assert_int_equal(of->report.moved_count, 2); /* the largest first */
    assert_moved(of, 0, &(whittle_moved){".data", 1624, 2000, 24});
    assert_moved(of, 1, &(whittle_moved){".rodata", 1024, 500, 24});
    assert_string_equal(of->report.moved[0].section, ".data");
}

static void test_what_stayed_is_no_moved_part(void **state) {
    setting *of = *state;
    make(of);
    assert_int_equal(of->report.moved_count, 0);
}

/* ---- Places ---- */

static void test_costly_bytes_close_together_are_one_place(void **state) {
    setting *of = *state;
    spell(of, 100, 10, WHITTLE_ORIGIN_CORRECTED, 9);
    spell(of, 120, 10, WHITTLE_ORIGIN_CORRECTED, 9);
    spell(of, 2000, 30, WHITTLE_ORIGIN_INSERTED, 9);
    make(of);
    assert_int_equal(of->report.place_count, 2);
    assert_int_equal(of->report.places[0].offset, 2000);
    assert_int_equal(of->report.places[0].cost, 270 * WHITTLE_COST_BIT);
    assert_int_equal(of->report.places[0].finding, WHITTLE_FINDING_INSERTED);
    assert_int_equal(of->report.places[1].offset, 100);
    assert_int_equal(of->report.places[1].size, 30);
    assert_int_equal(of->report.places[1].finding, WHITTLE_FINDING_CHANGED);
}

static void test_only_the_costliest_places_are_kept(void **state) {
    setting *of = *state;
    for (uint32_t i = 0; i < 30; i++) {
        spell(of, 100 + i * 100, 1 + i * 7 % 30, WHITTLE_ORIGIN_CORRECTED, 9);
    }
    make(of);
    assert_int_equal(of->report.place_count, WHITTLE_PLACE_MAX);
    for (unsigned i = 0; i < WHITTLE_PLACE_MAX; i++) {
        assert_int_equal(of->report.places[i].size, 30 - i);
    }
}

static void test_dates_and_versions_are_found(void **state) {
    setting *of = *state;
    static const struct {
        const char *text;
        whittle_finding finding;
    } cases[] = {
        {"Jan  7 2026", WHITTLE_FINDING_DATE},
        {"built at 12:34:56", WHITTLE_FINDING_DATE},
        {"2026-01-07T00:00Z", WHITTLE_FINDING_DATE},
        {"firmware 1.20.1", WHITTLE_FINDING_VERSION},
        {"app-v2.1-beta", WHITTLE_FINDING_VERSION},
        {"1.9-gdeadbee", WHITTLE_FINDING_VERSION},
        {"Open, 1o11-99ef859", WHITTLE_FINDING_VERSION},
        {"/home/me/project/main.c", WHITTLE_FINDING_PATH},
        {"/dev/null", WHITTLE_FINDING_TEXT},
        {"https://a.b/c/d", WHITTLE_FINDING_TEXT},
        {"a-deadbeef", WHITTLE_FINDING_TEXT},
        {"host 10.0.0.138", WHITTLE_FINDING_TEXT},
        {"factor 2.5", WHITTLE_FINDING_TEXT},
        {"V12.34", WHITTLE_FINDING_VERSION},
        {"12.34.56b", WHITTLE_FINDING_VERSION},
        {"press any key", WHITTLE_FINDING_TEXT},
        {"Janus 2026", WHITTLE_FINDING_TEXT},
        {"ratio 12:34", WHITTLE_FINDING_TEXT},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        set_up(of);
        write_text(of, 500, cases[i].text);
        make(of);
        const whittle_place *place = only_place(of);
        assert_int_equal(place->finding, cases[i].finding);
        assert_string_equal(place->text, cases[i].text);
        whittle_report_free(&of->report);
    }
}

static void test_random_bytes_are_dense_and_code_is_not(void **state) {
    setting *of = *state;
    uint32_t random = 1;
    for (uint32_t i = 0; i < 1000; i++) {
        random = random * 1664525 + 1013904223;
        of->target[1000 + i] = (uint8_t)(random >> 24);
    }
    spell(of, 1000, 1000, WHITTLE_ORIGIN_INSERTED, 8);
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_DENSE);
    whittle_report_free(&of->report);
    spell(of, 1000, 1000, WHITTLE_ORIGIN_INSERTED, 6); /* cheaper than random bytes can be */
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_INSERTED);
    whittle_report_free(&of->report);
    memset(of->target + 1000, 7, 500); /* dear, but with a pattern */
    spell(of, 1000, 1000, WHITTLE_ORIGIN_INSERTED, 8);
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_INSERTED);
}

static void put_word(uint8_t *at, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(word >> 8 * i);
    }
}

static void test_a_table_of_addresses_is_found(void **state) {
    setting *of = *state;
    for (uint32_t i = 0; i < 8; i++) {
        put_word(of->source + 800 + 4 * i, 0x20001000 + 64 * i);
        put_word(of->target + 800 + 4 * i, 0x20001000 + 64 * i + 16 * (i % 3 + 1));
        spell(of, 800 + 4 * i, 2, WHITTLE_ORIGIN_CORRECTED, 9);
    }
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_POINTERS);
    assert_int_equal(only_place(of)->words, 8);
    assert_int_equal(only_place(of)->example >> 24, 0x20);
    whittle_report_free(&of->report);
    for (uint32_t i = 0; i < 8; i++) { /* small numbers, as they are in tables of sizes */
        put_word(of->source + 800 + 4 * i, 64 * i);
        put_word(of->target + 800 + 4 * i, 64 * i + 16 * (i % 3 + 1));
    }
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_CHANGED);
}

static void test_new_and_grown_functions_are_told(void **state) {
    setting *of = *state;
    add(&of->old_symbols, "grown", NULL, 1000, 40);
    add(&of->new_symbols, "grown", NULL, 1000, 90);
    add(&of->new_symbols, "new", NULL, 1090, 60);
    spell(of, 1040, 110, WHITTLE_ORIGIN_INSERTED, 6);
    use_symbols(of);
    make(of);
    assert_int_equal(of->report.place_count, 2); /* no place is part of two functions */
    assert_int_equal(of->report.places[0].finding, WHITTLE_FINDING_NEW);
    assert_string_equal(of->report.places[0].item->name, "new");
    assert_int_equal(of->report.places[1].finding, WHITTLE_FINDING_GREW);
    assert_int_equal(of->report.places[1].old_size, 40);
}

static void test_small_pieces_in_a_new_order_are_told(void **state) {
    setting *of = *state;
    for (uint32_t i = 0; i < 4; i++) {
        of->segments[i] = (whittle_traced_segment){
            .target = 1000 * i, .size = i < 3 ? 1000 : 1096, .copied = true};
    }
    of->segments[1] = (whittle_traced_segment){.target = 1000, .size = 10, .copied = true};
    of->segments[2] = (whittle_traced_segment){.target = 1010, .size = 10, .copied = true};
    of->segments[3] = (whittle_traced_segment){.target = 1020, .size = 3076, .copied = true};
    of->trace.segment_count = 4;
    for (unsigned i = 1; i < 4; i++) {
        of->segments[i].placing = 24 * WHITTLE_COST_BIT;
        of->costs[of->segments[i].target] = 24 * WHITTLE_COST_BIT;
    }
    make(of);
    assert_int_equal(only_place(of)->finding, WHITTLE_FINDING_ORDER);
    assert_int_equal(only_place(of)->pieces, 3);
    assert_int_equal(only_place(of)->placing, 72 * WHITTLE_COST_BIT);
}

/* ---- */

static int make_setting(void **state) {
    *state = malloc(sizeof(setting));
    assert_non_null(*state);
    set_up(*state);
    return 0;
}

static int free_setting(void **state) {
    setting *of = *state;
    whittle_report_free(&of->report);
    free(of);
    return 0;
}

#define WITH_SETTING(test) cmocka_unit_test_setup_teardown(test, make_setting, free_setting)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SETTING(test_without_names_items_are_ranges),
        WITH_SETTING(test_every_byte_belongs_to_a_symbol_a_section_or_a_range),
        WITH_SETTING(test_without_names_moves_are_those_of_copies),
        WITH_SETTING(test_functions_are_new_gone_moved_resized_or_changed),
        WITH_SETTING(test_static_functions_are_told_apart_by_their_files),
        WITH_SETTING(test_without_sections_moved_parts_are_stretches),
        WITH_SETTING(test_small_pieces_do_not_end_a_stretch_and_are_none),
        WITH_SETTING(test_moved_sections_are_told_if_they_are_mostly_the_same),
        WITH_SETTING(test_what_stayed_is_no_moved_part),
        WITH_SETTING(test_costly_bytes_close_together_are_one_place),
        WITH_SETTING(test_only_the_costliest_places_are_kept),
        WITH_SETTING(test_dates_and_versions_are_found),
        WITH_SETTING(test_random_bytes_are_dense_and_code_is_not),
        WITH_SETTING(test_a_table_of_addresses_is_found),
        WITH_SETTING(test_new_and_grown_functions_are_told),
        WITH_SETTING(test_small_pieces_in_a_new_order_are_told),
    };
    return cmocka_run_group_tests_name("report/report", tests, NULL, NULL);
}
