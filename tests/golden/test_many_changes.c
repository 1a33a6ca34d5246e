/* Golden vectors of format version 1 in which nearly everything that the model knows has its turn:
 * code of each instruction set, moved, inserted, taken away and changed, by whole instructions and
 * by odd bytes; pointers that moved with it or elsewhere; copies within the map and outside it; in
 * tests/golden/many-changes.txt. The images come from make_source and make_target; neither they nor
 * the lines may ever change. `build/tests/golden/test_many_changes --make` has printed the lines.
 */
#include <string.h>

#include "codec/bytes.h"
#include "support/golden.h"
#include "support/unit_test.h"

#define BASE 0x08001000u
#define RAM  0x20000000u

enum { SIZE = 16384, VOCABULARY = 24 };

typedef struct image_pair {
    uint32_t state; /* of the generator */
    uint8_t isa;
    uint8_t source[SIZE];
    uint8_t target[SIZE];
    uint32_t target_size;
    uint32_t came_from[SIZE]; /* the source offset of each target byte; SIZE: it is new */
} image_pair;

static uint32_t below(image_pair *of, uint32_t limit) {
    return (golden_number(&of->state) >> 7) % limit;
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

static image copy_of(const uint8_t *data, size_t size) {
    image copy = image_of_value(0, size);
    memcpy(copy.data, data, size);
    return copy;
}

static void make_images(whittle_isa isa, image *source, image *target) {
    static image_pair made;
    memset(&made, 0, sizeof made);
    made.state = 500 + isa;
    made.isa = (uint8_t)isa;
    make_source(&made);
    make_target(&made);
    *source = copy_of(made.source, SIZE);
    *target = copy_of(made.target, made.target_size);
}

int main(int argc, char **argv) {
    static const unsigned rams[] = {4, 64};
    const golden_set set = {
        .file = "tests/golden/many-changes.txt",
        .first_isa = WHITTLE_ISA_THUMB,
        .last_isa = WHITTLE_ISA_COUNT - 1,
        .rams = rams,
        .ram_count = COUNT_OF(rams),
        .base = BASE,
        .make = make_images,
    };
    return golden_main(&set, argc, argv);
}
