/* Image files for tests, written byte by byte after the formats' specifications, so that they share
 * no mistake with the library that reads them. */
#include "support/image_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"

static uint8_t *grow(image *file, size_t size) {
    file->data = realloc(file->data, file->size + size + 1);
    if (!file->data) {
        abort();
    }
    uint8_t *added = file->data + file->size;
    memset(added, 0, size + 1);
    file->size += size;
    return added;
}

void file_append(image *file, const image *more) {
    memcpy(grow(file, more->size), more->data, more->size);
}

/* ---- ELF ---- */

enum { PROGBITS = 1, NOBITS = 8, ALLOC = 2, LOAD = 1 };

/* A field that is 32 bits wide in one class and 64 in the other, or as wide as told. */
static void store(const elf_shape *shape, uint8_t **at, unsigned width, uint64_t value) {
    for (unsigned i = 0; i < width; i++) {
        unsigned place = shape->big_endian ? width - 1 - i : i;
        (*at)[place] = (uint8_t)(value >> 8 * i);
    }
    *at += width;
}

static unsigned word(const elf_shape *shape) {
    return shape->is_64 ? 8 : 4;
}

static size_t header_size(const elf_shape *shape) {
    return shape->is_64 ? 64 : 52;
}

static size_t segment_size(const elf_shape *shape) {
    return shape->is_64 ? 56 : 32;
}

static size_t section_size(const elf_shape *shape) {
    return shape->is_64 ? 64 : 40;
}

size_t elf_program_header(const elf_shape *shape, size_t index) {
    return header_size(shape) + index * segment_size(shape);
}

size_t elf_section_header(const elf_shape *shape, size_t parts, size_t index) {
    return elf_program_header(shape, parts) + index * section_size(shape);
}

/* Sections: the empty one that is always first, one without bytes in the file, one for each part.
 */
static size_t section_count(const elf_shape *shape, size_t parts) {
    return shape->with_sections ? parts + 2 : 0;
}

static void put_header(const elf_shape *shape, uint8_t *at, size_t parts) {
    static const uint8_t magic[] = {0x7F, 'E', 'L', 'F'};
    size_t sections = section_count(shape, parts);
    memcpy(at, magic, sizeof magic);
    at[4] = shape->is_64 ? 2 : 1;
    at[5] = shape->big_endian ? 2 : 1;
    at[6] = 1;
    at += 16;
    store(shape, &at, 2, 2); /* executable */
    store(shape, &at, 2, shape->machine);
    store(shape, &at, 4, 1);
    store(shape, &at, word(shape), 0);
    store(shape, &at, word(shape), header_size(shape));
    store(shape, &at, word(shape), sections ? elf_section_header(shape, parts, 0) : 0);
    store(shape, &at, 4, 0);
    store(shape, &at, 2, header_size(shape));
    store(shape, &at, 2, segment_size(shape));
    store(shape, &at, 2, parts);
    store(shape, &at, 2, section_size(shape));
    store(shape, &at, 2, sections);
    store(shape, &at, 2, 0);
}

static void put_segment(const elf_shape *shape, uint8_t *at, const file_part *part, size_t offset) {
    uint64_t size = part->size + shape->lead;
    store(shape, &at, 4, LOAD);
    if (shape->is_64) {
        store(shape, &at, 4, 5);
    }
    store(shape, &at, word(shape), offset);
    store(shape, &at, word(shape), part->runs_at - shape->lead);
    store(shape, &at, word(shape), part->address - shape->lead);
    store(shape, &at, word(shape), size);
    store(shape, &at, word(shape), size);
    if (!shape->is_64) {
        store(shape, &at, 4, 5);
    }
    store(shape, &at, word(shape), 1);
}

static void put_section(const elf_shape *shape, uint8_t *at, uint32_t type, uint64_t address,
                        size_t offset, size_t size) {
    store(shape, &at, 4, 0);
    store(shape, &at, 4, type);
    store(shape, &at, word(shape), ALLOC);
    store(shape, &at, word(shape), address);
    store(shape, &at, word(shape), offset);
    store(shape, &at, word(shape), size);
}

