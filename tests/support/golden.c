/* Reading, applying and printing golden vectors. See golden.h. */
#include "support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hexadecimal.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

enum { LINE_MAX_SIZE = 32768 };

uint32_t golden_number(uint32_t *state) {
    *state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
    return *state;
}

/* ---- The test ---- */

static void check_patch(const golden_set *set, whittle_isa isa, unsigned ram, const image *patch) {
    image source;
    image target;
    whittle_header header;
    uint8_t *rebuilt;
    size_t rebuilt_size;
    set->make(isa, &source, &target);
    assert_int_equal(whittle_patch_check(patch->data, patch->size, &header), WHITTLE_OK);
    assert_int_equal(header.version, 1);
    assert_int_equal(header.isa, isa);
    assert_int_equal(header.ram, ram * 1024);
    assert_int_equal(whittle_apply(source.data, source.size, patch->data, patch->size, NULL, NULL,
                                   &rebuilt, &rebuilt_size),
                     WHITTLE_OK);
    assert_int_equal(rebuilt_size, target.size);
    assert_memory_equal(rebuilt, target.data, target.size);
    free(rebuilt);
    image_free(&source);
    image_free(&target);
}

/* Reads the next line, which must be that of this instruction set and RAM. */
static void check_line(const golden_set *set, FILE *file, whittle_isa isa, unsigned ram) {
    static char line[LINE_MAX_SIZE];
    static uint8_t bytes[LINE_MAX_SIZE / 2];
    assert_non_null(fgets(line, sizeof line, file));
    line[strcspn(line, "\n")] = '\0';
    char *rest = line;
    if (set->first_isa != set->last_isa) {
        assert_int_equal(strtoul(rest, &rest, 10), isa);
    }
    assert_int_equal(strtoul(rest, &rest, 10), ram);
    rest += *rest == ' ';
    image patch = {bytes, strlen(rest) / 2};
    bytes_from_hexadecimal(rest, bytes, patch.size);
    check_patch(set, isa, ram, &patch);
}

static void every_vector_is_applied(void **state) {
    const golden_set *set = *state;
    FILE *file = fopen(set->file, "r");
    assert_non_null(file);
    for (unsigned isa = set->first_isa; isa <= set->last_isa; isa++) {
        for (size_t i = 0; i < set->ram_count; i++) {
            check_line(set, file, (whittle_isa)isa, set->rams[i]);
        }
    }
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* ---- Making a file ---- */

static int print_line(const golden_set *set, whittle_isa isa, unsigned ram) {
    image source;
    image target;
    whittle_encoder_options options;
    uint8_t *patch;
    size_t size;
    whittle_encoder_defaults(&options);
    options.isa = (uint8_t)isa;
    options.ram = ram * 1024;
    options.base_given = isa != WHITTLE_ISA_NONE;
    options.base = set->base;
    set->make(isa, &source, &target);
    int error =
        whittle_encode(source.data, source.size, target.data, target.size, &options, &patch, &size);
    image_free(&source);
    image_free(&target);
    if (error) {
        return error;
    }
    if (set->first_isa != set->last_isa) {
        printf("%u ", (unsigned)isa);
    }
    printf("%u ", ram);
    for (size_t i = 0; i < size; i++) {
        printf("%02x", patch[i]);
    }
    printf("\n");
    free(patch);
    return 0;
}

static int print_lines(const golden_set *set) {
    int failed = 0;
    for (unsigned isa = set->first_isa; isa <= set->last_isa; isa++) {
        for (size_t i = 0; i < set->ram_count; i++) {
            failed |= print_line(set, (whittle_isa)isa, set->rams[i]);
        }
    }
    return failed != 0;
}

int golden_main(const golden_set *set, int argc, char **argv) {
    golden_set state = *set; /* cmocka wants what it may change */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_vector_is_applied, &state),
    };
    if (argc > 1 && strcmp(argv[1], "--make") == 0) {
        return print_lines(set);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
