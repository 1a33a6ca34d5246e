/* ELF files: what goes to the flash, for both classes and byte orders, and files that lie. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "support/image_reading.h"
#include "support/unit_test.h"

static uint8_t code[700];
static uint8_t data[90];

static const file_part parts[] = {{0x08004000, 0x08004000, code, sizeof code},
                                  {0x08004400, 0x20000000, data, sizeof data}};

static const elf_shape plain = {.machine = EM_ARM};

static int set_up(void **state) {
    (void)state;
    generator random = generator_start(1);
    generate_bytes(&random, code, sizeof code);
    generate_bytes(&random, data, sizeof data);
    return 0;
}

/* Changes a field of the first program header: by its place among the words of a 32-bit file. */
static void set_segment_word(image *file, const elf_shape *shape, unsigned place, uint32_t value) {
    uint8_t *at = file->data + elf_program_header(shape, 0) + 4 * (size_t)place;
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

enum { P_OFFSET = 1, P_VADDR = 2, P_PADDR = 3, P_FILESZ = 4 };

static void both_classes_and_byte_orders_are_read(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 8; kind++) {
        const elf_shape shape = {.is_64 = kind & 1,
                                 .big_endian = kind & 2,
                                 .with_sections = kind & 4,
                                 .machine = EM_ARM};
        image file = elf_file(&shape, parts, COUNT_OF(parts));
        whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, parts, COUNT_OF(parts));
        whittle_image_free(&read);
        image_free(&file);
    }
}

static void headers_that_a_segment_begins_with_are_left_out(void **state) {
    (void)state;
    const elf_shape shape = {.machine = EM_ARM, .with_sections = true, .lead = 0x100};
    image file = elf_file(&shape, parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, parts, COUNT_OF(parts));
    whittle_image_free(&read);
    image_free(&file);
}

static void regions_tell_where_the_parts_run(void **state) {
    (void)state;
    image file = elf_file(&plain, parts, COUNT_OF(parts));
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, parts, COUNT_OF(parts));
    assert_int_equal(read.region_count, 2);
    assert_int_equal(read.regions[0].offset, 0);
    assert_int_equal(read.regions[0].size, sizeof code);
    assert_int_equal(read.regions[0].address, 0x08004000);
    assert_int_equal(read.regions[1].offset, 0x400);
    assert_int_equal(read.regions[1].size, sizeof data);
    assert_int_equal(read.regions[1].address, 0x20000000);
    whittle_image_free(&read);
    image_free(&file);
}

static void the_machine_tells_the_instruction_set(void **state) {
    (void)state;
    static const struct {
        uint16_t machine;
        bool big_endian;
        uint8_t isa;
    } known[] = {
        {EM_ARM, false, WHITTLE_ISA_THUMB},   {EM_XTENSA, false, WHITTLE_ISA_XTENSA},
        {EM_RISCV, false, WHITTLE_ISA_RISCV}, {EM_AARCH64, false, WHITTLE_ISA_AARCH64},
        {EM_AVR, false, WHITTLE_ISA_AVR},     {EM_MIPS, false, WHITTLE_ISA_MIPS_LE},
        {EM_MIPS, true, WHITTLE_ISA_MIPS_BE}, {EM_X86_64, false, WHITTLE_ISA_AUTO},
        {EM_MSP430, false, WHITTLE_ISA_AUTO},
    };
    const file_part part = {0x1000, 0x1000, code, sizeof code};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const elf_shape shape = {.machine = known[i].machine, .big_endian = known[i].big_endian};
        image file = elf_file(&shape, &part, 1);
        whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, &part, 1);
        assert_int_equal(read.isa, known[i].isa);
        whittle_image_free(&read);
        image_free(&file);
    }
}

static void without_physical_addresses_the_virtual_ones_count(void **state) {
    (void)state;
    const file_part part = {0x08004000, 0x08004000, code, sizeof code};
    image file = elf_file(&plain, &part, 1);
    set_segment_word(&file, &plain, P_PADDR, 0);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, &part, 1);
    whittle_image_free(&read);
    image_free(&file);
}

