/* Golden vectors of format version 1: patches that every decoder must apply, for ever.
 *
 * tests/golden/version-1.txt holds a patch a line: instruction set, RAM in KiB, the bytes in
 * hexadecimal. The images come from the functions below, which must never change; nor must the
 * lines. A new version of the format gets files of its own: `build/tests/golden/test_version_1
 * --make` has printed these. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

#define VECTORS "tests/golden/version-1.txt"

enum { SOURCE_SIZE = 2048, INSERTED = 36, INSERTED_AT = 700, TARGET_SIZE = SOURCE_SIZE + INSERTED };
enum { LINE_MAX_SIZE = 16384 };

#define BASE 0x08001000u

static const unsigned ram_classes[] = {4, 8, 32, 256};

/* The minimal standard generator of Park and Miller. */
static uint32_t next_number(uint32_t *state) {
    *state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
    return *state;
}

/* Random code of an instruction set; in its last quarter every other word is a pointer. */
static void make_source(uint8_t isa, uint8_t *source) {
    uint32_t state = 1 + isa;
    for (size_t i = 0; i < SOURCE_SIZE; i++) {
        source[i] = (uint8_t)(next_number(&state) >> 11);
    }
    for (size_t i = SOURCE_SIZE * 3 / 4; i < SOURCE_SIZE; i += 8) {
        uint32_t pointer = BASE + next_number(&state) % SOURCE_SIZE;
        if (isa == WHITTLE_ISA_MIPS_BE) {
            store_be32(source + i, pointer);
        } else {
            store_le32(source + i, pointer);
        }
    }
}

/* The source with bytes inserted, its pointers moved accordingly, and every hundredth byte changed.
 */
static void make_target(uint8_t isa, const uint8_t *source, uint8_t *target) {
    uint32_t state = 100 + isa;
    memcpy(target, source, INSERTED_AT);
    for (size_t i = 0; i < INSERTED; i++) {
        target[INSERTED_AT + i] = (uint8_t)(next_number(&state) >> 9);
    }
    memcpy(target + INSERTED_AT + INSERTED, source + INSERTED_AT, SOURCE_SIZE - INSERTED_AT);
    for (size_t i = SOURCE_SIZE * 3 / 4; i < SOURCE_SIZE; i += 8) {
        uint8_t *place = target + i + INSERTED;
        bool big_endian = isa == WHITTLE_ISA_MIPS_BE;
        uint32_t pointer = big_endian ? load_be32(place) : load_le32(place);
        pointer += pointer - BASE >= INSERTED_AT ? INSERTED : 0;
        if (big_endian) {
            store_be32(place, pointer);
        } else {
            store_le32(place, pointer);
        }
    }
    for (size_t i = 50; i < TARGET_SIZE; i += 100) {
        target[i] = (uint8_t)(target[i] + 3);
    }
}

static unsigned digit_value(char digit) {
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* The bytes of a line's hexadecimal digits; returns how many. */
static size_t read_digits(const char *digits, uint8_t *bytes) {
    size_t count = 0;
    for (; digits[0] > ' ' && digits[1] > ' '; digits += 2) {
        bytes[count++] = (uint8_t)(digit_value(digits[0]) << 4 | digit_value(digits[1]));
    }
    return count;
}

static void check_vector(uint8_t isa, unsigned ram, const uint8_t *patch, size_t size) {
    static uint8_t source[SOURCE_SIZE];
    static uint8_t target[TARGET_SIZE];
    whittle_header header;
    uint8_t *rebuilt;
    size_t rebuilt_size;
    make_source(isa, source);
    make_target(isa, source, target);
    assert_int_equal(whittle_patch_check(patch, size, &header), WHITTLE_OK);
    assert_int_equal(header.version, 1);
    assert_int_equal(header.isa, isa);
    assert_int_equal(header.ram, ram * 1024);
    assert_int_equal(
        whittle_apply(source, SOURCE_SIZE, patch, size, NULL, NULL, &rebuilt, &rebuilt_size),
        WHITTLE_OK);
    assert_int_equal(rebuilt_size, TARGET_SIZE);
    assert_memory_equal(rebuilt, target, TARGET_SIZE);
    free(rebuilt);
}

static void every_vector_is_applied(void **state) {
    (void)state;
    static char line[LINE_MAX_SIZE];
    static uint8_t patch[LINE_MAX_SIZE / 2];
    unsigned seen[WHITTLE_ISA_COUNT] = {0};
    FILE *file = fopen(VECTORS, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        unsigned isa;
        unsigned ram;
        int digits = 0;
        assert_int_equal(sscanf(line, "%u %u %n", &isa, &ram, &digits), 2);
        assert_true(isa < WHITTLE_ISA_COUNT);
        check_vector((uint8_t)isa, ram, patch, read_digits(line + digits, patch));
        seen[isa]++;
    }
    assert_int_equal(fclose(file), 0);
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        assert_int_equal(seen[isa], COUNT_OF(ram_classes));
    }
}

static void print_vector(uint8_t isa, unsigned ram) {
    static uint8_t source[SOURCE_SIZE];
    static uint8_t target[TARGET_SIZE];
    whittle_encoder_options options;
    uint8_t *patch;
    size_t size;
    make_source(isa, source);
    make_target(isa, source, target);
    whittle_encoder_defaults(&options);
    options.isa = isa;
    options.ram = ram * 1024;
    options.base_given = isa != WHITTLE_ISA_NONE;
    options.base = BASE;
    if (whittle_encode(source, SOURCE_SIZE, target, TARGET_SIZE, &options, &patch, &size)) {
        exit(1);
    }
    printf("%u %u ", isa, ram);
    for (size_t i = 0; i < size; i++) {
        printf("%02x", patch[i]);
    }
    printf("\n");
    free(patch);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_is_applied)};
    if (argc > 1 && strcmp(argv[1], "--make") == 0) {
        for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
            for (size_t i = 0; i < COUNT_OF(ram_classes); i++) {
                print_vector(isa, ram_classes[i]);
            }
        }
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
