/* Golden vectors of format version 1 with long copies and hardly a change in them: what is coded
 * for hundreds of bytes at once, in tests/golden/long-runs.txt. The images come from make_images;
 * neither may ever change. `build/tests/golden/test_long_runs --make` has printed the lines. */
#include <string.h>

#include "support/golden.h"
#include "support/unit_test.h"

enum { SIZE = 40000 };

static const size_t changed[] = {3000, 11000, 11040, 30000};

static void make_images(whittle_isa isa, image *source, image *target) {
    (void)isa;
    uint32_t state = 7;
    *source = image_of_value(0, SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        source->data[i] = (uint8_t)(golden_number(&state) >> 11);
    }
    *target = image_copy(source);
    for (size_t i = 0; i < COUNT_OF(changed); i++) {
        target->data[changed[i]] = (uint8_t)(target->data[changed[i]] + 3);
    }
}

int main(int argc, char **argv) {
    static const unsigned rams[] = {4, 8, 32, 256};
    const golden_set set = {
        .file = "tests/golden/long-runs.txt",
        .first_isa = WHITTLE_ISA_NONE,
        .last_isa = WHITTLE_ISA_NONE,
        .rams = rams,
        .ram_count = COUNT_OF(rams),
        .make = make_images,
    };
    return golden_main(&set, argc, argv);
}
