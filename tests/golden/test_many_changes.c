/* Golden vectors of format version 1 in which nearly everything that the model knows has its turn:
 * code of each instruction set, moved, inserted, taken away and changed, by whole instructions and
 * by odd bytes; pointers that moved with it or elsewhere; copies within the map and outside it.
 * tests/golden/many-changes.txt holds a patch a line: instruction set, RAM in KiB, the bytes in
 * hexadecimal. The images come from make_source and make_target; neither may ever change.
 * `build/tests/golden/test_many_changes --make` has printed the lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "support/hexadecimal.h"
#include "support/unit_test.h"
#include "whittle/apply.h"
#include "whittle/encoder.h"

#define VECTORS "tests/golden/many-changes.txt"
#define BASE    0x08001000u
#define RAM     0x20000000u

enum { SIZE = 16384, VOCABULARY = 24, LINE_MAX_SIZE = 32768 };

static const unsigned ram_classes[] = {4, 64}; /* KiB */

typedef struct image_pair {
    uint32_t state; /* of the generator */
    uint8_t isa;
    uint8_t source[SIZE];
    uint8_t target[SIZE];
    uint32_t target_size;
    uint32_t came_from[SIZE]; /* the source offset of each target byte; SIZE: it is new */
} image_pair;

/* The minimal standard generator of Park and Miller; a number below limit. */
static uint32_t below(image_pair *of, uint32_t limit) {
    of->state = (uint32_t)((uint64_t)of->state * 48271 % 2147483647);
    return (of->state >> 7) % limit;
}

static uint32_t any_word(image_pair *of) {
    uint32_t high = below(of, 65536);
    return high << 16 | below(of, 65536);
}

static uint32_t load_word(const image_pair *of, const uint8_t *from) {
    return of->isa == WHITTLE_ISA_MIPS_BE ? load_be32(from) : load_le32(from);
}

static void store_word(const image_pair *of, uint8_t *to, uint32_t word) {
    if (of->isa == WHITTLE_ISA_MIPS_BE) {
        store_be32(to, word);
    } else {
        store_le32(to, word);
    }
}

/* ---- The source ---- */

/* Calls, branches, loads and the halves of addresses: bits, and which of them vary. */
static const struct {
    uint32_t bits;
    uint32_t varying;
} code[WHITTLE_ISA_COUNT][6] = {
    [WHITTLE_ISA_THUMB] = {{0xF800F000, 0x07FF0001},
                           {0xF000F3FF, 0x00FF0000},
                           {0xD0FEE004, 0x0F1F03FF},
                           {0x4A034B02, 0x071F071F},
                           {0x8000F000, 0x03FF003F},
                           {0x47706800, 0x000001FF}},
    [WHITTLE_ISA_RISCV] = {{0x000000EF, 0x3FE00F80},
                           {0x00000797, 0x00001000},
                           {0x00078793, 0x7FF00000},
                           {0x00A00063, 0x7E000F80},
                           {0xA001C091, 0x00FE00FC},
                           {0x200007B7, 0x00007000}},
    [WHITTLE_ISA_XTENSA] = {{0x21000005, 0x00003FC0},
                            {0xF01D0021, 0x000000F0},
                            {0x16FFFE81, 0x00007F00},
                            {0x00000686, 0x00003F00},
                            {0x0C00A026, 0x00FF0F00},
                            {0x1D0CF02D, 0x00F000F0}},
    [WHITTLE_ISA_MIPS_LE] = {{0x0C000400, 0x00000FFF},
                             {0x3C040800, 0x00030000},
                             {0x24840000, 0x00007FFF},
                             {0x10400000, 0x000300FF},
                             {0x8C840000, 0x0003FFFF},
                             {0x27BDFFE0, 0x00000018}},
    [WHITTLE_ISA_MIPS_BE] = {{0x0C000400, 0x00000FFF},
                             {0x3C040800, 0x00030000},
                             {0x24840000, 0x00007FFF},
                             {0x10400000, 0x000300FF},
                             {0x8C840000, 0x0003FFFF},
                             {0x27BDFFE0, 0x00000018}},
    [WHITTLE_ISA_AARCH64] = {{0x94000000, 0x000003FF},
                             {0x90000000, 0x60000001},
                             {0x91000000, 0x003FFC21},
                             {0x54000000, 0x00003FEF},
                             {0x58000000, 0x00007FE3},
                             {0xF9400000, 0x003FFC21}},
    [WHITTLE_ISA_AVR] = {{0x0000940E, 0x1FFF0000},
                         {0xCFFFD000, 0x003F01FF},
                         {0xE0F8E0E0, 0x0F0F0F0F},
                         {0xF409F001, 0x01F801F8},
                         {0x01009180, 0x0FFF00F0},
                         {0x95089631, 0x0000007F}},
};

static uint32_t code_word(image_pair *of) {
    uint32_t form = below(of, 6);
    return code[of->isa][form].bits | (any_word(of) & code[of->isa][form].varying);
}

/* Words that come again and again, code, pointers into the image and into RAM, and noise. */
static void make_source(image_pair *of) {
    uint32_t vocabulary[VOCABULARY];
    for (unsigned i = 0; i < VOCABULARY; i++) {
        vocabulary[i] = code_word(of);
    }
    for (uint32_t i = 0; i < SIZE; i += 4) {
        uint32_t word = vocabulary[below(of, VOCABULARY)];
        switch (below(of, 8)) {
        case 0:
            word = BASE + below(of, SIZE);
            break;
        case 1:
            word = RAM + 4 * below(of, 200);
            break;
        case 2:
            word = any_word(of);
            break;
        case 3:
        case 4:
        case 5:
            word = code_word(of);
            break;
        default:
            break;
        }
        store_word(of, of->source + i, word);
    }
}

