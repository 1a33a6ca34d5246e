/* Images in files of any form: diff, apply, verify and the device in a file take them in any mix,
 * and say what they took them for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/image_files.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

enum { ARM = 40, RISCV = 243, FORMS = 4 };

#define BASE FIRMWARE_BASE

/* What FORM a file has is the end of its name, as "old.elf". */
static const char *const forms[FORMS] = {"raw", "elf", "hex", "uf2"};
static const char *const words[FORMS] = {"raw", "ELF", "Intel HEX", "UF2"};

static void save_as(const char *name, const char *form, const image *file) {
    char whole[32];
    (void)snprintf(whole, sizeof whole, "%s.%s", name, form);
    save(whole, file->data, file->size);
}

static void save_all_forms(const char *name, const image *flat) {
    const elf_shape shape = {.machine = ARM, .with_sections = true, .lead = 64};
    const file_part part = {BASE, BASE, flat->data, (uint32_t)flat->size};
    image elf = elf_file(&shape, &part, 1);
    image hex = hex_file(&part, 1);
    image uf2 = uf2_file(0xADA52840, &part, 1);
    save_as(name, "raw", flat);
    save_as(name, "elf", &elf);
    save_as(name, "hex", &hex);
    save_as(name, "uf2", &uf2);
    image_free(&elf);
    image_free(&hex);
    image_free(&uf2);
}

/* Two releases of a firmware, "old" and "new", each in all forms. */
static void save_firmware(void) {
    generator random = generator_start(5);
    image old;
    image new;
    firmware_release(&random, 60, 4, &old, &new);
    save_all_forms("old", &old);
    save_all_forms("new", &new);
    image_free(&old);
    image_free(&new);
}

static void test_any_mix_makes_the_same_patch(void **state) {
    (void)state;
    save_firmware();
    whittle_succeeds("diff", "--isa=thumb", "--base=0x08004000", "old.raw", "new.raw", "raw", NULL);
    for (size_t old = 0; old < FORMS; old++) {
        for (size_t new = 0; new < FORMS; new ++) {
            char source[16];
            char target[16];
            (void)snprintf(source, sizeof source, "old.%s", forms[old]);
            (void)snprintf(target, sizeof target, "new.%s", forms[new]);
            whittle_succeeds("diff", "--isa=thumb", "--base=0x08004000", source, target, "patch",
                             NULL);
            assert_same("patch", "raw");
        }
    }
    whittle_succeeds("diff", "--full", "new.uf2", "full", NULL);
    whittle_succeeds("apply", "full", "rebuilt", NULL);
    assert_same("rebuilt", "new.raw");
}

static void test_apply_and_verify_take_any_form(void **state) {
    (void)state;
    save_firmware();
    whittle_succeeds("diff", "old.elf", "new.uf2", "patch", NULL);
    whittle_succeeds("diff", "--format=bsdiff40", "old.hex", "new.elf", "legacy", NULL);
    for (size_t i = 0; i < FORMS; i++) {
        char source[16];
        (void)snprintf(source, sizeof source, "old.%s", forms[i]);
        whittle_succeeds("verify", "--old", source, "patch", NULL);
        whittle_succeeds("apply", source, "patch", "rebuilt", NULL);
        assert_same("rebuilt", "new.raw");
        whittle_succeeds("apply", source, "legacy", "rebuilt", NULL);
        assert_same("rebuilt", "new.raw");
    }
}

static void test_a_device_receives_what_its_flash_will_hold(void **state) {
    (void)state;
    save_firmware();
    for (size_t i = 0; i < FORMS; i++) {
        char target[16];
        (void)snprintf(target, sizeof target, "new.%s", forms[i]);
        whittle_succeeds("device", "init", "flash", "--firmware=old.hex", NULL);
        whittle_succeeds("device", "ota", "flash", target, NULL);
        whittle_succeeds("device", "reboot", "flash", NULL);
        whittle_succeeds("device", "read", "flash", "running", NULL);
        assert_same("running", "new.raw");
    }
    whittle_succeeds("device", "ota", "--input=raw", "flash", "new.hex", NULL);
    whittle_succeeds("device", "reboot", "flash", NULL);
    whittle_succeeds("device", "read", "flash", "running", NULL);
    assert_same("running", "new.hex");
}