image elf_file(const elf_shape *shape, const file_part *parts, size_t count) {
    image file = {0};
    size_t sections = section_count(shape, count);
    (void)grow(&file, elf_section_header(shape, count, sections));
    put_header(shape, file.data, count);
    for (size_t i = 0; i < count; i++) {
        size_t offset = file.size;
        uint8_t *content = grow(&file, shape->lead + parts[i].size);
        memset(content, 0xA5, shape->lead);
        memcpy(content + shape->lead, parts[i].data, parts[i].size);
        put_segment(shape, file.data + elf_program_header(shape, i), &parts[i], offset);
        if (shape->with_sections) {
            put_section(shape, file.data + elf_section_header(shape, count, i + 2), PROGBITS,
                        parts[i].runs_at, offset + shape->lead, parts[i].size);
        }
    }
    if (shape->with_sections) {
        put_section(shape, file.data + elf_section_header(shape, count, 1), NOBITS, 0x20000000,
                    file.size, 5000);
    }
    return file;
}

/* ---- Intel HEX ---- */

void hex_add(image *file, uint8_t type, uint16_t offset, const void *data, uint8_t size) {
    const uint8_t *bytes = data;
    uint8_t sum = (uint8_t)(size + (offset >> 8) + offset + type);
    char line[600];
    int length = snprintf(line, sizeof line, ":%02X%04X%02X", size, offset, type);
    for (unsigned i = 0; i < size; i++) {
        sum = (uint8_t)(sum + bytes[i]);
        length += snprintf(line + length, sizeof line - (size_t)length, "%02X", bytes[i]);
    }
    length += snprintf(line + length, sizeof line - (size_t)length, "%02X\r\n", -sum & 0xFF);
    memcpy(grow(file, (size_t)length), line, (size_t)length);
}

image hex_file(const file_part *parts, size_t count) {
    image file = {0};
    uint32_t upper = 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t at = 0; at < parts[i].size;) {
            uint32_t address = parts[i].address + at;
            uint32_t size = parts[i].size - at < 16 ? parts[i].size - at : 16;
            uint32_t room = 0x10000 - (address & 0xFFFF);
            size = size < room ? size : room;
            if (address >> 16 != upper) {
                upper = address >> 16;
                const uint8_t bytes[] = {(uint8_t)(upper >> 8), (uint8_t)upper};
                hex_add(&file, 4, 0, bytes, sizeof bytes);
            }
            hex_add(&file, 0, (uint16_t)address, parts[i].data + at, (uint8_t)size);
            at += size;
        }
    }
    hex_add(&file, 5, 0, "\0\0\1", 4);
    hex_add(&file, 1, 0, NULL, 0);
    return file;
}

/* ---- UF2 ---- */

enum { BLOCK = 512, PAYLOAD = 256 };

static uint32_t block_count(const file_part *parts, size_t count) {
    uint32_t blocks = 0;
    for (size_t i = 0; i < count; i++) {
        blocks += (parts[i].size + PAYLOAD - 1) / PAYLOAD;
    }
    return blocks;
}

image uf2_file(uint32_t family, const file_part *parts, size_t count) {
    image file = {0};
    uint32_t blocks = block_count(parts, count);
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t at = 0; at < parts[i].size; at += PAYLOAD) {
            uint32_t left = parts[i].size - at;
            uint32_t size = left < PAYLOAD ? left : PAYLOAD;
            const uint32_t words[] = {
                0x0A324655, 0x9E5D5157, family ? 0x2000u : 0, parts[i].address + at, size, number++,
                blocks,     family};
            uint8_t *block = grow(&file, BLOCK);
            for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
                store_le32(block + 4 * k, words[k]);
            }
            memcpy(block + 32, parts[i].data + at, size);
            store_le32(block + 508, 0x0AB16F30);
        }
    }
    return file;
}
