/* whittle diff: what ends up in the patch for each option, and what is said about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/corpus.h"
#include "support/run_tool.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

static void assert_info(const char *patch, const char *expression, const char *value) {
    result of = whittle("info", "--json", patch, NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, expression, value);
    result_free(&of);
}

static void assert_rebuilds(const char *old, const char *patch, const char *new) {
    whittle_succeeds("apply", "--quiet", old, patch, "rebuilt", NULL);
    assert_same("rebuilt", new);
    assert_int_equal(remove("rebuilt"), 0);
}

static size_t size_of(const char *name) {
    content file = load(name);
    free(file.data);
    return file.size;
}

/* ---- Options and the header ---- */

static void test_defaults(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    assert_rebuilds("old", "patch", "new");
    assert_info("patch", "d[\"format\"], d[\"version\"], d[\"ram\"], d[\"self_contained\"]",
                "whittle 1 32768 False");
    assert_info("patch",
                "[f in d for f in (\"security_counter\", \"hardware\", "
                "\"firmware_version\")], d[\"signed\"]",
                "[False, False, False] False");
    assert_info("patch", "d[\"source\"][\"size\"], d[\"target\"][\"size\"]", "20000 20100");
}

static void test_every_ram_size_is_kept_to(void **state) {
    (void)state;
    static const char *const sizes[][2] = {
        {"4K", "4096"},       {"4096", "4096"},  {"5000", "4992"},
        {"8K", "8192"},       {"32K", "32768"},  {"128k", "131072"},
        {"1024K", "1048576"}, {"1M", "1048576"}, {"1048576", "1048576"},
    };
    save_images();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        whittle_succeeds("diff", "--ram", sizes[i][0], "old", "new", "patch", NULL);
        assert_info("patch", "d[\"ram\"]", sizes[i][1]);
        assert_rebuilds("old", "patch", "new");
    }
}

static void test_conditions_are_stored(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--security-counter", "7", "--hardware", "0x0701", "--fw-version",
                     "v1.2 (\"beta\")", "old", "new", "patch", NULL);
    assert_info("patch", "d[\"security_counter\"], d[\"hardware\"], d[\"firmware_version\"]",
                "7 1793 v1.2 (\"beta\")");
    assert_rebuilds("old", "patch", "new");
    whittle_succeeds("diff", "--security-counter=0", "--hardware=4294967295", "--fw-version",
                     "12345678901234567890123456789012", "old", "new", "patch", NULL);
    assert_info("patch", "d[\"security_counter\"], d[\"hardware\"], d[\"firmware_version\"]",
                "0 4294967295 12345678901234567890123456789012");
}

/* Images of 12000 bytes of code and 2000 pointers into it. In the new one a word is inserted before
 * each 50 words of code, so that pointers move by ever different amounts. */
static void save_pointer_images(uint32_t base) {
    enum { CODE = 3000, POINTERS = 2000, EVERY = 50 };
    uint32_t old[CODE + POINTERS];
    uint32_t new[CODE + CODE / EVERY + POINTERS];
    uint32_t random = 1;
    size_t count = 0;
    for (size_t i = 0; i < CODE; i++) {
        random = random * 1664525u + 1013904223u;
        old[i] = random;
        if (i % EVERY == 0) {
            new[count++] = ~random;
        }
        new[count++] = random;
    }
    for (size_t i = CODE; i < CODE + POINTERS; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t at = (random >> 8) % CODE;
        old[i] = base + 4 * at;
        new[count++] = base + 4 * (at + at / EVERY + 1);
    }
    save("old", old, sizeof old);
    save("new", new, sizeof new);
}

