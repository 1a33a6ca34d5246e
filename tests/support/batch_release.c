/* What the tests of whittle batch begin with. */
#include "support/batch_release.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "support/generate.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

void save_release(void) {
    uint8_t other[3000];
    generator random = generator_start(1);
    save_images();
    assert_int_equal(mkdir("olds", 0755), 0);
    assert_int_equal(rename("old", "olds/1.0.bin"), 0);
    content first = load("olds/1.0.bin");
    first.data[500] ^= 1;
    save("olds/1.1.bin", first.data, first.size);
    free(first.data);
    generate_bytes(&random, other, sizeof other);
    save("olds/other.bin", other, sizeof other);
}
