/* whittle batch: patches of all old images, a manifest that is true, and work that goes on. Shards
 * are in test_batch_merge.c. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/batch_release.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

static void assert_file_json(const char *name, const char *expression, const char *value) {
    content text = load(name);
    assert_json((const char *)text.data, expression, value);
    free(text.data);
}

static void assert_kept(const char *option, const char *out, const char *expected) {
    result of = option ? whittle("batch", "--json", option, "olds", "new", out, NULL)
                       : whittle("batch", "--json", "olds", "new", out, NULL);
    assert_succeeds(&of);
    assert_json((const char *)of.out.data, "d[\"kept\"]", expected);
    result_free(&of);
}

/* ---- The result ---- */

static void test_every_version_gets_what_it_needs(void **state) {
    (void)state;
    save_release();
    result of = whittle("batch", "olds", "new", "out", NULL);
    assert_succeeds(&of);
    const char *text = (const char *)of.out.data;
    assert_memory_equal(text, "1.0.bin: ", 9);
    assert_non_null(strstr(text, "\nother.bin: a patch does not pay: the full image, "));
    assert_non_null(strstr(text, "\nout/manifest.json: 3 versions: 2 by patch ("));
    assert_non_null(strstr(text, " by patch ("));
    assert_non_null(strstr(text, "1 by full image, 0 up to date; 0 kept; "));
    result_free(&of);
    whittle_succeeds("apply", "olds/1.0.bin", "out/1.0.bin.patch", "one", NULL);
    assert_same("one", "new");
    whittle_succeeds("apply", "olds/1.1.bin", "out/1.1.bin.patch", "two", NULL);
    assert_same("two", "new");
    whittle_succeeds("apply", "out/new.full", "three", NULL);
    assert_same("three", "new");
}

static void test_patches_are_those_of_diff(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--ram=8K", "--fw-version=2.0", "--security-counter=7",
                     "--hardware=0x0701", "olds", "new", "out", NULL);
    whittle_succeeds("diff", "--ram=8K", "--fw-version=2.0", "--security-counter=7",
                     "--hardware=0x0701", "olds/1.0.bin", "new", "patch", NULL);
    assert_same("out/1.0.bin.patch", "patch");
    whittle_succeeds("diff", "--ram=8K", "--fw-version=2.0", "--security-counter=7",
                     "--hardware=0x0701", "--full", "new", "patch", NULL);
    assert_same("out/new.full", "patch");
    assert_file_json("out/manifest.json",
                     "d[\"settings\"][\"security_counter\"], d[\"settings\"][\"hardware\"], "
                     "d[\"settings\"][\"fw_version\"], d[\"versions\"][0][\"patch\"][\"ram\"]",
                     "7 1793 2.0 8192");
}

#define SHA256_OF(path)                                                                            \
    "__import__(\"hashlib\").sha256(open(\"" path "\", \"rb\").read()).hexdigest()"
#define SIZE_OF(path) "__import__(\"os\").path.getsize(\"" path "\")"

static void test_the_manifest_is_true(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "olds", "new", "out", NULL);
    assert_file_json("out/manifest.json",
                     "[v[\"version\"] for v in d[\"versions\"]], [v[\"update\"] for v in "
                     "d[\"versions\"]], [v[\"patch\"][\"url\"] for v in d[\"versions\"]]",
                     "['1.0', '1.1', 'other'] ['patch', 'patch', 'full'] ['1.0.bin.patch', "
                     "'1.1.bin.patch', 'new.full']");
    assert_file_json("out/manifest.json",
                     "d[\"versions\"][1][\"sha256\"] == " SHA256_OF("olds/1.1.bin"), "True");
    assert_file_json("out/manifest.json",
                     "d[\"versions\"][1][\"size\"] == " SIZE_OF("olds/1.1.bin"), "True");
    assert_file_json("out/manifest.json", "d[\"target\"][\"sha256\"] == " SHA256_OF("new"), "True");
    assert_file_json("out/manifest.json",
                     "d[\"versions\"][1][\"patch\"][\"sha256\"] == " SHA256_OF("out/1.1.bin.patch"),
                     "True");
    assert_file_json("out/manifest.json",
                     "d[\"versions\"][1][\"patch\"][\"size\"] == " SIZE_OF("out/1.1.bin.patch"),
                     "True");
    assert_file_json("out/manifest.json",
                     "d[\"full\"][\"sha256\"] == " SHA256_OF(
                         "out/new.full") " == d[\"versions\"][2][\"patch\"][\"sha256\"]",
                     "True");
}

