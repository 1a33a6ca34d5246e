/* whittle report: the forms that it writes, the names that it takes from files, and what it
 * refuses. The page as a browser shows it: tests/browser/run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/corpus.h"
#include "support/image_files.h"
#include "support/instrumentation.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

enum { IMAGE_ADDRESS = 0x08004000 };

/* Saves the images as ELF files, too. */
static void save_elf_files(void) {
    static const char *const names[][2] = {{"old", "old.elf"}, {"new", "new.elf"}};
    const elf_shape shape = {.machine = 40, .with_sections = true};
    for (size_t i = 0; i < 2; i++) {
        content flat = load(names[i][0]);
        const file_part part = {IMAGE_ADDRESS, IMAGE_ADDRESS, flat.data, (uint32_t)flat.size};
        image file = elf_file(&shape, &part, 1);
        save(names[i][1], file.data, file.size);
        image_free(&file);
        free(flat.data);
    }
}

static bool file_has(const char *name, const char *text) {
    content of = load(name);
    bool found = strstr((char *)of.data, text) != NULL;
    free(of.data);
    return found;
}

static void test_all_forms_are_written(void **state) {
    (void)state;
    save_images();
    result of = whittle("report", "old", "new", "-o", "page.html", "--json=all.json",
                        "--svg=map.svg", NULL);
    assert_succeeds(&of);
    assert_folder_holds("all.json map.svg new old page.html");
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    content patch = load("patch");
    char line[256];
    (void)snprintf(line, sizeof line,
                   "page.html: where the %zu bytes of the patch go\n"
                   "all.json: where the %zu bytes of the patch go\n"
                   "map.svg: where the %zu bytes of the patch go\n",
                   patch.size, patch.size, patch.size);
    assert_string_equal((char *)of.out.data, line);
    assert_true(file_has("page.html", "<!doctype html>"));
    assert_true(file_has("page.html", "</html>"));
    assert_false(file_has("page.html", "{{"));
    assert_true(file_has("map.svg", "<svg xmlns"));
    assert_true(file_has("map.svg", "</svg>"));
    assert_false(file_has("map.svg", "{{"));
    free(patch.data);
    result_free(&of);
}

static void test_numbers_add_up_to_the_patch(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("diff", "--ram=8K", "old", "new", "patch", NULL);
    whittle_succeeds("report", "--ram=8K", "old", "new", "--json=all.json", NULL);
    content patch = load("patch");
    content report = load("all.json");
    const char *text = (char *)report.data;
    char value[64];
    (void)snprintf(value, sizeof value, "%zu 20000 20100 8192", patch.size);
    assert_json(text, "d[\"patch_size\"], d[\"source_size\"], d[\"target_size\"], d[\"ram\"]",
                value);
    assert_json(text, "abs(sum(d[\"parts\"].values()) - 8 * d[\"patch_size\"]) < 0.1", "True");
    assert_json(text, "sum(i[\"size\"] for i in d[\"items\"])", "20100");
    assert_json(text,
                "abs(sum(i[\"bits\"] for i in d[\"items\"]) - sum(d[\"parts\"][p] for p in "
                "(\"segments\", \"flags\", \"corrections\", \"inserted\"))) < 0.1",
                "True");
    assert_json(text, "all(sum(i[\"bytes\"].values()) == i[\"size\"] for i in d[\"items\"])",
                "True");
    assert_json(text, "d[\"items\"] == sorted(d[\"items\"], key=lambda i: -i[\"bits\"])", "True");
    assert_json(text, "0 < len(d[\"places\"]) <= 10", "True");
    free(report.data);
    free(patch.data);
}

static void test_the_same_input_makes_the_same_report(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("report", "old", "new", "-o", "one", "--quiet", NULL);
    whittle_succeeds("report", "old", "new", "-o", "other", "--quiet", NULL);
    assert_same("one", "other");
}

static void test_elf_files_name_sections(void **state) {
    (void)state;
    save_images();
    save_elf_files();
    whittle_succeeds("report", "old.elf", "new.elf", "--json=one.json", NULL);
    whittle_succeeds("report", "old", "new", "--base=0x08004000", "--json=other.json",
                     "--elf=new.elf", "--old-elf=old.elf", NULL);
    static const char *const names[] = {"one.json", "other.json"};
    for (size_t i = 0; i < 2; i++) {
        content report = load(names[i]);
        /* The sections have no symbols: there is nothing to tell by name. */
        assert_json((char *)report.data, "d[\"changes\"][\"by_symbols\"]", "False");
        assert_json((char *)report.data, "sum(i[\"size\"] for i in d[\"items\"])", "20100");
        assert_json((char *)report.data, "[i[\"kind\"] for i in d[\"items\"]]", "['section']");
        free(report.data);
    }
}

