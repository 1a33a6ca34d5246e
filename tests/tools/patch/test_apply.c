/* whittle apply: the right image, or none at all with the reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/instrumentation.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

enum { APART = 7 /* are the cuts and flips that are tried where all is slower */ };

/* "old", "new", and a patch of each format: "patch" and "legacy". */
static void save_all(void) {
    save_images();
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--quiet", "--format=bsdiff40", "old", "new", "legacy", NULL);
}

/* The same with images of 600 bytes, for tests that go through every byte of the patches. */
static void save_all_small(void) {
    save_images();
    content image = load("old");
    save("old", image.data, 600);
    memcpy(image.data + 300, "inserted", 8);
    image.data[100] ^= 0x10;
    save("new", image.data, 620);
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--quiet", "--format=bsdiff40", "old", "new", "legacy", NULL);
    free(image.data);
}

/* ---- It works ---- */

static void test_both_formats_are_recognised(void **state) {
    (void)state;
    save_all();
    result of = whittle("apply", "old", "patch", "one", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "one: 20100 bytes, rebuilt and verified\n");
    result_free(&of);
    of = whittle("apply", "old", "legacy", "two", NULL);
    assert_succeeds(&of);
    assert_string_equal(
        (char *)of.out.data,
        "two: 20100 bytes, rebuilt (BSDIFF40 has no digests: compare it yourself)\n");
    result_free(&of);
    assert_same("one", "new");
    assert_same("two", "new");
}

static void test_results_as_json_or_not_at_all(void **state) {
    (void)state;
    save_all();
    result of = whittle("apply", "--json", "old", "patch", "n", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data,
                "d[\"target\"], d[\"format\"], d[\"target_size\"], d[\"verified\"]",
                "n whittle 20100 True");
    result_free(&of);
    of = whittle("apply", "--json", "old", "legacy", "n", NULL);
    assert_json((char *)of.out.data, "d[\"format\"], d[\"verified\"]", "bsdiff40 False");
    result_free(&of);
    of = whittle("apply", "--quiet", "old", "patch", "n", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "");
    result_free(&of);
}

static void test_a_self_contained_patch_needs_no_old_image(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("diff", "--full", "new", "full", NULL);
    whittle_succeeds("apply", "full", "one", NULL);
    whittle_succeeds("apply", "new", "full", "two", NULL);
    assert_same("one", "new");
    assert_same("two", "new");
}

/* ---- The wrong image ---- */

static void test_the_wrong_old_image_is_named(void **state) {
    (void)state;
    save_all();
    static const char wrong[] = "whittle: wrong: the patch is for another source image (use the "
                                "patch for the version that is here)";
    content old = load("old");
    old.data[old.size - 1] ^= 1;
    save("wrong", old.data, old.size);
    assert_fails(whittle("apply", "wrong", "patch", "out", NULL), 1, wrong);
    save("wrong", old.data, old.size - 1);
    assert_fails(whittle("apply", "wrong", "patch", "out", NULL), 1, wrong);
    save("wrong", "", 0);
    save("out", "before", 6);
    assert_fails(whittle("apply", "wrong", "patch", "out", NULL), 1, wrong);
    assert_holds("out", "before", 6);
    assert_folder_holds("legacy new old out patch wrong");
    free(old.data);
}

static void test_a_differential_patch_needs_an_old_image(void **state) {
    (void)state;
    save_all();
    assert_fails(whittle("apply", "patch", "out", NULL), 1,
                 "whittle: patch: the patch needs an old image (whittle apply OLD PATCH NEW)");
    assert_fails(whittle("apply", "legacy", "out", NULL), 1,
                 "whittle: legacy: the patch needs an old image (whittle apply OLD PATCH NEW)");
    assert_folder_holds("legacy new old patch");
}

static void test_an_image_is_no_patch(void **state) {
    (void)state;
    save_all();
    save("empty", "", 0);
    assert_fails(whittle("apply", "old", "new", "out", NULL), 1,
                 "whittle: new: this is not a patch (whittle diff makes one)");
    assert_fails(whittle("apply", "old", "empty", "out", NULL), 1,
                 "whittle: empty: this is not a patch (whittle diff makes one)");
    assert_folder_holds("empty legacy new old patch");
}

/* ---- Damaged patches ---- */

/* No command takes the patch "bad", and none leaves anything behind. */
static void assert_bad(const char *message) {
    char line[256];
    (void)snprintf(line, sizeof line, "whittle: bad: %s", message);
    assert_fails(whittle("apply", "old", "bad", "out", NULL), 1, line);
    assert_fails(whittle("info", "bad", NULL), 1, line);
    assert_fails(whittle("verify", "bad", NULL), 1, line);
    assert_fails(whittle("verify", "--old", "old", "bad", NULL), 1, line);
    assert_folder_holds("bad legacy new old patch");
}

static void test_a_patch_of_another_time(void **state) {
    (void)state;
    save_all();
    content patch = load("patch");
    patch.data[4]++;
    save("bad", patch.data, patch.size);
    assert_bad("the patch has a newer format version (update whittle, or make an older patch)");
    patch.data[4]--;
    patch.data[5] |= 0x80;
    save("bad", patch.data, patch.size);
    assert_bad("the patch uses a feature that this build does not know (update whittle)");
    free(patch.data);
}

