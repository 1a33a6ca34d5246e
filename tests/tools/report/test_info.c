/* whittle info: every field, in words and as JSON. The expected values come from reading the header
 * with the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_tool.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"
#include "whittle/patch.h"

static char *info_of(const char *patch) {
    result of = whittle("info", patch, NULL);
    assert_succeeds(&of);
    free(of.err.data);
    return (char *)of.out.data;
}

static void assert_has_line(const char *text, const char *line) {
    char whole[256];
    (void)snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text, whole) && strncmp(text, whole + 1, strlen(whole) - 1) != 0) {
        fail_msg("'%s' is not in:\n%s", line, text);
    }
}

static void assert_digest_line(const char *text, const char *name, uint32_t size,
                               const uint8_t *digest, size_t digest_size) {
    char line[256];
    int used =
        snprintf(line, sizeof line, "%-18s%lu bytes, SHA-256 begins ", name, (unsigned long)size);
    for (size_t i = 0; i < digest_size; i++) {
        used += snprintf(line + used, sizeof line - (size_t)used, "%02x", digest[i]);
    }
    assert_has_line(text, line);
}

static whittle_header header_of(const char *name) {
    whittle_header header;
    content patch = load(name);
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), 0);
    free(patch.data);
    return header;
}

static void test_every_field_of_a_patch_in_words(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--ram=8K", "--isa=none", "--security-counter=7", "--hardware=0x701",
                     "--fw-version=v1.2", "old", "new", "patch", NULL);
    whittle_header header = header_of("patch");
    char *text = info_of("patch");
    char line[128];
    assert_has_line(text, "format            1 (whittle)");
    assert_has_line(text, "kind              differential patch");
    (void)snprintf(line, sizeof line,
                   "size              %lu bytes: header %lu, payload %lu, the rest 4",
                   (unsigned long)header.total_size, (unsigned long)header.header_size,
                   (unsigned long)header.payload_size);
    assert_has_line(text, line);
    assert_digest_line(text, "old image", 20000, header.source_digest, sizeof header.source_digest);
    assert_digest_line(text, "new image", 20100, header.target_digest, sizeof header.target_digest);
    assert_has_line(text, "RAM to apply      8 KiB");
    assert_has_line(text, "contexts          7 of 9 for each decision");
    (void)snprintf(line, sizeof line,
                   "work to apply     %lu instructions per byte of the new image, about",
                   (unsigned long)whittle_decode_cost(&header));
    assert_has_line(text, line);
    assert_has_line(text, "ISA               none");
    (void)snprintf(line, sizeof line, "address map       %lu entries",
                   (unsigned long)header.map_entries);
    assert_has_line(text, line);
    assert_has_line(text, "firmware version  v1.2");
    assert_has_line(text, "security counter  7");
    assert_has_line(text, "hardware          0x00000701");
    assert_has_line(text, "signature         none");
    free(text);
}

static void test_one_entry_is_no_plural(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "old", "patch", NULL);
    char *text = info_of("patch");
    assert_has_line(text, "address map       1 entry");
    free(text);
}

static void test_fields_that_are_not_there_are_not_shown(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--full", "new", "patch", NULL);
    char *text = info_of("patch");
    assert_has_line(text, "kind              self-contained image");
    static const char *const absent[] = {"old image", "firmware", "counter", "hardware", "region"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        assert_null(strstr(text, absent[i]));
    }
    free(text);
}

/* Pointers that move as what they point to, so that knowing the load address pays. */
static void test_regions_are_listed(void **state) {
    (void)state;
    enum { CODE = 3000, POINTERS = 2000, EVERY = 50, BASE = 0x20000000 };
    static uint32_t old[CODE + POINTERS];
    static uint32_t new[CODE + CODE / EVERY + POINTERS];
    uint32_t random = 1;
    size_t count = 0;
    for (size_t i = 0; i < CODE + POINTERS; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t at = (random >> 8) % CODE;
        if (i < CODE && i % EVERY == 0) {
            new[count++] = ~random;
        }
        old[i] = i < CODE ? random : BASE + 4 * at;
        new[count++] = i < CODE ? random : BASE + 4 * (at + at / EVERY + 1);
    }
    save("old", old, sizeof old);
    save("new", new, sizeof new);
    whittle_succeeds("diff", "--isa=thumb", "--base=0x20000000", "old", "new", "patch", NULL);
    char *text = info_of("patch");
    assert_has_line(text, "ISA               thumb");
    assert_has_line(text, "old region        20000 bytes at offset 0, loaded at 0x20000000");
    assert_has_line(text, "new region        20240 bytes at offset 0, loaded at 0x20000000");
    free(text);
}