static void test_the_load_address_is_used(void **state) {
    (void)state;
    save_pointer_images(0x08010000);
    whittle_succeeds("diff", "--isa", "none", "old", "new", "none", NULL);
    whittle_succeeds("diff", "--isa=thumb", "--base", "0x08010000", "old", "new", "based", NULL);
    assert_info("none", "d[\"isa\"], d[\"source_regions\"]", "none []");
    assert_info("based", "d[\"isa\"], d[\"source_regions\"]",
                "thumb [{'offset': 0, 'size': 20000, 'address': 134283264}]");
    assert_info("based", "d[\"target_regions\"]",
                "[{'offset': 0, 'size': 20240, 'address': 134283264}]");
    assert_true(size_of("based") < size_of("none"));
    assert_rebuilds("old", "none", "new");
    assert_rebuilds("old", "based", "new");
    whittle_succeeds("diff", "--isa=thumb", "--base=134283264", "old", "new", "decimal", NULL);
    assert_same("decimal", "based");
    whittle_succeeds("diff", "--isa=thumb", "--base=0x08010000", "--base=auto", "old", "new",
                     "found", NULL);
    whittle_succeeds("diff", "--isa=thumb", "old", "new", "default", NULL);
    assert_same("found", "default");
}

static void test_every_isa_is_taken(void **state) {
    (void)state;
    static const char *const names[] = {"none",    "thumb", "xtensa",  "riscv",
                                        "aarch64", "avr",   "mips-le", "auto"};
    save_pointer_images(0x08010000);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        whittle_succeeds("diff", "--isa", names[i], "--base=0x08010000", "old", "new", "patch",
                         NULL);
        assert_rebuilds("old", "patch", "new");
        if (i < 7) {
            assert_info("patch", "d[\"isa\"]", names[i]);
        }
    }
}

static void test_mips_tries_both_byte_orders(void **state) {
    (void)state;
    save_pointer_images(0x08010000);
    whittle_succeeds("diff", "--isa=mips", "--base=0x08010000", "old", "new", "either", NULL);
    whittle_succeeds("diff", "--isa=mips-le", "--base=0x08010000", "old", "new", "little", NULL);
    whittle_succeeds("diff", "--isa=mips-be", "--base=0x08010000", "old", "new", "big", NULL);
    assert_int_not_equal(size_of("little"), size_of("big"));
    assert_same("either", size_of("little") < size_of("big") ? "little" : "big");
}

static void test_threads_change_nothing(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--jobs", "1", "old", "new", "one", NULL);
    whittle_succeeds("diff", "--jobs", "7", "old", "new", "seven", NULL);
    assert_same("one", "patch");
    assert_same("seven", "patch");
}

static void test_a_decode_budget_is_kept_to_or_refused(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--json", "--decode-budget", "100000", "old", "new", "patch", NULL);
    assert_succeeds(&of);
    char *cost = json_value((char *)of.out.data, "d[\"instructions_per_byte\"]");
    assert_in_range(atoi(cost), 90, 5000);
    result_free(&of);
    assert_rebuilds("old", "patch", "new");
    whittle_succeeds("diff", "--decode-budget", cost, "old", "new", "patch", NULL);
    free(cost);
    assert_int_equal(remove("patch"), 0);
    of = whittle("diff", "--decode-budget", "1", "old", "new", "patch", NULL);
    assert_int_equal(of.status, 1);
    static const char wanted[] =
        "whittle: new: no patch decodes within the budget (allow --decode-budget ";
    assert_memory_equal(of.err.data, wanted, sizeof wanted - 1);
    char least[16];
    assert_int_equal(sscanf((char *)of.err.data + sizeof wanted - 1, "%15[0-9])", least), 1);
    result_free(&of);
    assert_folder_holds("new old");
    whittle_succeeds("diff", "--decode-budget", least, "old", "new", "patch", NULL);
    assert_rebuilds("old", "patch", "new");
}

static void test_a_passphrase_is_for_signing(void **state) {
    (void)state;
    save_images();
    assert_fails(whittle("diff", "--passphrase-file", "file", "old", "new", "patch", NULL), 2,
                 "whittle: --passphrase-file: this option is only for --sign (see whittle diff "
                 "--help)");
}

/* ---- Self-contained images ---- */

