/* whittle batch --shard and --merge: the parts make what one call makes, and a merge takes nothing
 * on trust that a manifest says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/batch_release.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

static void make_shards(unsigned count, const char *out) {
    for (unsigned i = 1; i <= count; i++) {
        char shard[32];
        (void)snprintf(shard, sizeof shard, "--shard=%u/%u", i, count);
        whittle_succeeds("batch", shard, "olds", "new", out, NULL);
    }
}

static void test_shards_make_what_one_call_makes(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "olds", "new", "whole", NULL);
    for (unsigned count = 1; count <= 5; count++) {
        char out[32];
        char manifest[64];
        (void)snprintf(out, sizeof out, "out%u", count);
        (void)snprintf(manifest, sizeof manifest, "%s/manifest.json", out);
        make_shards(count, out);
        assert_false(exists(manifest));
        whittle_succeeds("batch", "--merge", out, NULL);
        assert_same(manifest, "whole/manifest.json");
    }
}

/* Each part is written, read and written once more. */
static void test_names_that_are_no_text_come_through(void **state) {
    (void)state;
    save_release();
    assert_int_equal(rename("olds/1.1.bin", "olds/caf\xE9 100%.bin"), 0);
    whittle_succeeds("batch", "olds", "new", "whole", NULL);
    make_shards(2, "out");
    whittle_succeeds("batch", "--merge", "out", NULL);
    assert_same("out/manifest.json", "whole/manifest.json");
}

static void test_a_shard_does_only_its_part(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--shard=2/2", "olds", "new", "out", NULL);
    assert_false(exists("out/1.0.bin.patch"));
    assert_true(exists("out/1.1.bin.patch"));
    assert_true(exists("out/manifest.2-of-2.json"));
}

static void test_the_merge_tells_what_it_did(void **state) {
    (void)state;
    save_release();
    make_shards(2, "out");
    result of = whittle("batch", "--merge", "out", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data,
                        "out/manifest.json: 3 versions of 2 shards, all files as listed\n");
    result_free(&of);
    of = whittle("batch", "--merge", "--json", "out", NULL);
    assert_json((char *)of.out.data, "d[\"manifest\"], d[\"shards\"], d[\"versions\"]",
                "out/manifest.json 2 3");
    result_free(&of);
}

static void test_parts_that_are_missing_or_foreign_are_refused(void **state) {
    (void)state;
    save_release();
    assert_int_equal(mkdir("out", 0755), 0);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out: no manifest of a shard is in it (make them: --shard)");
    make_shards(2, "out");
    save("kept", "", 0);
    assert_int_equal(rename("out/manifest.2-of-2.json", "kept"), 0);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/manifest.2-of-2.json: it is missing (run its shard again)");
    save("out/manifest.2-of-2.json", "{\"manifest\": ", 13);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/manifest.2-of-2.json: it is damaged (run this shard again)");
    save("out/manifest.2-of-2.json", "{}", 2);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/manifest.2-of-2.json: it is for another new image, or made with "
                 "other options, than the part of shard 1 (run both again)");
    content first = load("out/manifest.1-of-2.json");
    save("out/manifest.2-of-2.json", first.data, first.size);
    free(first.data);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/manifest.2-of-2.json: it is damaged (run this shard again)");
    assert_int_equal(rename("kept", "out/manifest.2-of-2.json"), 0);
    save("out/manifest.3-of-3.json", "{}", 2);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out: it holds manifests of different numbers of shards (remove those "
                 "that do not belong here)");
    assert_int_equal(unlink("out/manifest.3-of-3.json"), 0);
    assert_false(exists("out/manifest.json"));
    whittle_succeeds("batch", "--merge", "out", NULL);
}

static void test_shards_must_have_seen_the_same(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--shard=1/2", "olds", "new", "out", NULL);
    save("olds/1.2.bin", "more", 4);
    whittle_succeeds("batch", "--shard=2/2", "olds", "new", "out", NULL);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/manifest.2-of-2.json: this shard saw other old images than shard 1 "
                 "(run both again)");
    make_shards(2, "out");
    whittle_succeeds("batch", "--merge", "out", NULL);
}

static void test_files_must_be_as_listed(void **state) {
    (void)state;
    save_release();
    make_shards(2, "out");
    content patch = load("out/1.1.bin.patch");
    patch.data[40] ^= 1;
    save("out/1.1.bin.patch", patch.data, patch.size);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/1.1.bin.patch: it is not the file that the manifest lists (run its "
                 "shard again)");
    patch.data[40] ^= 1;
    save("out/1.1.bin.patch", patch.data, patch.size);
    free(patch.data);
    assert_int_equal(unlink("out/new.full"), 0);
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/new.full: it is missing (run its shard again)");
    assert_false(exists("out/manifest.json"));
}

/* Writes another url into the one manifest in "out", in the place of the first patch. */
static void list_instead(const char *url) {
    static const char listed[] = "1.0.bin.patch";
    content part = load("out/manifest.1-of-1.json");
    char *place = strstr((char *)part.data, listed);
    assert_non_null(place);
    assert_int_equal(strlen(url), strlen(listed));
    memcpy(place, url, strlen(url));
    save("out/manifest.1-of-1.json", part.data, part.size);
    free(part.data);
}

/* A manifest is data from elsewhere: it must not make the tool read other files. */
static void test_a_manifest_cannot_name_files_elsewhere(void **state) {
    (void)state;
    save_release();
    make_shards(1, "out");
    list_instead("..%2Folds%2F1");
    assert_fails(
        whittle("batch", "--merge", "out", NULL), 1,
        "whittle: out: a manifest lists a file that is not in this folder (run its shard again)");
}

static void test_a_manifest_cannot_break_a_character_off(void **state) {
    (void)state;
    save_release();
    make_shards(1, "out");
    list_instead("1.0.bin.pat%4");
    assert_fails(whittle("batch", "--merge", "out", NULL), 1,
                 "whittle: out/1.0.bin.pat%4: it is missing (run its shard again)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_shards_make_what_one_call_makes),
        IN_FOLDER(test_names_that_are_no_text_come_through),
        IN_FOLDER(test_a_shard_does_only_its_part),
        IN_FOLDER(test_the_merge_tells_what_it_did),
        IN_FOLDER(test_parts_that_are_missing_or_foreign_are_refused),
        IN_FOLDER(test_shards_must_have_seen_the_same),
        IN_FOLDER(test_files_must_be_as_listed),
        IN_FOLDER(test_a_manifest_cannot_name_files_elsewhere),
        IN_FOLDER(test_a_manifest_cannot_break_a_character_off),
    };
    return cmocka_run_group_tests_name("tools/batch_merge", tests, NULL, NULL);
}
