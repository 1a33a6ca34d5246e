/* The symbols of an ELF file. The file is this very program: what a real compiler and linker made,
 * with debugging information. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/generate.h"
#include "support/image_files.h"
#include "support/unit_test.h"
#include "whittle/image.h"
#include "whittle/symbols.h"

/* Looked for by name. */
extern const uint8_t known_object[24];
int known_function(int value);

const uint8_t known_object[24] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* At an even address, as all functions of Thumb. */
__attribute__((noinline, aligned(16))) int known_function(int value) {
    __asm__ volatile("" : "+r"(value)); /* stays a function of its own */
    return value * 3;
}

static image read_this_program(void) {
    FILE *stream = fopen("/proc/self/exe", "rb");
    assert_non_null(stream);
    image file = {malloc(64u << 20), 0};
    assert_non_null(file.data);
    file.size = fread(file.data, 1, 64u << 20, stream);
    assert_int_equal(fclose(stream), 0);
    return file;
}

typedef struct program {
    image file;
    whittle_image flat;
    whittle_named_image named;
} program;

static program load(void) {
    program of = {.file = read_this_program()};
    assert_int_equal(whittle_image_read(of.file.data, of.file.size, NULL, &of.flat), WHITTLE_OK);
    of.named = (whittle_named_image){of.flat.data, of.flat.size, NULL, 0};
    return of;
}

static void unload(program *of) {
    whittle_image_free(&of->flat);
    image_free(&of->file);
}

static const whittle_symbol *find(const whittle_symbols *symbols, const char *name) {
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->list[i].name, name) == 0) {
            return &symbols->list[i];
        }
    }
    fail_msg("%s is not there", name);
    return NULL;
}

static void test_functions_and_objects_are_where_they_are_in_the_image(void **state) {
    (void)state;
    program of = load();
    whittle_symbols symbols;
    assert_int_equal(known_function(2), 6);
    assert_int_equal(whittle_symbols_read_elf(of.file.data, of.file.size, &of.named, &symbols),
                     WHITTLE_OK);
    const whittle_symbol *object = find(&symbols, "known_object");
    assert_int_equal(object->kind, WHITTLE_SYMBOL_OBJECT);
    assert_true(object->size >= sizeof known_object); /* sanitizers make objects larger */
    assert_memory_equal(of.flat.data + object->offset, known_object, sizeof known_object);
    assert_string_equal(object->section, ".rodata");
    const whittle_symbol *function = find(&symbols, "known_function");
    assert_int_equal(function->kind, WHITTLE_SYMBOL_FUNCTION);
    assert_string_equal(function->section, ".text");
    assert_non_null(function->unit);
    assert_string_equal(function->unit, "report/test_symbols_elf.c");
    whittle_symbols_free(&symbols);
    unload(&of);
}

/* The entry of a symbol in the file; programs here are of 64 bits. */
static Elf64_Sym *entry_of(const image *file, const char *name) {
    const Elf64_Ehdr *header = (const void *)file->data;
    const Elf64_Shdr *sections = (const void *)(file->data + header->e_shoff);
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        const char *names = (const char *)file->data + sections[sections[i].sh_link].sh_offset;
        Elf64_Sym *symbols = (void *)(file->data + sections[i].sh_offset);
        for (size_t j = 0; j < sections[i].sh_size / sizeof *symbols; j++) {
            if (strcmp(names + symbols[j].st_name, name) == 0) {
                return &symbols[j];
            }
        }
    }
    fail_msg("%s has no entry", name);
    return NULL;
}

/* On Arm, the lowest bit of a function's address says that it is Thumb code. */
static void test_the_thumb_bit_is_no_part_of_the_address(void **state) {
    (void)state;
    program of = load();
    whittle_symbols symbols;
    uint32_t offset[2];
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(whittle_symbols_read_elf(of.file.data, of.file.size, &of.named, &symbols),
                         WHITTLE_OK);
        offset[round] = find(&symbols, "known_function")->offset;
        whittle_symbols_free(&symbols);
        ((Elf64_Ehdr *)(void *)of.file.data)->e_machine = EM_ARM;
        entry_of(&of.file, "known_function")->st_value |= 1;
    }
    assert_int_equal(offset[0], offset[1]);
    unload(&of);
}

static void check_order(const whittle_symbol *list, size_t count, size_t image_size) {
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].size > 0 && list[i].size <= image_size);
        assert_true(list[i].offset <= image_size - list[i].size);
        assert_true(i == 0 || list[i].offset >= list[i - 1].offset + list[i - 1].size);
        assert_non_null(list[i].name);
    }
}