/* ---- The target ---- */

static void append(image_pair *of, uint8_t byte, uint32_t came_from) {
    if (of->target_size < SIZE) {
        of->came_from[of->target_size] = came_from;
        of->target[of->target_size++] = byte;
    }
}

static void append_copy(image_pair *of, uint32_t from, uint32_t size) {
    for (uint32_t i = from; i < from + size && i < SIZE; i++) {
        append(of, of->source[i], i);
    }
}

static void append_new(image_pair *of, uint32_t size) {
    uint8_t word[4];
    for (uint32_t i = 0; i < size; i++) {
        if (i % 4 == 0) {
            store_word(of, word, code_word(of));
        }
        append(of, word[i % 4], SIZE);
    }
}

static uint32_t moved_address(const image_pair *of, uint32_t address) {
    for (uint32_t i = 0; i < of->target_size; i++) {
        if (of->came_from[i] == address - BASE) {
            return BASE + i;
        }
    }
    return address;
}

/* Pointers follow what they point to, mostly; the upper half of the RAM has moved. */
static void move_pointers(image_pair *of) {
    for (uint32_t i = 0; i + 4 <= of->target_size; i += 4) {
        uint32_t word = load_word(of, of->target + i);
        if (word - BASE < SIZE && below(of, 20) > 0) {
            store_word(of, of->target + i, moved_address(of, word));
        } else if (word - RAM - 400 < 400) {
            store_word(of, of->target + i, word + 24);
        }
    }
}

static void append_elsewhere(image_pair *of) {
    uint32_t from = below(of, SIZE);
    append_copy(of, from, 20 + below(of, 100));
}

static void make_target(image_pair *of) {
    uint32_t from = 0;
    while (from < SIZE) {
        uint32_t size = 4 * below(of, below(of, 4) ? 60 : 600);
        size += below(of, 6) ? 0 : below(of, 4);
        append_copy(of, from, size);
        from += size;
        switch (below(of, 6)) {
        case 0: /* something is gone */
            from += 4 * below(of, 20);
            break;
        case 1: /* something comes from elsewhere */
            append_elsewhere(of);
            break;
        case 2:
            append_new(of, below(of, 30));
            break;
        case 3:
            append_new(of, 4 * below(of, 40));
            break;
        default:
            break;
        }
    }
    move_pointers(of);
    for (uint32_t i = below(of, 80); i < of->target_size; i += 1 + below(of, 160)) {
        of->target[i] = (uint8_t)(of->target[i] + (below(of, 2) ? 1 : below(of, 256)));
    }
}

static void make_images(image_pair *new, uint8_t isa) {
    memset(new, 0, sizeof *new);
    new->state = 500 + isa;
    new->isa = isa;
    make_source(new);
    make_target(new);
}

/* ---- The vectors ---- */

static void check_vector(uint8_t isa, unsigned ram, const uint8_t *patch, size_t size) {
    static image_pair images;
    whittle_header header;
    uint8_t *rebuilt;
    size_t rebuilt_size;
    make_images(&images, isa);
    assert_int_equal(whittle_patch_check(patch, size, &header), WHITTLE_OK);
    assert_int_equal(header.version, 1);
    assert_int_equal(header.isa, isa);
    assert_int_equal(header.ram, ram * 1024);
    assert_int_equal(
        whittle_apply(images.source, SIZE, patch, size, NULL, NULL, &rebuilt, &rebuilt_size),
        WHITTLE_OK);
    assert_int_equal(rebuilt_size, images.target_size);
    assert_memory_equal(rebuilt, images.target, images.target_size);
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
        unsigned isa;
        unsigned ram;
        int digits = 0;
        assert_int_equal(sscanf(line, "%u %u %n", &isa, &ram, &digits), 2);
        assert_int_equal(isa, 1 + count / COUNT_OF(ram_classes));
        assert_int_equal(ram, ram_classes[count % COUNT_OF(ram_classes)]);
        line[strcspn(line, "\n")] = '\0';
        size_t size = strlen(line + digits) / 2;
        bytes_from_hexadecimal(line + digits, patch, size);
        check_vector((uint8_t)isa, ram, patch, size);
        count++;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(count, COUNT_OF(ram_classes) * (WHITTLE_ISA_COUNT - 1));
}

static int print_vector(uint8_t isa, unsigned ram) {
    static image_pair images;
    whittle_encoder_options options;
    uint8_t *patch;
    size_t size;
    make_images(&images, isa);
    whittle_encoder_defaults(&options);
    options.isa = isa;
    options.ram = ram * 1024;
    options.base_given = true;
    options.base = BASE;
    if (whittle_encode(images.source, SIZE, images.target, images.target_size, &options, &patch,
                       &size)) {
        return 1;
    }
    printf("%u %u ", isa, ram);
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
        for (uint8_t isa = 1; isa < WHITTLE_ISA_COUNT; isa++) {
            for (size_t i = 0; i < COUNT_OF(ram_classes); i++) {
                failed |= print_vector(isa, ram_classes[i]);
            }
        }
        return failed;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