static void test_bytes_after_the_end(void **state) {
    (void)state;
    save_all();
    content patch = load("patch");
    patch.data[patch.size] = 0;
    save("bad", patch.data, patch.size + 1);
    assert_bad("bytes follow the end of the patch (transfer it again)");
    free(patch.data);
}

static void test_bytes_after_the_end_of_bsdiff40(void **state) {
    (void)state;
    save_all();
    content patch = load("legacy");
    patch.data[patch.size] = 0;
    save("bad", patch.data, patch.size + 1);
    assert_fails(whittle("apply", "old", "bad", "out", NULL), 1,
                 "whittle: bad: bytes follow the end of the patch (transfer it again)");
    assert_fails(whittle("verify", "bad", NULL), 1,
                 "whittle: bad: bytes follow the end of the patch (transfer it again)");
    assert_folder_holds("bad legacy new old patch");
    free(patch.data);
}

static void test_a_patch_cut_at_any_byte(void **state) {
    (void)state;
    save_all_small();
    content patch = load("patch");
    for (size_t size = 1; size < patch.size; size += cases_apart(APART)) {
        save("bad", patch.data, size);
        assert_fails(whittle("apply", "old", "bad", "out", NULL), 1,
                     "whittle: bad: the patch is cut short (transfer it again)");
    }
    assert_bad("the patch is cut short (transfer it again)");
    free(patch.data);
}

/* A failure like any other: status 1, one line about that file, nothing on stdout, no signal. */
static void assert_clean_failure(result *of) {
    const char *line = (const char *)of->err.data;
    assert_int_equal(of->signal, 0);
    assert_int_equal(of->status, 1);
    assert_memory_equal(line, "whittle: bad: ", 14);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_string_equal((char *)of->out.data, "");
}

static void test_any_byte_of_a_patch_flipped(void **state) {
    (void)state;
    save_all_small();
    content patch = load("patch");
    for (size_t i = 0; i < patch.size; i += cases_apart(APART)) {
        for (unsigned flip = 1; flip <= 0x80; flip <<= 7) {
            patch.data[i] ^= (uint8_t)flip;
            save("bad", patch.data, patch.size);
            result of = whittle("apply", "old", "bad", "out", NULL);
            assert_clean_failure(&of);
            result_free(&of);
            patch.data[i] ^= (uint8_t)flip;
        }
    }
    assert_folder_holds("bad legacy new old patch");
    free(patch.data);
}

static void test_a_bsdiff40_patch_cut_at_any_byte(void **state) {
    (void)state;
    save_all_small();
    content patch = load("legacy");
    for (size_t size = 1; size < patch.size; size += cases_apart(APART)) {
        save("bad", patch.data, size);
        result of = whittle("apply", "old", "bad", "out", NULL);
        assert_clean_failure(&of);
        result_free(&of);
    }
    assert_folder_holds("bad legacy new old patch");
    free(patch.data);
}

/* The format has no digests, but bzip2 has checksums: a flip is seen, or does not matter, as in the
 * padding at the end of a stream or in a level that is higher than needed. */
static void test_any_byte_of_a_bsdiff40_patch_flipped(void **state) {
    (void)state;
    save_all_small();
    content patch = load("legacy");
    size_t tried = 0;
    size_t refused = 0;
    for (size_t i = 0; i < patch.size; i += cases_apart(APART)) {
        for (unsigned flip = 1; flip <= 0x80; flip <<= 7) {
            patch.data[i] ^= (uint8_t)flip;
            save("bad", patch.data, patch.size);
            result of = whittle("apply", "--quiet", "old", "bad", "out", NULL);
            if (of.status == 0) {
                assert_succeeds(&of);
                assert_same("out", "new");
                assert_int_equal(remove("out"), 0);
            } else {
                assert_clean_failure(&of);
                refused++;
            }
            result_free(&of);
            patch.data[i] ^= (uint8_t)flip;
            tried++;
        }
    }
    assert_true(refused + 20 > tried);
    assert_folder_holds("bad legacy new old patch");
    free(patch.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_both_formats_are_recognised),
        IN_FOLDER(test_results_as_json_or_not_at_all),
        IN_FOLDER(test_a_self_contained_patch_needs_no_old_image),
        IN_FOLDER(test_the_wrong_old_image_is_named),
        IN_FOLDER(test_a_differential_patch_needs_an_old_image),
        IN_FOLDER(test_an_image_is_no_patch),
        IN_FOLDER(test_a_patch_of_another_time),
        IN_FOLDER(test_bytes_after_the_end),
        IN_FOLDER(test_bytes_after_the_end_of_bsdiff40),
        IN_FOLDER(test_a_patch_cut_at_any_byte),
        IN_FOLDER(test_any_byte_of_a_patch_flipped),
        IN_FOLDER(test_a_bsdiff40_patch_cut_at_any_byte),
        IN_FOLDER(test_any_byte_of_a_bsdiff40_patch_flipped),
    };
    return cmocka_run_group_tests_name("tools/apply", tests, NULL, NULL);
}
