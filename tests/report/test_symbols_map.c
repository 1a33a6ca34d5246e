/* The symbols of a linker's map, in the forms that GNU ld writes. */
#include <string.h>

#include "support/unit_test.h"
#include "whittle/symbols.h"

enum { IMAGE_SIZE = 0x400 };

static const uint8_t bytes[IMAGE_SIZE];

static const char map[] = "Archive member included to satisfy reference by file (symbol)\n"
                          "\n"
                          "Discarded input sections\n"
                          "\n"
                          " .text.unused   0x00000000       0x10 main.o\n"
                          "\n"
                          "Linker script and memory map\n"
                          "\n"
                          "LOAD main.o\n"
                          "                0x08000000                . = 0x8000000\n"
                          "\n"
                          ".text           0x08000000      0x200\n"
                          " *(.text)\n"
                          " .text.main     0x08000000       0x40 build/main.o\n"
                          "                0x08000000                main\n"
                          " .text.a_function_with_a_long_name\n"
                          "                0x08000040       0x20 build/main.o\n"
                          " *fill*         0x08000060       0x20 \n"
                          " .text          0x08000080       0x80 /usr/lib/libc.a(string.o)\n"
                          "                0x08000080                memcpy\n"
                          "                0x080000c0                memset\n"
                          " .text          0x08000100       0x00 empty.o\n"
                          "\n"
                          ".data           0x20000000       0x80 load address 0x08000200\n"
                          " .data.counters\n"
                          "                0x20000000       0x60 build/main.o\n"
                          "\n"
                          ".bss            0x20000080      0x100 load address 0x08000280\n"
                          " .bss           0x20000080      0x100 build/main.o\n"
                          ".debug_info     0x00000000     0x4000\n"
                          " .debug_info    0x00000000     0x4000 build/main.o\n";

static whittle_symbols read_map(const char *text, const whittle_region *regions, unsigned count) {
    const whittle_named_image image = {bytes, IMAGE_SIZE, regions, count};
    whittle_symbols symbols;
    assert_int_equal(whittle_symbols_read_map(text, strlen(text), &image, &symbols), WHITTLE_OK);
    return symbols;
}

static void check(const whittle_symbol *symbol, uint32_t offset, uint32_t size, const char *name,
                  const char *unit, const char *section) {
    assert_int_equal(symbol->offset, offset);
    assert_int_equal(symbol->size, size);
    assert_string_equal(symbol->name, name);
    assert_string_equal(symbol->unit, unit);
    assert_string_equal(symbol->section, section);
}

static void test_pieces_and_symbols_are_found(void **state) {
    (void)state;
    whittle_symbols symbols = read_map(map, NULL, 0);
    assert_int_equal(symbols.count, 5);
    check(&symbols.list[0], 0, 0x40, "main", "main.o", ".text");
    check(&symbols.list[1], 0x40, 0x20, "a_function_with_a_long_name", "main.o", ".text");
    check(&symbols.list[2], 0x80, 0x40, "memcpy", "libc.a(string.o)", ".text");
    check(&symbols.list[3], 0xC0, 0x40, "memset", "libc.a(string.o)", ".text");
    check(&symbols.list[4], 0x200, 0x60, "counters", "main.o", ".data");
    assert_int_equal(symbols.list[3].kind, WHITTLE_SYMBOL_FUNCTION);
    assert_int_equal(symbols.list[4].kind, WHITTLE_SYMBOL_OBJECT);
    assert_int_equal(symbols.section_count, 2);
    assert_string_equal(symbols.sections[1].name, ".data");
    assert_int_equal(symbols.sections[1].offset, 0x200);
    whittle_symbols_free(&symbols);
}

/* An image whose regions are known, as the format of a boot loader tells them. */
static void test_regions_tell_where_addresses_are(void **state) {
    (void)state;
    static const whittle_region regions[] = {{0x20, 0x200, 0x08000000}, {0x300, 0x80, 0x20000000}};
    whittle_symbols symbols = read_map(map, regions, 2);
    assert_int_equal(symbols.count, 5);
    check(&symbols.list[0], 0x20, 0x40, "main", "main.o", ".text");
    check(&symbols.list[4], 0x300, 0x60, "counters", "main.o", ".data");
    whittle_symbols_free(&symbols);
}

static void test_what_is_no_map_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"", "a text", "Linker script and memory map\n",
                                        "Linker script and memory map\n\n.text 0x10\n .text"};
    const whittle_named_image image = {bytes, IMAGE_SIZE, NULL, 0};
    whittle_symbols symbols;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(whittle_symbols_read_map(texts[i], strlen(texts[i]), &image, &symbols),
                         WHITTLE_ERROR_IMAGE);
    }
}

/* Maps that were cut off anywhere are read as far as they go. */
static void test_a_map_may_end_anywhere(void **state) {
    (void)state;
    const whittle_named_image image = {bytes, IMAGE_SIZE, NULL, 0};
    for (size_t size = 0; size < sizeof map; size++) {
        whittle_symbols symbols;
        int error = whittle_symbols_read_map(map, size, &image, &symbols);
        assert_true(error == WHITTLE_OK || error == WHITTLE_ERROR_IMAGE);
        if (!error) {
            assert_true(symbols.count <= 5);
            whittle_symbols_free(&symbols);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_and_symbols_are_found),
        cmocka_unit_test(test_regions_tell_where_addresses_are),
        cmocka_unit_test(test_what_is_no_map_is_refused),
        cmocka_unit_test(test_a_map_may_end_anywhere),
    };
    return cmocka_run_group_tests_name("report/symbols_map", tests, NULL, NULL);
}
