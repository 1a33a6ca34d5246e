/* Merging manifests that no shard has written. What shards do write, tests of the command merge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run_tool.h"
#include "support/unit_test.h"

#define PART     "out/manifest.1-of-1.json"
#define DAMAGED  "whittle: " PART ": it is damaged (run this shard again)"
#define SHA256_X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

/* A file "out/patch" that holds x, and the only part of a batch: what it says as its setting, the
 * URL of its patch, and how many versions it says that there are. */
static void save_part(const char *setting, const char *url, const char *versions) {
    char part[1024];
    (void)mkdir("out", 0755); /* there already, where a test saves another part */
    save("out/patch", "x", 1);
    int size = snprintf(part, sizeof part,
                        "{\"manifest\": 1, \"generator\": \"\", \"target\": {},"
                        " \"settings\": {\"base\": %s}, \"full\": null,"
                        " \"shard\": {\"index\": 1, \"count\": 1, \"versions\": %s,"
                        " \"names_sha256\": \"\"},"
                        " \"versions\": [{\"patch\": {\"url\": \"%s\", \"size\": 1,"
                        " \"sha256\": \"" SHA256_X "\"}}]}",
                        setting, versions, url);
    save(PART, part, (size_t)size);
}

static void assert_merges(void) {
    whittle_succeeds("batch", "--merge", "out", NULL);
    content text = load("out/manifest.json");
    assert_json((const char *)text.data, "d[\"settings\"][\"base\"], len(d[\"versions\"])", "0 1");
    free(text.data);
}

static void assert_refused(const char *message) {
    (void)unlink("out/manifest.json");
    assert_fails(whittle("batch", "--merge", "out", NULL), 1, message);
    assert_int_not_equal(access("out/manifest.json", F_OK), 0);
}

/* They would be merged to other ones, which nobody meant. */
static void test_numbers_that_no_manifest_has_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"-1", "0.5", "1e3", "[0, {\"deep\": -1}]", "[[2.0]]"};
    save_part("0", "patch", "1");
    assert_merges();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_part(wrong[i], "patch", "1");
        assert_refused(DAMAGED);
    }
}

/* A client would not look in this folder, where the merge does. */
static void test_urls_that_are_read_in_two_ways_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"patch%00/../../elsewhere", "patch%00", "https:patch"};
    save_part("0", "p%61tch", "1");
    assert_merges();
    save("out/https:patch", "x", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_part("0", wrong[i], "1");
        assert_refused("whittle: out: a manifest lists a file that is not in this folder (run its "
                       "shard again)");
    }
}

/* None may be dropped without a word. */
static void test_there_are_as_many_versions_as_the_shards_say(void **state) {
    (void)state;
    static const char *const wrong[] = {"0", "2", "9223372036854775807", "null"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        save_part("0", "patch", wrong[i]);
        assert_refused("whittle: out: the manifests of the shards lack versions, or have too many "
                       "(run the shards again)");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_numbers_that_no_manifest_has_are_refused),
        IN_FOLDER(test_urls_that_are_read_in_two_ways_are_refused),
        IN_FOLDER(test_there_are_as_many_versions_as_the_shards_say),
    };
    return cmocka_run_group_tests_name("tools/batch_foreign_parts", tests, NULL, NULL);
}
