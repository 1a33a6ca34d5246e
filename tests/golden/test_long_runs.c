/* Golden vectors of format version 1 with long copies and hardly a change in them: what is coded
 * for hundreds of bytes at once. tests/golden/long-runs.txt holds a patch a line: RAM in KiB, the
 * bytes in hexadecimal. The images come from make_images; neither may ever change.
 * `build/tests/golden/test_long_runs --make` has printed the lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hexadecimal.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

#define VECTORS "tests/golden/long-runs.txt"

enum { SIZE = 40000, LINE_MAX_SIZE = 4096 };

static const size_t changed[] = {3000, 11000, 11040, 30000};

static const unsigned ram_classes[] = {4, 8, 32, 256}; /* KiB */

static void make_images(uint8_t *source, uint8_t *target) {
    uint32_t state = 7;
    for (size_t i = 0; i < SIZE; i++) {
        state = (uint32_t)((uint64_t)state * 48271 % 2147483647); /* of Park and Miller */
        source[i] = (uint8_t)(state >> 11);
    }
    memcpy(target, source, SIZE);
    for (size_t i = 0; i < COUNT_OF(changed); i++) {
        target[changed[i]] = (uint8_t)(target[changed[i]] + 3);
    }
}

static void check_vector(unsigned ram, const uint8_t *patch, size_t size) {
    static uint8_t source[SIZE];
    static uint8_t target[SIZE];
    whittle_header header;
    uint8_t *rebuilt;
    size_t rebuilt_size;
    make_images(source, target);
    assert_int_equal(whittle_patch_check(patch, size, &header), WHITTLE_OK);
    assert_int_equal(header.ram, ram * 1024);
    assert_int_equal(whittle_apply(source, SIZE, patch, size, NULL, NULL, &rebuilt, &rebuilt_size),
                     WHITTLE_OK);
    assert_int_equal(rebuilt_size, SIZE);
    assert_memory_equal(rebuilt, target, SIZE);
    free(rebuilt);
}

static void every_vector_is_applied(void **state) {
    (void)state;
    static char line[LINE_MAX_SIZE];
    static uint8_t patch[LINE_MAX_SIZE / 2];
    size_t count = 0;
    FILE *file = fopen(VECTORS, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        unsigned ram;
        int digits = 0;
        assert_int_equal(sscanf(line, "%u %n", &ram, &digits), 1);
        assert_true(count < COUNT_OF(ram_classes) && ram == ram_classes[count]);
        line[strcspn(line, "\n")] = '\0';
        size_t size = strlen(line + digits) / 2;
        bytes_from_hexadecimal(line + digits, patch, size);
        check_vector(ram, patch, size);
        count++;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(count, COUNT_OF(ram_classes));
}

static int print_vector(unsigned ram) {
    static uint8_t source[SIZE];
    static uint8_t target[SIZE];
    whittle_encoder_options options;
    uint8_t *patch;
    size_t size;
    make_images(source, target);
    whittle_encoder_defaults(&options);
    options.isa = WHITTLE_ISA_NONE;
    options.ram = ram * 1024;
    if (whittle_encode(source, SIZE, target, SIZE, &options, &patch, &size)) {
        return 1;
    }
    printf("%u ", ram);
    for (size_t i = 0; i < size; i++) {
        printf("%02x", patch[i]);
    }
    printf("\n");
    free(patch);
    return 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_is_applied)};
    int failed = 0;
    if (argc > 1 && strcmp(argv[1], "--make") == 0) {
        for (size_t i = 0; i < COUNT_OF(ram_classes); i++) {
            failed |= print_vector(ram_classes[i]);
        }
        return failed;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