static void test_full_needs_no_old_image(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--full", "new", "patch", NULL);
    assert_succeeds(&of);
    static const char line[] = "patch: a self-contained image (asked for by --full), ";
    assert_memory_equal(of.out.data, line, sizeof line - 1);
    result_free(&of);
    assert_info("patch", "d[\"self_contained\"], \"source\" in d", "True False");
    assert_rebuilds("old", "patch", "new"); /* whichever image is there */
    assert_rebuilds("/dev/null", "patch", "new");
}

static void test_full_reads_no_old_image(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--full", "new", "patch", NULL);
    whittle_succeeds("diff", "--full", "old", "new", "other", NULL);
    assert_same("other", "patch");
}

static void test_a_self_contained_image_where_it_is_smaller(void **state) {
    (void)state;
    save_images();
    save("short", "a short image, in which nothing is as it was before", 51);
    result of = whittle("diff", "old", "short", "patch", NULL);
    assert_succeeds(&of);
    static const char line[] =
        "patch: a self-contained image (a differential patch would not be smaller), ";
    assert_memory_equal(of.out.data, line, sizeof line - 1);
    result_free(&of);
    of = whittle("diff", "--json", "old", "short", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"self_contained\"], d[\"self_contained_reason\"]",
                "True a differential patch would not be smaller");
    result_free(&of);
    assert_rebuilds("old", "patch", "short");
}

/* ---- BSDIFF40 ---- */

static void test_bsdiff40_levels(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--format", "bsdiff40", "old", "new", "patch", NULL);
    assert_rebuilds("old", "patch", "new");
    char level[8];
    (void)snprintf(level, sizeof level, "%d", WHITTLE_BSDIFF40_LEVEL_DEFAULT);
    assert_info("patch", "d[\"bzip2_level\"]", level);
    for (int i = 1; i <= 9; i++) {
        (void)snprintf(level, sizeof level, "%d", i);
        whittle_succeeds("diff", "--format=bsdiff40", "--bzip2-level", level, "old", "new", "patch",
                         NULL);
        assert_info("patch", "d[\"format\"], d[\"bzip2_level\"]",
                    (char[]){'b', 's', 'd', 'i', 'f', 'f', '4', '0', ' ', level[0], '\0'});
        assert_rebuilds("old", "patch", "new");
    }
}

static void test_debian_bspatch_applies_it(void **state) {
    (void)state;
    if (access("/usr/bin/bspatch", X_OK) != 0) {
        print_message("skipped: there is no bspatch\n");
        skip();
    }
    save_images();
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "patch", NULL);
    assert_int_equal(system("/usr/bin/bspatch old rebuilt patch"), 0);
    assert_same("rebuilt", "new");
}

static void test_the_format_whittle_is_the_default(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--format", "bsdiff40", "--format", "whittle", "old", "new", "named",
                     NULL);
    assert_same("named", "patch");
}

/* ---- Results ---- */

static void test_the_result_line(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--isa=none", "old", "new", "patch", NULL);
    assert_succeeds(&of);
    unsigned long size;
    unsigned long target;
    double share;
    double seconds;
    int end = 0;
    assert_int_equal(sscanf((char *)of.out.data,
                            "patch: %lu bytes, %lf %% of %lu; RAM 32 KiB; ISA none; %lf s%n", &size,
                            &share, &target, &seconds, &end),
                     4);
    assert_string_equal((char *)of.out.data + end, "\n");
    assert_int_equal(size, size_of("patch"));
    assert_int_equal(target, size_of("new"));
    assert_in_range(share * 1000, 1, 50000);
    result_free(&of);
}

static void test_the_result_as_json(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--json", "--ram=8K", "old", "new", "patch", NULL);
    assert_succeeds(&of);
    char sizes[64];
    (void)snprintf(sizes, sizeof sizes, "20000 20100 %zu", size_of("patch"));
    const char *text = (char *)of.out.data;
    assert_json(text, "d[\"source_size\"], d[\"target_size\"], d[\"patch_size\"]", sizes);
    assert_json(text, "d[\"patch\"], d[\"format\"], d[\"ram\"], d[\"isa\"]",
                "patch whittle 8192 none");
    assert_json(text, "d[\"self_contained\"], d[\"self_contained_reason\"], d[\"seconds\"] >= 0",
                "False None True");
    result_free(&of);
    of = whittle("diff", "--json", "--format=bsdiff40", "old", "new", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"format\"], d[\"bzip2_level\"], d[\"ram\"] > 2000000",
                "bsdiff40 3 True");
    result_free(&of);
}