static void assert_last_words(const result *of, const char *wanted) {
    const char *text = (const char *)of->out.data;
    size_t size = strlen(wanted);
    assert_true(of->out.size > size);
    assert_string_equal(text + of->out.size - size, wanted);
}

static void test_results_say_what_files_were_taken_for(void **state) {
    (void)state;
    save_firmware();
    for (size_t i = 1; i < FORMS; i++) {
        char source[16];
        char wanted[64];
        (void)snprintf(source, sizeof source, "old.%s", forms[i]);
        result of = whittle("diff", source, "new.raw", "patch", NULL);
        (void)snprintf(wanted, sizeof wanted, "; OLD %s, NEW raw; ", words[i]);
        assert_non_null(strstr((char *)of.out.data, wanted));
        result_free(&of);
        of = whittle("diff", "--json", "new.raw", source, "back", NULL);
        (void)snprintf(wanted, sizeof wanted, "raw %s", forms[i]);
        assert_json((char *)of.out.data, "d[\"source_input\"], d[\"target_input\"]", wanted);
        result_free(&of);
        of = whittle("apply", source, "patch", "rebuilt", NULL);
        (void)snprintf(wanted, sizeof wanted, ", rebuilt and verified; OLD %s\n", words[i]);
        assert_last_words(&of, wanted);
        result_free(&of);
        of = whittle("apply", "--json", source, "patch", "rebuilt", NULL);
        assert_json((char *)of.out.data, "d[\"source_input\"]", forms[i]);
        result_free(&of);
    }
    result of = whittle("diff", "old.raw", "new.raw", "patch", NULL);
    assert_null(strstr((char *)of.out.data, "OLD"));
    result_free(&of);
    of = whittle("diff", "--full", "new.elf", "patch", NULL);
    assert_non_null(strstr((char *)of.out.data, "; NEW ELF; "));
    assert_null(strstr((char *)of.out.data, "OLD"));
    result_free(&of);
}

static void test_an_elf_tells_machine_and_addresses(void **state) {
    (void)state;
    save_firmware();
    whittle_succeeds("diff", "old.elf", "new.elf", "patch", NULL);
    result of = whittle("info", "--json", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"isa\"], d[\"source_regions\"][0][\"address\"]",
                "thumb 134234112");
    result_free(&of);
}

/* Even where the code looks like that of another machine: so it was not found out by that. */
static void test_the_machine_of_an_elf_is_believed(void **state) {
    (void)state;
    const elf_shape shape = {.machine = RISCV};
    generator random = generator_start(6);
    image flat[2];
    firmware_release(&random, 60, 4, &flat[0], &flat[1]);
    for (size_t i = 0; i < 2; i++) {
        const file_part part = {BASE, BASE, flat[i].data, (uint32_t)flat[i].size};
        image elf = elf_file(&shape, &part, 1);
        save(i == 0 ? "old" : "new", elf.data, elf.size);
        image_free(&elf);
        image_free(&flat[i]);
    }
    whittle_succeeds("diff", "old", "new", "patch", NULL);
    result of = whittle("info", "--json", "patch", NULL);
    assert_json((char *)of.out.data, "d[\"isa\"]", "riscv");
    result_free(&of);
}