static void test_what_is_new_already_needs_nothing(void **state) {
    (void)state;
    save_release();
    content image = load("new");
    save("olds/2.0.bin", image.data, image.size);
    free(image.data);
    result of = whittle("batch", "olds", "new", "out", NULL);
    assert_succeeds(&of);
    assert_non_null(strstr((char *)of.out.data, "\n2.0.bin: it is the new image\n"));
    result_free(&of);
    assert_false(exists("out/2.0.bin.patch"));
    assert_file_json("out/manifest.json",
                     "d[\"versions\"][2][\"update\"], \"patch\" in d[\"versions\"][2]",
                     "none False");
}

static void test_names_are_escaped(void **state) {
    (void)state;
    save_images();
    assert_int_equal(mkdir("olds", 0755), 0);
    assert_int_equal(rename("old", "olds/a \"b\"%:\xC3\xA4\xFF.hex"), 0);
    whittle_succeeds("batch", "olds", "new", "out", NULL);
    assert_file_json("out/manifest.json",
                     "ascii(d[\"versions\"][0][\"version\"]), "
                     "d[\"versions\"][0][\"patch\"][\"url\"]",
                     "'a \"b\"%:\\xe4\\ufffd' a%20%22b%22%25%3A%C3%A4%FF.hex.patch");
    whittle_succeeds("batch", "--shard=1/1", "olds", "new", "out", NULL);
    whittle_succeeds("batch", "--merge", "out", NULL);
}

static void test_only_images_that_match_are_old_ones(void **state) {
    (void)state;
    save_release();
    save("olds/.hidden.bin", "x", 1);
    save("olds/1.0.map", "x", 1);
    assert_int_equal(mkdir("olds/folder.bin", 0755), 0);
    whittle_succeeds("batch", "--match", "*.bin", "olds", "new", "out", NULL);
    assert_file_json("out/manifest.json", "[v[\"file\"] for v in d[\"versions\"]]",
                     "['1.0.bin', '1.1.bin', 'other.bin']");
}

static void test_signed_patches(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("batch", "--sign", "key.pem", "olds", "new", "out", NULL);
    whittle_succeeds("verify", "--key", "key.pub.pem", "--old", "olds/1.0.bin", "out/1.0.bin.patch",
                     NULL);
    whittle_succeeds("verify", "--key", "key.pub.pem", "out/new.full", NULL);
    result of = whittle("batch", "--json", "--sign", "key.pem", "olds", "new", "out", NULL);
    assert_succeeds(&of);
    assert_json((const char *)of.out.data, "d[\"kept\"]", "3");
    result_free(&of);
    whittle_succeeds("keygen", "--quiet", "second", NULL);
    of = whittle("batch", "--json", "--sign", "second.pem", "olds", "new", "out", NULL);
    assert_json((const char *)of.out.data, "d[\"kept\"]", "0");
    result_free(&of);
    whittle_succeeds("verify", "--key", "second.pub.pem", "out/1.1.bin.patch", NULL);
}

static void test_signatures_are_as_wanted_or_made_anew(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("batch", "--quiet", "--sign", "key.pem", "olds", "new", "signed", NULL);
    whittle_succeeds("diff", "olds/1.0.bin", "new", "signed/1.0.bin.patch", NULL);
    result of = whittle("batch", "--json", "--sign=key.pem", "olds", "new", "signed", NULL);
    assert_json((const char *)of.out.data, "d[\"kept\"]", "2");
    result_free(&of);
    whittle_succeeds("verify", "--key", "key.pub.pem", "signed/1.0.bin.patch", NULL);
    whittle_succeeds("batch", "--quiet", "olds", "new", "plain", NULL);
    whittle_succeeds("sign", "--key", "key.pem", "plain/1.0.bin.patch", NULL);
    assert_kept(NULL, "plain", "2");
}