static void test_quiet_says_nothing(void **state) {
    (void)state;
    save_images();
    result of = whittle("diff", "--quiet", "old", "new", "patch", NULL);
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, "");
    result_free(&of);
}

static void test_the_same_inputs_give_the_same_bytes(void **state) {
    (void)state;
    static const char *const formats[] = {"--format=whittle", "--format=bsdiff40"};
    save_images();
    for (size_t i = 0; i < 2; i++) {
        whittle_succeeds("diff", formats[i], "old", "new", "one", NULL);
        whittle_succeeds("diff", formats[i], "old", "new", "two", NULL);
        assert_same("one", "two");
    }
}

/* ---- Images of all kinds ---- */

static void test_small_and_empty_images(void **state) {
    (void)state;
    static const char *const names[] = {"empty", "byte", "new"};
    save_images();
    save("empty", "", 0);
    save("byte", "x", 1);
    for (size_t old = 0; old < 3; old++) {
        for (size_t new = 0; new < 3; new ++) {
            whittle_succeeds("diff", names[old], names[new], "patch", NULL);
            assert_rebuilds(names[old], "patch", names[new]);
            whittle_succeeds("diff", "--format=bsdiff40", names[old], names[new], "patch", NULL);
            assert_rebuilds(names[old], "patch", names[new]);
        }
    }
    result of = whittle("diff", "new", "empty", "patch", NULL);
    assert_non_null(strstr((char *)of.out.data, " bytes for an empty image; RAM"));
    result_free(&of);
}

static void test_real_firmware(void **state) {
    (void)state;
    corpus all = corpus_require();
    const corpus_pair *smallest = &all.pairs[0];
    for (size_t i = 1; i < all.count; i++) {
        if (all.pairs[i].new_size < smallest->new_size) {
            smallest = &all.pairs[i];
        }
    }
    corpus_image old = corpus_load_old(smallest);
    corpus_image new = corpus_load_new(smallest);
    save("old", old.data, old.size);
    save("new", new.data, new.size);
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    assert_rebuilds("old", "patch", "new");
    assert_true(size_of("patch") < smallest->bsdiff_bytes);
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "patch", NULL);
    assert_rebuilds("old", "patch", "new");
    free(old.data);
    free(new.data);
    corpus_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_defaults),
        IN_FOLDER(test_every_ram_size_is_kept_to),
        IN_FOLDER(test_conditions_are_stored),
        IN_FOLDER(test_the_load_address_is_used),
        IN_FOLDER(test_every_isa_is_taken),
        IN_FOLDER(test_mips_tries_both_byte_orders),
        IN_FOLDER(test_threads_change_nothing),
        IN_FOLDER(test_a_decode_budget_is_kept_to_or_refused),
        IN_FOLDER(test_a_passphrase_is_for_signing),
        IN_FOLDER(test_full_needs_no_old_image),
        IN_FOLDER(test_full_reads_no_old_image),
        IN_FOLDER(test_a_self_contained_image_where_it_is_smaller),
        IN_FOLDER(test_bsdiff40_levels),
        IN_FOLDER(test_debian_bspatch_applies_it),
        IN_FOLDER(test_the_format_whittle_is_the_default),
        IN_FOLDER(test_the_result_line),
        IN_FOLDER(test_the_result_as_json),
        IN_FOLDER(test_quiet_says_nothing),
        IN_FOLDER(test_the_same_inputs_give_the_same_bytes),
        IN_FOLDER(test_small_and_empty_images),
        IN_FOLDER(test_real_firmware),
    };
    return cmocka_run_group_tests_name("tools/diff", tests, NULL, NULL);
}