static void test_json_has_the_same_values(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    whittle_header header = header_of("patch");
    result of = whittle("info", "--json", "patch", NULL);
    assert_succeeds(&of);
    const char *text = (char *)of.out.data;
    char value[64];
    (void)snprintf(value, sizeof value, "%lu %lu %lu %lu", (unsigned long)header.total_size,
                   (unsigned long)header.header_size, (unsigned long)header.payload_size,
                   (unsigned long)header.map_entries);
    assert_json(text, "d[\"size\"], d[\"header_size\"], d[\"payload_size\"], d[\"map_entries\"]",
                value);
    assert_json(text, "d[\"file\"], d[\"version\"], d[\"ram\"], d[\"signed\"]",
                "patch 1 32768 False");
    (void)snprintf(value, sizeof value, "16 32 %02x", header.source_digest[0]);
    assert_json(text,
                "len(d[\"source\"][\"sha256_prefix\"]), len(d[\"target\"][\"sha256_prefix\"]), "
                "d[\"source\"][\"sha256_prefix\"][:2]",
                value);
    result_free(&of);
}

static void test_bsdiff40(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--format=bsdiff40", "--bzip2-level=2", "old", "new", "patch", NULL);
    content patch = load("patch");
    whittle_bsdiff40_info info;
    assert_int_equal(whittle_bsdiff40_read_info(patch.data, patch.size, &info), 0);
    char *text = info_of("patch");
    char line[128];
    assert_has_line(text, "format            BSDIFF40");
    (void)snprintf(line, sizeof line, "size              %zu bytes", patch.size);
    assert_has_line(text, line);
    (void)snprintf(line, sizeof line, "control stream    %llu bytes",
                   (unsigned long long)info.control_size);
    assert_has_line(text, line);
    (void)snprintf(line, sizeof line, "difference stream %llu bytes",
                   (unsigned long long)info.difference_size);
    assert_has_line(text, line);
    (void)snprintf(line, sizeof line, "extra stream      %llu bytes",
                   (unsigned long long)info.extra_size);
    assert_has_line(text, line);
    assert_has_line(text, "new image         20100 bytes");
    assert_has_line(text, "bzip2 level       2");
    /* 2.5 x 100,000 x level, and tables, for each of three streams; and the patch. */
    (void)snprintf(line, sizeof line,
                   "RAM to apply      %zu bytes: three decompressors and the patch",
                   3 * (500000 + 65536) + patch.size);
    assert_has_line(text, line);
    free(text);
    result of = whittle("info", "--json", "patch", NULL);
    (void)snprintf(line, sizeof line, "%zu 20100 2 %zu", patch.size,
                   3 * (500000 + 65536) + patch.size);
    assert_json((char *)of.out.data,
                "d[\"size\"], d[\"target\"][\"size\"], d[\"bzip2_level\"], d[\"ram\"]", line);
    assert_json((char *)of.out.data,
                "d[\"control_size\"] + d[\"difference_size\"] + d[\"extra_size\"] == d[\"size\"] - "
                "32",
                "True");
    result_free(&of);
    free(patch.data);
}

/* ---- With the old image ---- */