static void test_a_map_names_pieces(void **state) {
    (void)state;
    static const char map[] = "Linker script and memory map\n\n"
                              ".text           0x00000000     0x4000\n"
                              " .text.main     0x00000000     0x3000 main.o\n"
                              " .text._ZN5Motor4stopEv 0x3000 0x1000 motor.o\n";
    save_images();
    save("map", map, sizeof map - 1);
    whittle_succeeds("report", "old", "new", "--isa=none", "--map=map", "--json=all.json", "-o",
                     "page", NULL);
    content report = load("all.json");
    assert_json(
        (char *)report.data,
        "sorted((i[\"name\"], i[\"size\"], i[\"unit\"]) for i in d[\"items\"] if i[\"name\"])",
        "[('_ZN5Motor4stopEv', 4096, 'motor.o'), ('main', 12288, 'main.o')]");
    assert_json((char *)report.data,
                "sorted(i[\"decoded_name\"] for i in d[\"items\"] if i[\"decoded_name\"])",
                "['Motor::stop()']");
    assert_true(file_has("page", "class=\"treemap\""));
    assert_true(file_has("page", "title=\"_ZN5Motor4stopEv\">Motor::stop()</span>"));
    assert_true(file_has("page", "data-name=\"Motor::stop()\""));
    free(report.data);
}

/* ---- Addresses that could have stayed ---- */

enum { CODE_SIZE = 12000, PART_SIZE = 6000, POINTER_COUNT = 400 };

/* Saves code with pointers into a part behind it, which runs at that address, as an ELF file. */
static void save_linked(const char *name, uint32_t code_size, uint32_t part_address) {
    static uint8_t code[CODE_SIZE + 100];
    static uint8_t part[PART_SIZE];
    generator from = generator_start(3);
    generate_bytes(&from, code, sizeof code);
    generate_bytes(&from, part, sizeof part);
    for (uint32_t i = 1; i < sizeof code; i += 2) {
        code[i] &= 0x3F; /* instructions of two bytes, without addresses */
    }
    for (uint32_t i = 0; i < POINTER_COUNT; i++) {
        uint32_t word = part_address + i * i * 7 % PART_SIZE;
        for (unsigned j = 0; j < 4; j++) {
            code[i * 28 + j] = (uint8_t)(word >> 8 * j);
        }
    }
    const elf_shape shape = {.machine = 40};
    const file_part parts[] = {{IMAGE_ADDRESS, IMAGE_ADDRESS, code, code_size},
                               {IMAGE_ADDRESS + code_size, part_address, part, PART_SIZE}};
    image file = elf_file(&shape, parts, 2);
    save(name, file.data, file.size);
    image_free(&file);
}

/* The size of a patch without its header. */
static long body_size(const char *old, const char *new) {
    whittle_succeeds("diff", "--quiet", "--isa=thumb", old, new, "patch", NULL);
    result of = whittle("info", "--json", "patch", NULL);
    char *value = json_value((char *)of.out.data, "d[\"size\"] - d[\"header_size\"]");
    long size = atol(value);
    free(value);
    result_free(&of);
    return size;
}

/* What is told of a kept address is what a linker's image with that address really saves. */
static void test_the_saving_of_a_kept_address_is_true(void **state) {
    (void)state;
    save_linked("old.elf", CODE_SIZE, IMAGE_ADDRESS + CODE_SIZE);
    save_linked("new.elf", CODE_SIZE + 24, IMAGE_ADDRESS + CODE_SIZE + 24);
    save_linked("kept.elf", CODE_SIZE + 24, IMAGE_ADDRESS + CODE_SIZE);
    long saved = body_size("old.elf", "new.elf") - body_size("old.elf", "kept.elf");
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "[(%d, 24, %d, %ld)]", PART_SIZE, POINTER_COUNT, saved);
    whittle_succeeds("report", "old.elf", "new.elf", "--json=all.json", "-o", "page", NULL);
    content report = load("all.json");
    assert_json((char *)report.data,
                "[(k[\"size\"], k[\"distance\"], k[\"references\"], k[\"saving\"]) for k in "
                "d[\"kept_addresses\"]]",
                wanted);
    assert_json((char *)report.data,
                "\"400 references would\" in d[\"kept_addresses\"][0]"
                "[\"advice\"]",
                saved > 0 ? "True" : "an address that pays");
    assert_true(file_has("page", "id=\"kept\""));
    free(report.data);
    whittle_succeeds("report", "old.elf", "kept.elf", "--json=all.json", "-o", "page", NULL);
    report = load("all.json");
    assert_json((char *)report.data, "d[\"kept_addresses\"]", "[]");
    assert_false(file_has("page", "id=\"kept\""));
    free(report.data);
}

static void test_wrong_files_are_refused(void **state) {
    (void)state;
    save_images();
    save_elf_files();
    save("text", "a text", 6);
    assert_fails(whittle("report", "old", "new", "-o", "page", "--elf=old.elf", NULL), 1,
                 "whittle: old.elf: it is not of that image: their contents differ (give the ELF "
                 "file of the same build)");
    assert_fails(whittle("report", "old", "new", "-o", "page", "--map=text", NULL), 1,
                 "whittle: text: there is no memory map of GNU ld in it (link with "
                 "-Wl,-Map=FILE)");
    result of = whittle("report", "old", "new", "-o", "page", "--elf=text", NULL);
    assert_int_equal(of.status, 1);
    result_free(&of);
    assert_folder_holds("new new.elf old old.elf text");
}