static void test_any_number_of_jobs_gives_the_same(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--jobs=1", "olds", "new", "one", NULL);
    whittle_succeeds("batch", "--jobs=9", "olds", "new", "nine", NULL);
    assert_same("one/manifest.json", "nine/manifest.json");
    assert_same("one/1.1.bin.patch", "nine/1.1.bin.patch");
}

static void test_quiet_says_nothing(void **state) {
    (void)state;
    save_release();
    result of = whittle("batch", "--quiet", "olds", "new", "out", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "");
    result_free(&of);
}

static void test_a_budget_makes_full_images_or_fails(void **state) {
    (void)state;
    save_release();
    result of = whittle("batch", "--decode-budget=1", "olds", "new", "out", NULL);
    assert_int_equal(of.status, 1);
    assert_non_null(strstr((char *)of.err.data,
                           "whittle: olds/1.0.bin: no patch decodes within the budget (allow more "
                           "by --decode-budget)\n"));
    assert_false(exists("out/manifest.json"));
    result_free(&of);
}

/* ---- Going on ---- */

static ino_t number_of(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

static void test_what_is_right_is_kept(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "olds", "new", "out", NULL);
    ino_t patch = number_of("out/1.0.bin.patch");
    ino_t full = number_of("out/new.full");
    content manifest = load("out/manifest.json");
    assert_kept(NULL, "out", "3");
    assert_true(number_of("out/1.0.bin.patch") == patch);
    assert_true(number_of("out/new.full") == full);
    assert_holds("out/manifest.json", manifest.data, manifest.size);
    free(manifest.data);
}

static void test_what_is_missing_or_wrong_is_made(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "olds", "new", "out", NULL);
    content right = load("out/1.0.bin.patch");
    content manifest = load("out/manifest.json");
    assert_int_equal(unlink("out/1.0.bin.patch"), 0);
    assert_kept(NULL, "out", "2");
    assert_holds("out/1.0.bin.patch", right.data, right.size);
    right.data[right.size / 2] ^= 1; /* damaged */
    save("out/1.0.bin.patch", right.data, right.size);
    right.data[right.size / 2] ^= 1;
    assert_kept(NULL, "out", "2");
    assert_holds("out/1.0.bin.patch", right.data, right.size);
    content other = load("out/1.1.bin.patch"); /* sound, but of another version */
    save("out/1.0.bin.patch", other.data, other.size);
    assert_kept(NULL, "out", "2");
    assert_holds("out/1.0.bin.patch", right.data, right.size);
    assert_holds("out/manifest.json", manifest.data, manifest.size);
    assert_int_equal(unlink("out/new.full"), 0);
    save("out/new.full", "damaged", 7);
    assert_kept(NULL, "out", "3");
    whittle_succeeds("verify", "out/new.full", NULL);
    assert_true(number_of("out/new.full") == number_of("out/other.bin.patch"));
    free(right.data);
    free(other.data);
    free(manifest.data);
}

static void test_a_patch_to_another_image_is_not_kept(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "olds", "new", "out", NULL);
    whittle_succeeds("diff", "olds/1.0.bin", "olds/other.bin", "out/1.0.bin.patch", NULL);
    assert_kept(NULL, "out", "2");
    whittle_succeeds("apply", "olds/1.0.bin", "out/1.0.bin.patch", "one", NULL);
    assert_same("one", "new");
}

static void test_with_any_other_option_nothing_is_kept(void **state) {
    (void)state;
    static const char *const options[] = {"--ram=8K",
                                          "--isa=none",
                                          "--base=0x1000",
                                          "--input=raw",
                                          "--input=uf2:7",
                                          "--decode-budget=100000",
                                          "--security-counter=0",
                                          "--hardware=0",
                                          "--fw-version=2"};
    save_release();
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        whittle_succeeds("batch", "--quiet", "olds", "new", "out", NULL);
        assert_kept(options[i], "out", "0");
        assert_kept(options[i], "out", "3");
    }
}

