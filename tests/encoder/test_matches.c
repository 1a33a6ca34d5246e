/* Longest matches against a search of every place. */
#include "encoder/matches.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

static size_t common_prefix(const uint8_t *left, size_t left_size, const uint8_t *right,
                            size_t right_size) {
    size_t same = 0;
    while (same < left_size && same < right_size && left[same] == right[same]) {
        same++;
    }
    return same;
}

static size_t plain_longest(const image *source, const uint8_t *wanted, size_t size) {
    size_t longest = 0;
    for (size_t at = 0; at < source->size; at++) {
        size_t same = common_prefix(source->data + at, source->size - at, wanted, size);
        longest = same > longest ? same : longest;
    }
    return longest;
}

/* As long as the longest there is, and really there. */
static void expect_longest(const match_index *index, const image *source, const uint8_t *wanted,
                           size_t size) {
    uint32_t offset = UINT32_MAX;
    size_t length = match_index_longest(index, wanted, size, &offset);
    assert_int_equal(length, plain_longest(source, wanted, size));
    assert_true(length <= size);
    assert_true(offset <= source->size && length <= source->size - offset);
    assert_true(length == 0 || !memcmp(source->data + offset, wanted, length));
}

/* Bytes of a small alphabet, so that matches are many and long. */
static image letters(generator *random, size_t size, uint32_t alphabet) {
    image made = image_of_value(0, size);
    for (size_t i = 0; i < size; i++) {
        made.data[i] = (uint8_t)generate_below(random, alphabet);
    }
    return made;
}

static void matches_are_the_longest(void **state) {
    (void)state;
    static const uint32_t alphabets[] = {1, 2, 3, 10, 256};
    generator random = generator_start(160);
    for (unsigned round = 0; round < 200; round++) {
        uint32_t alphabet = alphabets[round % COUNT_OF(alphabets)];
        image source = letters(&random, generate_below(&random, 400), alphabet);
        image wanted = letters(&random, generate_below(&random, 60), alphabet);
        match_index index;
        assert_int_equal(match_index_build(&index, source.data, source.size), WHITTLE_OK);
        for (size_t at = 0; at <= wanted.size; at++) {
            expect_longest(&index, &source, wanted.data + at, wanted.size - at);
        }
        match_index_free(&index);
        image_free(&source);
        image_free(&wanted);
    }
}

static void every_piece_of_the_source_is_found_whole(void **state) {
    (void)state;
    generator random = generator_start(161);
    image source = letters(&random, 5000, 4);
    match_index index;
    assert_int_equal(match_index_build(&index, source.data, source.size), WHITTLE_OK);
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t offset;
        size_t at = generate_below(&random, (uint32_t)source.size);
        size_t size = generate_below(&random, (uint32_t)(source.size - at) + 1);
        assert_int_equal(match_index_longest(&index, source.data + at, size, &offset), size);
        assert_memory_equal(source.data + offset, source.data + at, size);
    }
    match_index_free(&index);
    image_free(&source);
}

static void an_empty_source_matches_nothing(void **state) {
    (void)state;
    match_index index;
    uint32_t offset = 5;
    assert_int_equal(match_index_build(&index, NULL, 0), WHITTLE_OK);
    assert_int_equal(match_index_longest(&index, (const uint8_t *)"abc", 3, &offset), 0);
    match_index_free(&index);
    match_index_free(&index); /* once more does no harm */
}

/* The bisection compares each byte of a long common prefix few times: else this would take hours.
 */
static void long_repetitions_are_fast(void **state) {
    (void)state;
    image source = image_of_value('a', 400000);
    image wanted = image_of_value('a', 400000);
    match_index index;
    uint32_t offset;
    wanted.data[wanted.size - 1] = 'b';
    assert_int_equal(match_index_build(&index, source.data, source.size), WHITTLE_OK);
    for (size_t at = 0; at < wanted.size; at += 4000) {
        size_t size = wanted.size - at;
        assert_int_equal(match_index_longest(&index, wanted.data + at, size, &offset), size - 1);
    }
    match_index_free(&index);
    image_free(&source);
    image_free(&wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_are_the_longest),
        cmocka_unit_test(every_piece_of_the_source_is_found_whole),
        cmocka_unit_test(an_empty_source_matches_nothing),
        cmocka_unit_test(long_repetitions_are_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
