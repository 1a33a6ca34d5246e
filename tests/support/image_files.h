/* Image files made up for tests: the same parts as ELF, Intel HEX or UF2. */
#ifndef TESTS_SUPPORT_IMAGE_FILES_H
#define TESTS_SUPPORT_IMAGE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/generate.h"

typedef struct file_part {
    uint32_t address; /* in the flash */
    uint32_t runs_at;
    const uint8_t *data;
    uint32_t size; /* bytes */
} file_part;

typedef struct elf_shape {
    bool is_64;
    bool big_endian;
    uint16_t machine;
    bool with_sections; /* each part is a section, too */
    uint32_t lead;      /* bytes that each segment holds before its part, in file and address */
} elf_shape;

/* One PT_LOAD segment for each part. */
image elf_file(const elf_shape *shape, const file_part *parts, size_t count);

/* Where things are in such a file, for tests that damage it. */
size_t elf_program_header(const elf_shape *shape, size_t index);
size_t elf_section_header(const elf_shape *shape, size_t parts, size_t index);

/* Records of 16 bytes, with records of type 04 for the upper halves of addresses. */
image hex_file(const file_part *parts, size_t count);

/* Adds one record, with its checksum, to a file. */
void hex_add(image *file, uint8_t type, uint16_t offset, const void *data, uint8_t size);

/* Blocks of 256 bytes, numbered throughout. family 0: none. */
image uf2_file(uint32_t family, const file_part *parts, size_t count);

/* Appends one file to another. */
void file_append(image *file, const image *more);

#endif