static void test_wrong_usage(void **state) {
    (void)state;
    save_images();
    assert_fails(whittle("report", "old", "new", NULL), 2,
                 "whittle: no output is wanted: -o FILE, --json or --svg (see whittle report "
                 "--help)");
    assert_fails(whittle("report", "old", "new", "-o", NULL), 2,
                 "whittle: -o: a value is missing after this option (see whittle report --help)");
    assert_fails(whittle("info", "old", "-o", "x", NULL), 2,
                 "whittle: -o: there is no such option (see whittle info --help)");
    assert_fails(whittle("report", "old", "new", "-o", "page", "--svg=page", NULL), 1,
                 "whittle: page: two outputs have the same name (choose another)");
    result of = whittle("report", "old", "new", "-o", "new", NULL);
    assert_int_equal(of.status, 1);
    result_free(&of);
    assert_folder_holds("new old");
}

static void test_quiet_says_nothing(void **state) {
    (void)state;
    save_images();
    result of = whittle("report", "--quiet", "old", "new", "--output=page", NULL);
    assert_succeeds(&of);
    assert_int_equal(of.out.size, 0);
    result_free(&of);
}

/* What goes to stdout goes there alone, and the results to stderr. */
static void test_one_form_may_go_to_stdout(void **state) {
    (void)state;
    save_images();
    whittle_succeeds("report", "old", "new", "--json=all.json", "--svg=map.svg", NULL);
    result of = whittle("report", "old", "new", "--json", "-", "--svg=map.svg", NULL);
    assert_int_equal(of.status, 0);
    assert_holds("all.json", of.out.data, of.out.size);
    assert_memory_equal(of.err.data, "-: where the ", 13);
    assert_non_null(strstr((char *)of.err.data, "map.svg: where the "));
    result_free(&of);
    of = whittle("report", "--quiet", "old", "new", "--svg=-", NULL);
    assert_succeeds(&of);
    assert_holds("map.svg", of.out.data, of.out.size);
    result_free(&of);
    assert_fails(whittle("report", "old", "new", "--json=-", "-o", "/dev/stdout", NULL), 1,
                 "whittle: -: another output goes to standard output, too (choose a file for one "
                 "of them)");
    assert_fails(whittle("report", "old", "new", "--json=-", "--svg=-", NULL), 1,
                 "whittle: -: two outputs have the same name (choose another)");
    assert_folder_holds("all.json map.svg new old");
}

/* Empty images, identical ones, and a target that is all new. */
static void test_any_pair_has_a_report(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"empty", "empty"}, {"old", "empty"}, {"empty", "old"}, {"old", "old"}, {"old", "byte"}};
    save_images();
    save("empty", "", 0);
    save("byte", "x", 1);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        whittle_succeeds("report", pairs[i][0], pairs[i][1], "-o", "page", "--json=all.json",
                         "--svg=map.svg", NULL);
        content report = load("all.json");
        assert_json((char *)report.data,
                    "abs(sum(d[\"parts\"].values()) - 8 * d[\"patch_size\"]) < 0.1", "True");
        free(report.data);
        assert_true(file_has("page", "</html>"));
    }
}

/* The bars for the largest pair of the corpus: 1.7 MB. */
enum { PAGE_SIZE_MAX = 2 << 20, SECONDS_MAX = 20 };

static void test_a_large_pair_is_quick_and_its_page_small(void **state) {
    corpus all = corpus_require();
    const corpus_pair *largest = &all.pairs[0];
    for (size_t i = 1; i < all.count; i++) {
        largest = all.pairs[i].new_size > largest->new_size ? &all.pairs[i] : largest;
    }
    corpus_image old = corpus_load_old(largest);
    corpus_image new = corpus_load_new(largest);
    assert_int_equal(enter_folder(state), 0); /* the corpus is found from where we were before */
    save("old", old.data, old.size);
    save("new", new.data, new.size);
    time_t start = time(NULL);
    whittle_succeeds("report", "old", "new", "-o", "page", NULL);
    assert_true(address_sanitizer() || time(NULL) - start <= SECONDS_MAX);
    content page = load("page");
    assert_true(page.size <= PAGE_SIZE_MAX);
    assert_int_equal(leave_folder(state), 0);
    free(page.data);
    free(old.data);
    free(new.data);
    corpus_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_all_forms_are_written),
        IN_FOLDER(test_numbers_add_up_to_the_patch),
        IN_FOLDER(test_the_same_input_makes_the_same_report),
        IN_FOLDER(test_elf_files_name_sections),
        IN_FOLDER(test_a_map_names_pieces),
        IN_FOLDER(test_the_saving_of_a_kept_address_is_true),
        IN_FOLDER(test_wrong_files_are_refused),
        IN_FOLDER(test_wrong_usage),
        IN_FOLDER(test_quiet_says_nothing),
        IN_FOLDER(test_one_form_may_go_to_stdout),
        IN_FOLDER(test_any_pair_has_a_report),
        cmocka_unit_test(test_a_large_pair_is_quick_and_its_page_small),
    };
    return cmocka_run_group_tests_name("tools/report", tests, NULL, NULL);
}