/* A file that says it is an ELF file, and ends there. */
static void save_damaged(const char *name) {
    static const uint8_t magic[64] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
    save(name, magic, sizeof magic);
}

#define DAMAGED_TEXT                                                                               \
    "whittle: olds/1.2.bin: the image file is damaged or holds nothing for a flash (try "          \
    "--input raw)\n"

static void test_one_failure_does_not_end_the_batch(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--quiet", "olds", "new", "out", NULL);
    save_damaged("olds/1.2.bin");
    result of = whittle("batch", "--ram=16K", "olds", "new", "out", NULL);
    assert_int_equal(of.status, 1);
    assert_string_equal((char *)of.out.data, "");
    assert_string_equal((char *)of.err.data,
                        DAMAGED_TEXT "whittle: out: 1 of 4 versions failed, and there is no "
                                     "manifest (mend that and run again: the others are kept)\n");
    result_free(&of);
    assert_false(exists("out/manifest.json")); /* not even that of the other options */
    whittle_succeeds("apply", "olds/other.bin", "out/other.bin.patch", "one", NULL);
    assert_same("one", "new");
    assert_int_equal(unlink("olds/1.2.bin"), 0);
    assert_kept("--ram=16K", "out", "3");
}

/* The manifest lists the patch of the former 1.0.bin, which is no more. */
static void test_a_manifest_goes_before_what_it_lists(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--quiet", "olds", "new", "out", NULL);
    content image = load("olds/1.1.bin");
    save("olds/1.0.bin", image.data, image.size);
    free(image.data);
    save_damaged("olds/1.1.bin");
    result of = whittle("batch", "olds", "new", "out", NULL);
    assert_int_equal(of.status, 1);
    result_free(&of);
    assert_false(exists("out/manifest.json"));
}

/* Not even where no patch that it lists is touched. */
static void test_a_manifest_of_other_options_goes(void **state) {
    (void)state;
    save_release();
    whittle_succeeds("batch", "--quiet", "--match=1.0.bin", "olds", "new", "out", NULL);
    save_damaged("olds/2.bin");
    result of = whittle("batch", "--match=2.bin", "--ram=8K", "olds", "new", "out", NULL);
    assert_int_equal(of.status, 1);
    result_free(&of);
    assert_false(exists("out/manifest.json"));
}

/* No process may use the processor for longer than a second: the system kills it. */
static void limit_time(void) {
    const struct rlimit second = {1, 1};
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CPU, &second) != 0 || setrlimit(RLIMIT_CORE, &none) != 0) {
        _exit(STATUS_CANNOT_PREPARE);
    }
}

static void test_workers_that_are_killed_are_told(void **state) {
    (void)state;
    save_large_images();
    assert_int_equal(mkdir("olds", 0755), 0);
    assert_int_equal(rename("old", "olds/old"), 0);
    const call what = {
        .tool = "whittle", .arguments = {"batch", "olds", "new", "out"}, .prepare = limit_time};
    result of = run(&what);
    assert_int_equal(of.status, 1);
    const char *text = (const char *)of.err.data;
    assert_non_null(strstr(text, "whittle: olds/old: its process was ended by signal "));
    assert_non_null(strstr(text, "(run again; with fewer --jobs, if memory is short)\n"));
    assert_non_null(strstr(text, "there is no manifest"));
    result_free(&of);
}

static bool is_temporary(const char *name) {
    return strncmp(name, ".whittle", 8) == 0;
}

static void assert_no_temporary(const char *folder) {
    const struct dirent *entry;
    DIR *open = opendir(folder);
    assert_non_null(open);
    while ((entry = readdir(open))) {
        assert_false(is_temporary(entry->d_name));
    }
    (void)closedir(open);
}

