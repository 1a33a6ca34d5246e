/* Taking inputs apart, and demands. See fuzz.h. */
#include "fuzz/support/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"

/* The tests' support library demands by cmocka, which then ends the program as a crash does. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return setenv("CMOCKA_TEST_ABORT", "1", 1);
}

void fuzz_require(bool holds, const char *condition, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: not met: %s\n", file, line, condition);
        abort();
    }
}

static void take(fuzz_input *input, uint8_t *data, size_t size) {
    size_t there = size < input->size ? size : input->size;
    memset(data, 0, size);
    if (there > 0) {
        memcpy(data, input->data, there);
        input->data += there;
        input->size -= there;
    }
}

uint8_t fuzz_byte(fuzz_input *input) {
    uint8_t byte;
    take(input, &byte, sizeof byte);
    return byte;
}

uint32_t fuzz_number16(fuzz_input *input) {
    uint8_t bytes[2];
    take(input, bytes, sizeof bytes);
    return load_le16(bytes);
}

uint32_t fuzz_number32(fuzz_input *input) {
    uint8_t bytes[4];
    take(input, bytes, sizeof bytes);
    return load_le32(bytes);
}

image fuzz_bytes(fuzz_input *input, size_t size) {
    image copy = image_of_value(0, size < input->size ? size : input->size);
    take(input, copy.data, copy.size);
    return copy;
}

image fuzz_rest(fuzz_input *input) {
    return fuzz_bytes(input, input->size);
}