static void test_raw_takes_files_as_they_are(void **state) {
    (void)state;
    save_firmware();
    whittle_succeeds("diff", "--input", "raw", "old.hex", "new.hex", "patch", NULL);
    whittle_succeeds("apply", "--input=raw", "old.hex", "patch", "rebuilt", NULL);
    assert_same("rebuilt", "new.hex");
    whittle_succeeds("verify", "--input=raw", "--old=old.hex", "patch", NULL);
    assert_fails(whittle("apply", "old.hex", "patch", "rebuilt", NULL), 1,
                 "whittle: old.hex: the patch is for another source image (use the patch for the "
                 "version that is here)");
    whittle_succeeds("diff", "--input=raw", "--input=auto", "old.hex", "new.elf", "patch", NULL);
    whittle_succeeds("apply", "old.raw", "patch", "rebuilt", NULL);
    assert_same("rebuilt", "new.raw");
}

static void test_a_family_is_chosen(void **state) {
    (void)state;
    const file_part arm = {0x1000, 0, (const uint8_t *)"for one device", 14};
    const file_part other = {0x1000, 0, (const uint8_t *)"for another one", 15};
    image file = uf2_file(0xADA52840, &arm, 1);
    image more = uf2_file(0xD42BA06C, &other, 1);
    file_append(&file, &more);
    save("both.uf2", file.data, file.size);
    image_free(&file);
    image_free(&more);
    assert_fails(whittle("diff", "--full", "both.uf2", "patch", NULL), 1,
                 "whittle: both.uf2: it is not for one device family (choose one: --input "
                 "uf2:FAMILY)");
    whittle_succeeds("diff", "--full", "--input=uf2:0xD42BA06C", "both.uf2", "patch", NULL);
    whittle_succeeds("apply", "patch", "rebuilt", NULL);
    assert_holds("rebuilt", other.data, other.size);
    assert_fails(whittle("diff", "--full", "--input=uf2:7", "both.uf2", "patch", NULL), 1,
                 "whittle: both.uf2: it is not for one device family (choose one: --input "
                 "uf2:FAMILY)");
}

static void test_wrong_forms_are_named(void **state) {
    (void)state;
    static const char *const wrong[] = {"elf", "", "uf2", "uf2:", "uf2:rp2040", "uf2:0x100000000"};
    save_images();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char message[256];
        (void)snprintf(message, sizeof message,
                       "whittle: --input: '%s' is not auto, raw, or uf2 with the number of a "
                       "family, as uf2:0xE48BFF56 (see whittle diff --help)",
                       wrong[i]);
        assert_fails(whittle("diff", "--input", wrong[i], "old", "new", "patch", NULL), 2, message);
    }
}

static void test_damaged_files_are_refused_by_name(void **state) {
    (void)state;
    save_firmware();
    content hex = load("new.hex");
    save("cut.hex", hex.data, hex.size / 2);
    free(hex.data);
    static const char wanted[] = "whittle: cut.hex: the image file is damaged or holds nothing for "
                                 "a flash (try --input raw)";
    assert_fails(whittle("diff", "old.raw", "cut.hex", "patch", NULL), 1, wanted);
    assert_fails(whittle("diff", "cut.hex", "new.raw", "patch", NULL), 1, wanted);
    whittle_succeeds("diff", "old.raw", "new.raw", "patch", NULL);
    assert_fails(whittle("apply", "cut.hex", "patch", "rebuilt", NULL), 1, wanted);
    assert_fails(whittle("verify", "--old=cut.hex", "patch", NULL), 1, wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_any_mix_makes_the_same_patch),
        IN_FOLDER(test_apply_and_verify_take_any_form),
        IN_FOLDER(test_a_device_receives_what_its_flash_will_hold),
        IN_FOLDER(test_results_say_what_files_were_taken_for),
        IN_FOLDER(test_an_elf_tells_machine_and_addresses),
        IN_FOLDER(test_the_machine_of_an_elf_is_believed),
        IN_FOLDER(test_raw_takes_files_as_they_are),
        IN_FOLDER(test_a_family_is_chosen),
        IN_FOLDER(test_wrong_forms_are_named),
        IN_FOLDER(test_damaged_files_are_refused_by_name),
    };
    return cmocka_run_group_tests_name("tools/input_image", tests, NULL, NULL);
}
