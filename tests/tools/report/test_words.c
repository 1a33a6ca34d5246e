/* The words of reports: numbers, sentences about changes, advice. */
#include "../../../tools/report/words.h"

#include <stdio.h>
#include <string.h>

#include "support/unit_test.h"

static void test_numbers_are_grouped(void **state) {
    (void)state;
    char text[NUMBER_MAX];
    assert_string_equal(grouped(0, text), "0");
    assert_string_equal(grouped(999, text), "999");
    assert_string_equal(grouped(1000, text), "1,000");
    assert_string_equal(grouped(1460144, text), "1,460,144");
    assert_string_equal(grouped(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void test_costs_are_rounded_to_tenths_of_a_byte(void **state) {
    (void)state;
    char text[NUMBER_MAX];
    int64_t byte = (int64_t)WHITTLE_COST_BYTE;
    assert_string_equal(cost_in_bytes(0, text), "0.0");
    assert_string_equal(cost_in_bytes(byte, text), "1.0");
    assert_string_equal(cost_in_bytes(byte * 12345 + byte / 4, text), "12,345.3");
    assert_string_equal(cost_in_bytes(byte / 100, text), "0.0");
    assert_string_equal(cost_in_bytes(-byte / 100, text), "0.0");
    assert_string_equal(cost_in_bytes(-2 * byte, text), "−2.0");
}

static void collect(void *context, const char *sentence) {
    char *all = context;
    size_t used = strlen(all);
    (void)snprintf(all + used, 4096 - used, "%s\n", sentence);
}

static void test_changes_without_names(void **state) {
    (void)state;
    whittle_report report = {
        .changes = {.moves = {{.distance = -4096, .bytes = 70000}, {.bytes = 1}},
                    .move_count = 2,
                    .other_moves = 1,
                    .other = {.bytes = 12},
                    .bytes = {[WHITTLE_ORIGIN_INSERTED] = 1, [WHITTLE_ORIGIN_PREDICTED] = 2500},
                    .cost = {[WHITTLE_ORIGIN_INSERTED] = WHITTLE_COST_BYTE,
                             [WHITTLE_ORIGIN_PREDICTED] = WHITTLE_COST_BYTE / 2},
                    .insertions = 1,
                    .dropped = 3}};
    char all[4096] = "";
    tell_changes(&report, collect, all);
    assert_string_equal(
        all, "70,000 copied bytes moved by −4,096.\n"
             "1 copied byte stayed in place.\n"
             "12 copied bytes moved by 1 other distance.\n"
             "1 byte is new, in 1 place; that takes 1.0 bytes of the patch.\n"
             "2,500 bytes changed only because what they refer to moved. They were predicted, "
             "which takes 0.5 bytes of the patch.\n"
             "3 bytes of the old image are no longer used.\n");
}

static void test_changes_with_names(void **state) {
    (void)state;
    const whittle_symbol one = {.size = 100, .name = "one"};
    const whittle_symbol two = {.size = 60, .name = "two"};
    const whittle_symbol cpp = {.size = 60, .name = "_ZN5Motor4stopEv"};
    const whittle_symbol *many[] = {&one, &two, &cpp, &two, &two, &two, &two};
    const whittle_symbol *single[] = {&two};
    whittle_resized resized[] = {{&one, 40}, {&cpp, 64}};
    whittle_symbol old_sections[] = {{.name = ".text", .size = 900},
                                     {.name = ".rodata", .size = 50, .offset = 900},
                                     {.name = ".gone", .size = 9, .offset = 950}};
    whittle_symbol new_sections[] = {{.name = ".text", .size = 2000},
                                     {.name = ".rodata", .size = 50, .offset = 2000},
                                     {.name = ".new", .size = 9, .offset = 2050}};
    const whittle_symbols old = {.sections = old_sections, .section_count = 3};
    const whittle_symbols new = {.sections = new_sections, .section_count = 3};
    const whittle_report_input input = {.old_symbols = &old, .new_symbols = &new};
    whittle_report report = {.input = &input,
                             .changes = {.by_symbols = true,
                                         .moves = {{24, 412, 1, 5000}, {0, 1, 0, 8}},
                                         .move_count = 2,
                                         .functions_same = 3,
                                         .functions_readdressed = 1200,
                                         .added = many,
                                         .added_count = 7,
                                         .removed = single,
                                         .removed_count = 1,
                                         .resized = resized,
                                         .resized_count = 2}};
    char all[4096] = "";
    tell_changes(&report, collect, all);
    assert_string_equal(
        all, "Of the functions in both versions, 3 are the same, 1,200 are the same but for "
             "addresses in them, and 0 really changed.\n"
             "Section .text changed its size by +1,100.\n"
             "Section .rodata moved by +1,100.\n"
             "412 functions and 1 object (5,000 bytes) moved by +24.\n"
             "1 function (8 bytes) stayed in place.\n"
             "7 functions or objects are new (460 bytes): one, two, Motor::stop(), two, two and 2 "
             "more.\n"
             "1 function or object is gone (60 bytes): two.\n"
             "2 functions or objects are of another size: one +60, Motor::stop() −4.\n");
}

/* Names may be of any length; a sentence is cut off, not overrun. */
static void test_long_names_do_no_harm(void **state) {
    (void)state;
    char name[3000];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    const whittle_symbol symbol = {.size = 100, .name = name};
    const whittle_symbol *many[] = {&symbol, &symbol, &symbol, &symbol, &symbol, &symbol};
    whittle_report report = {.changes = {.by_symbols = true, .added = many, .added_count = 6}};
    char all[4096] = "";
    tell_changes(&report, collect, all);
    assert_true(strlen(all) < 2 * SENTENCE_MAX);
    assert_non_null(strstr(all, "x…, x"));
}

static void test_every_finding_has_words_and_advice(void **state) {
    (void)state;
    const whittle_item item = {.size = 90};
    for (whittle_finding finding = 0; finding < WHITTLE_FINDING_COUNT; finding++) {
        whittle_place place = {.size = 100,
                               .cost = 600 * WHITTLE_COST_BIT,
                               .item = &item,
                               .finding = finding,
                               .text = "a text",
                               .old_size = 40};
        char text[SENTENCE_MAX];
        assert_true(strlen(finding_in_words(finding)) > 3);
        assert_true(strlen(place_advice(&place, text)) > 20);
        bool quotes = finding <= WHITTLE_FINDING_TEXT;
        assert_int_equal(strstr(text, "“a text”") != NULL, quotes);
    }
}

static void test_advice_counts_what_changed(void **state) {
    (void)state;
    char text[SENTENCE_MAX];
    const whittle_item item = {.kind = WHITTLE_SYMBOL_RANGE};
    whittle_place place = {.size = 1200, .item = &item, .finding = WHITTLE_FINDING_CHANGED};
    assert_string_equal(
        place_advice(&place, text),
        "All of it is as it was, or what moved addresses make of it. To say so takes "
        "something where much else changed.");
    place.bytes[WHITTLE_ORIGIN_CORRECTED] = 1;
    assert_string_equal(
        place_advice(&place, text),
        "1 byte of 1,200 is neither what it was nor what moved addresses make of it: "
        "constants, registers or offsets that changed.");
    place.bytes[WHITTLE_ORIGIN_CORRECTED] = 1100;
    assert_string_equal(place_advice(&place, text),
                        "1,100 bytes of 1,200 are neither what they were nor what moved addresses "
                        "make of them: constants, registers or offsets that changed.");
}

static void test_advice_about_addresses_says_what_was_measured(void **state) {
    (void)state;
    const whittle_moved section = {.section = ".rodata", .distance = 24};
    const whittle_moved stretch = {.distance = -4096};
    char text[SENTENCE_MAX];
    const kept_part first = {&section, 812, 1234};
    assert_string_equal(kept_advice(&first, text),
                        "It moved by +24. At the address that it had, 812 references would be the "
                        "same as before, and the patch 1,234 bytes smaller. An address of its own "
                        "in the linker script, with room before it for what grows, keeps it where "
                        "it is.");
    const kept_part second = {&stretch, 1, 2};
    assert_non_null(strstr(kept_advice(&second, text), "moved by −4,096. "));
    assert_non_null(strstr(text, " 1 reference would be "));
    assert_non_null(strstr(text, " If what begins here has "));
}

static void test_small_savings_do_not_pay(void **state) {
    (void)state;
    const whittle_trace trace = {.header = {.total_size = 2000}};
    const whittle_report_input input = {.trace = &trace};
    const whittle_report report = {.input = &input};
    static const int64_t savings[] = {-100, 0, 9, 10, 500};
    static const bool pays[] = {false, false, false, true, true};
    for (size_t i = 0; i < COUNT_OF(savings); i++) {
        const kept_part part = {.saving = savings[i]};
        assert_int_equal(kept_part_pays(&report, &part), pays[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_grouped),
        cmocka_unit_test(test_costs_are_rounded_to_tenths_of_a_byte),
        cmocka_unit_test(test_changes_without_names),
        cmocka_unit_test(test_changes_with_names),
        cmocka_unit_test(test_long_names_do_no_harm),
        cmocka_unit_test(test_every_finding_has_words_and_advice),
        cmocka_unit_test(test_advice_counts_what_changed),
        cmocka_unit_test(test_advice_about_addresses_says_what_was_measured),
        cmocka_unit_test(test_small_savings_do_not_pay),
    };
    return cmocka_run_group_tests_name("tools/report_words", tests, NULL, NULL);
}