static void test_symbols_are_in_order_without_overlap(void **state) {
    (void)state;
    program of = load();
    whittle_symbols symbols;
    assert_int_equal(whittle_symbols_read_elf(of.file.data, of.file.size, &of.named, &symbols),
                     WHITTLE_OK);
    assert_true(symbols.count > 50);
    assert_true(symbols.section_count > 5);
    check_order(symbols.list, symbols.count, of.flat.size);
    check_order(symbols.sections, symbols.section_count, of.flat.size);
    whittle_symbols_free(&symbols);
    unload(&of);
}

static void test_the_file_is_compared_with_the_image(void **state) {
    (void)state;
    program of = load();
    whittle_symbols symbols;
    assert_int_equal(whittle_symbols_read_elf(of.file.data, of.file.size, &of.named, &symbols),
                     WHITTLE_OK);
    assert_true(symbols.compared > 1000);
    assert_int_equal(symbols.matched, symbols.compared);
    whittle_symbols_free(&symbols);
    for (size_t i = 0; i < of.flat.size; i++) {
        of.flat.data[i] ^= 0x55;
    }
    assert_int_equal(whittle_symbols_read_elf(of.file.data, of.file.size, &of.named, &symbols),
                     WHITTLE_OK);
    assert_int_equal(symbols.matched, 0);
    whittle_symbols_free(&symbols);
    unload(&of);
}

/* An image in another layout, as boot loaders' formats have it: its regions tell the addresses. */
static void test_sections_are_found_by_regions(void **state) {
    (void)state;
    enum { LEAD = 64, SIZE = 400, ADDRESS = 0x08000000 };
    generator from = generator_start(1);
    image text = image_of_bytes(&from, SIZE);
    image whole = image_of_bytes(&from, LEAD + SIZE);
    memcpy(whole.data + LEAD, text.data, SIZE);
    const elf_shape shape = {.machine = 40, .with_sections = true};
    const file_part part = {ADDRESS, ADDRESS, text.data, SIZE};
    image file = elf_file(&shape, &part, 1);
    const whittle_region region = {LEAD, SIZE, ADDRESS};
    const whittle_named_image named = {whole.data, whole.size, &region, 1};
    whittle_symbols symbols;
    assert_int_equal(whittle_symbols_read_elf(file.data, file.size, &named, &symbols), WHITTLE_OK);
    assert_int_equal(symbols.count, 0);
    assert_int_equal(symbols.section_count, 1);
    assert_int_equal(symbols.sections[0].offset, LEAD);
    assert_int_equal(symbols.sections[0].size, SIZE);
    assert_int_equal(symbols.matched, SIZE);
    whittle_symbols_free(&symbols);
    image_free(&file);
    image_free(&whole);
    image_free(&text);
}

static void test_damaged_files_do_no_harm(void **state) {
    (void)state;
    generator from = generator_start(2);
    program of = load();
    whittle_symbols symbols;
    for (unsigned round = 0; round < 60; round++) {
        image damaged = image_copy(&of.file);
        image_flip(&from, &damaged, 1u << round % 12);
        /* The headers are where it hurts most. */
        damaged.data[16 + generate_below(&from, 48)] ^= (uint8_t)(1 + generate_below(&from, 255));
        size_t cut = round % 3 == 0 ? generate_below(&from, (uint32_t)damaged.size) : 0;
        int error = whittle_symbols_read_elf(damaged.data, damaged.size - cut, &of.named, &symbols);
        if (!error) {
            check_order(symbols.list, symbols.count, of.flat.size);
            whittle_symbols_free(&symbols);
        } else {
            assert_int_equal(error, WHITTLE_ERROR_IMAGE);
        }
        image_free(&damaged);
    }
    unload(&of);
}

static void test_what_is_no_elf_file_is_refused(void **state) {
    (void)state;
    static const uint8_t text[] = "not at all";
    const whittle_named_image named = {text, sizeof text, NULL, 0};
    whittle_symbols symbols;
    assert_int_equal(whittle_symbols_read_elf(text, sizeof text, &named, &symbols),
                     WHITTLE_ERROR_IMAGE);
    assert_null(symbols.list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_and_objects_are_where_they_are_in_the_image),
        cmocka_unit_test(test_the_thumb_bit_is_no_part_of_the_address),
        cmocka_unit_test(test_symbols_are_in_order_without_overlap),
        cmocka_unit_test(test_the_file_is_compared_with_the_image),
        cmocka_unit_test(test_sections_are_found_by_regions),
        cmocka_unit_test(test_damaged_files_do_no_harm),
        cmocka_unit_test(test_what_is_no_elf_file_is_refused),
    };
    return cmocka_run_group_tests_name("report/symbols_elf", tests, NULL, NULL);
}