static void other_memories_of_an_avr_are_left_out(void **state) {
    (void)state;
    const elf_shape avr = {.machine = EM_AVR};
    const file_part with_eeprom[] = {{0, 0, code, sizeof code}, {0x810000, 0x810000, data, 16}};
    image file = elf_file(&avr, with_eeprom, 2);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, with_eeprom, 1);
    whittle_image_free(&read);
    image_free(&file);
}

static void segments_beyond_the_file_are_refused(void **state) {
    (void)state;
    static const uint32_t wrong[] = {0x7FFFFFFF, 0xFFFFFFFF, 0x80000000};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        image file = elf_file(&plain, parts, COUNT_OF(parts));
        set_segment_word(&file, &plain, P_OFFSET, wrong[i]);
        expect_refused(&file, WHITTLE_ERROR_IMAGE);
        image_free(&file);
        file = elf_file(&plain, parts, COUNT_OF(parts));
        set_segment_word(&file, &plain, P_FILESZ, wrong[i]);
        expect_refused(&file, WHITTLE_ERROR_IMAGE);
        image_free(&file);
    }
}

static void addresses_that_overflow_are_refused(void **state) {
    (void)state;
    const elf_shape wide = {.is_64 = true, .machine = EM_AARCH64};
    image file = elf_file(&wide, parts, 1);
    memset(file.data + elf_program_header(&wide, 0) + 24, 0xFF, 8); /* the physical address */
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

static void parts_that_overlap_must_agree(void **state) {
    (void)state;
    const file_part same[] = {{0x1000, 0x1000, code, 500}, {0x1064, 0x1064, code + 100, 300}};
    const file_part other[] = {{0x1000, 0x1000, code, 500}, {0x1064, 0x1064, data, 50}};
    image file = elf_file(&plain, same, 2);
    whittle_image read = expect_parts(&file, WHITTLE_IMAGE_ELF, same, 2);
    whittle_image_free(&read);
    image_free(&file);
    file = elf_file(&plain, other, 2);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

/* Many sections over the same bytes would make work without end of a small file. */
static void bytes_are_loaded_once(void **state) {
    (void)state;
    image file = elf_file(&plain, parts, 1);
    image twice = elf_file(&plain, (const file_part[]){parts[0], parts[0], parts[0], parts[0]}, 4);
    for (unsigned i = 1; i < 4; i++) {
        memcpy(twice.data + elf_program_header(&plain, i),
               twice.data + elf_program_header(&plain, 0), 32);
    }
    twice.size -= 3 * sizeof code;
    expect_refused(&twice, WHITTLE_ERROR_IMAGE);
    image_free(&twice);
    image_free(&file);
}

static void files_without_a_program_are_refused(void **state) {
    (void)state;
    image file = elf_file(&plain, parts, 0);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
    const file_part empty = {0x1000, 0x1000, code, 0};
    file = elf_file(&plain, &empty, 1);
    expect_refused(&file, WHITTLE_ERROR_IMAGE);
    image_free(&file);
}

static void cut_and_damaged_files_do_no_harm(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        const elf_shape shape = {.is_64 = kind & 1,
                                 .big_endian = kind & 1,
                                 .with_sections = kind & 2,
                                 .machine = EM_MIPS};
        image file = elf_file(&shape, parts, COUNT_OF(parts));
        survive_cuts(&file, file.size);
        survive_flips(&file, elf_section_header(&shape, COUNT_OF(parts), kind & 2 ? 4 : 0), 3000);
        image_free(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_classes_and_byte_orders_are_read),
        cmocka_unit_test(headers_that_a_segment_begins_with_are_left_out),
        cmocka_unit_test(regions_tell_where_the_parts_run),
        cmocka_unit_test(the_machine_tells_the_instruction_set),
        cmocka_unit_test(without_physical_addresses_the_virtual_ones_count),
        cmocka_unit_test(other_memories_of_an_avr_are_left_out),
        cmocka_unit_test(segments_beyond_the_file_are_refused),
        cmocka_unit_test(addresses_that_overflow_are_refused),
        cmocka_unit_test(parts_that_overlap_must_agree),
        cmocka_unit_test(bytes_are_loaded_once),
        cmocka_unit_test(files_without_a_program_are_refused),
        cmocka_unit_test(cut_and_damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