static void test_costs_add_up_to_the_size_of_the_patch(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    result of = whittle("info", "--json", "--segments", "--old", "old", "patch", NULL);
    assert_succeeds(&of);
    const char *text = (char *)of.out.data;
    assert_json(text, "abs(sum(d[\"parts\"].values()) - 8 * d[\"size\"]) < 0.1", "True");
    assert_json(text, "d[\"parts\"][\"header\"] == 8 * d[\"header_size\"]", "True");
    assert_json(text, "sum(s[\"size\"] for s in d[\"segments\"])", "20100");
    assert_json(text,
                "abs(sum(s[\"bits\"] for s in d[\"segments\"]) - sum(d[\"parts\"][p] for p in "
                "(\"segments\", \"flags\", \"corrections\", \"inserted\"))) < 0.1 * "
                "len(d[\"segments\"])",
                "True");
    result_free(&of);
}

static void test_costs_and_segments_in_words(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    result of = whittle("info", "--segments", "--old=old", "patch", NULL);
    assert_succeeds(&of);
    const char *text = (char *)of.out.data;
    assert_non_null(strstr(text, "\nwhere its bytes go         bytes    share\nHeader "));
    assert_non_null(strstr(text, "\n    offset      size  segment         from       bytes\n"
                                 "         0 "));
    assert_non_null(strstr(text, "copied"));
    result_free(&of);
}

static void test_a_self_contained_image_needs_no_old_one(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--full", "new", "patch", NULL);
    result of = whittle("info", "--json", "--segments", "patch", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, "len(d[\"segments\"]), d[\"segments\"][0][\"kind\"]",
                "1 inserted");
    result_free(&of);
}

static void test_wishes_that_cannot_be_met_are_refused(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--format=bsdiff40", "old", "new", "legacy", NULL);
    assert_fails(whittle("info", "--segments", "patch", NULL), 2,
                 "whittle: --segments: the old image is needed: add --old FILE (see whittle info "
                 "--help)");
    assert_fails(whittle("info", "--old=old", "legacy", NULL), 2,
                 "whittle: --old: this patch is of format BSDIFF40, which does not tell (see "
                 "whittle info --help)");
    assert_fails(whittle("info", "--old=new", "patch", NULL), 1,
                 "whittle: new: the patch is for another source image (use the patch for the "
                 "version that is here)");
    assert_fails(whittle("info", "--clock=80", "patch", NULL), 2,
                 "whittle: --clock: '80' is not a frequency, as 80MHz (see whittle info --help)");
}

/* ---- Time ---- */

static void test_time_is_an_estimate_and_says_from_what(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    result of = whittle("info", "--clock=80MHz", "--flash=spi-nor-typical", "patch", NULL);
    assert_succeeds(&of);
    const char *text = (char *)of.out.data;
    assert_non_null(strstr(text, "\ntime to apply     about "));
    assert_non_null(strstr(text, "(an estimate: instructions as on RV32, one a cycle; latencies of "
                                 "the simulated spi-4k)\n"));
    result_free(&of);
    of = whittle("info", "--json", "--clock=80MHz", "--flash=mcu-1k", "patch", NULL);
    assert_json((char *)of.out.data,
                "abs(d[\"estimated_seconds\"][\"computing\"] - 20100 * "
                "(d[\"instructions_per_byte\"] + 200) / 80e6) < 0.001, "
                "d[\"estimated_seconds\"][\"erasing\"]",
                "True 0.6");
    result_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_every_field_of_a_patch_in_words),
        IN_FOLDER(test_one_entry_is_no_plural),
        IN_FOLDER(test_fields_that_are_not_there_are_not_shown),
        IN_FOLDER(test_regions_are_listed),
        IN_FOLDER(test_json_has_the_same_values),
        IN_FOLDER(test_bsdiff40),
        IN_FOLDER(test_costs_add_up_to_the_size_of_the_patch),
        IN_FOLDER(test_costs_and_segments_in_words),
        IN_FOLDER(test_a_self_contained_image_needs_no_old_one),
        IN_FOLDER(test_wishes_that_cannot_be_met_are_refused),
        IN_FOLDER(test_time_is_an_estimate_and_says_from_what),
    };
    return cmocka_run_group_tests_name("tools/info", tests, NULL, NULL);
}