static void test_a_signal_ends_all_workers(void **state) {
    (void)state;
    save_large_images();
    assert_int_equal(mkdir("olds", 0755), 0);
    assert_int_equal(rename("old", "olds/old"), 0);
    const call what = {.tool = "whittle", .arguments = {"batch", "olds", "new", "out"}};
    pid_t process = start(&what);
    const struct timespec moment = {0, 700000000};
    int status;
    (void)nanosleep(&moment, NULL);
    assert_int_equal(kill(process, SIGTERM), 0);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_false(exists("out/manifest.json"));
    assert_no_temporary("out");
}

/* ---- Refusals ---- */

static void test_wrong_folders_are_refused(void **state) {
    (void)state;
    save_release();
    assert_int_equal(mkdir("empty", 0755), 0);
    assert_fails(whittle("batch", "none", "new", "out", NULL), 1,
                 "whittle: none: there is no such file or folder (check the name)");
    assert_fails(whittle("batch", "new", "new", "out", NULL), 1,
                 "whittle: new: it is no folder (name the one that holds the old images)");
    assert_fails(whittle("batch", "empty", "new", "out", NULL), 1,
                 "whittle: empty: no image is in it (check the folder, and --match)");
    assert_fails(whittle("batch", "olds", "new", "new", NULL), 1,
                 "whittle: new: it is no folder (name one for the patches)");
    assert_fails(whittle("batch", "olds", "new", "./olds/", NULL), 1,
                 "whittle: ./olds/: it holds the old images (choose another folder)");
    assert_fails(whittle("batch", "olds", "new", "a/b", NULL), 1,
                 "whittle: a/b: there is no such file or folder (check the name)");
    assert_false(exists("out"));
}

static void test_wrong_usage(void **state) {
    (void)state;
    assert_fails(whittle("batch", "olds", "new", NULL), 2,
                 "whittle: operands are missing: OLDS NEW OUT (see whittle batch --help)");
    assert_fails(whittle("batch", "--merge", "olds", "new", "out", NULL), 2,
                 "whittle: --merge: one operand is wanted: OUT (see whittle batch --help)");
    assert_fails(whittle("batch", "--passphrase-file", "f", "o", "n", "p", NULL), 2,
                 "whittle: --passphrase-file: this option is only for --sign (see whittle batch "
                 "--help)");
    static const char *const wrong[] = {"0/2", "3/2", "2", "/2", "1/", "1/0", "a/b", "1/2/3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char message[160];
        (void)snprintf(message, sizeof message,
                       "whittle: --shard: '%s' is not the I-th of N shards, as 2/8 (see whittle "
                       "batch --help)",
                       wrong[i]);
        assert_fails(whittle("batch", "--shard", wrong[i], "o", "n", "p", NULL), 2, message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_every_version_gets_what_it_needs),
        IN_FOLDER(test_patches_are_those_of_diff),
        IN_FOLDER(test_the_manifest_is_true),
        IN_FOLDER(test_what_is_new_already_needs_nothing),
        IN_FOLDER(test_names_are_escaped),
        IN_FOLDER(test_only_images_that_match_are_old_ones),
        IN_FOLDER(test_signed_patches),
        IN_FOLDER(test_signatures_are_as_wanted_or_made_anew),
        IN_FOLDER(test_any_number_of_jobs_gives_the_same),
        IN_FOLDER(test_quiet_says_nothing),
        IN_FOLDER(test_a_budget_makes_full_images_or_fails),
        IN_FOLDER(test_what_is_right_is_kept),
        IN_FOLDER(test_what_is_missing_or_wrong_is_made),
        IN_FOLDER(test_a_patch_to_another_image_is_not_kept),
        IN_FOLDER(test_with_any_other_option_nothing_is_kept),
        IN_FOLDER(test_one_failure_does_not_end_the_batch),
        IN_FOLDER(test_a_manifest_goes_before_what_it_lists),
        IN_FOLDER(test_a_manifest_of_other_options_goes),
        IN_FOLDER(test_workers_that_are_killed_are_told),
        IN_FOLDER(test_a_signal_ends_all_workers),
        IN_FOLDER(test_wrong_folders_are_refused),
        IN_FOLDER(test_wrong_usage),
    };
    return cmocka_run_group_tests_name("tools/command_batch", tests, NULL, NULL);
}
