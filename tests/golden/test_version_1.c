/* Golden vectors of format version 1: patches that every decoder must apply, for ever, in
 * tests/golden/version-1.txt. The images come from the functions below, which must never change;
 * nor must the lines. A new version of the format gets files of its own:
 * `build/tests/golden/test_version_1 --make` has printed these. */
#include <string.h>

#include "codec/bytes.h"
#include "support/golden.h"
#include "support/unit_test.h"

enum { SOURCE_SIZE = 2048, INSERTED = 36, INSERTED_AT = 700, TARGET_SIZE = SOURCE_SIZE + INSERTED };

#define BASE 0x08001000u

/* Random code of an instruction set; in its last quarter every other word is a pointer. */
static void make_source(uint8_t isa, uint8_t *source) {
    uint32_t state = 1 + isa;
    for (size_t i = 0; i < SOURCE_SIZE; i++) {
        source[i] = (uint8_t)(golden_number(&state) >> 11);
    }
    for (size_t i = SOURCE_SIZE * 3 / 4; i < SOURCE_SIZE; i += 8) {
        uint32_t pointer = BASE + golden_number(&state) % SOURCE_SIZE;
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
        target[INSERTED_AT + i] = (uint8_t)(golden_number(&state) >> 9);
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

static void make_images(whittle_isa isa, image *source, image *target) {
    *source = image_of_value(0, SOURCE_SIZE);
    *target = image_of_value(0, TARGET_SIZE);
    make_source((uint8_t)isa, source->data);
    make_target((uint8_t)isa, source->data, target->data);
}

int main(int argc, char **argv) {
    static const unsigned rams[] = {4, 8, 32, 256};
    const golden_set set = {
        .file = "tests/golden/version-1.txt",
        .first_isa = WHITTLE_ISA_NONE,
        .last_isa = WHITTLE_ISA_COUNT - 1,
        .rams = rams,
        .ram_count = COUNT_OF(rams),
        .base = BASE,
        .make = make_images,
    };
    return golden_main(&set, argc, argv);
}
