/* Hexadecimal digits to bytes. See hexadecimal.h. */
#include "support/hexadecimal.h"

#include <string.h>

#include "support/unit_test.h"

static uint8_t value_of(char digit) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = digit ? strchr(digits, digit) : NULL;
    assert_non_null(at);
    return (uint8_t)((at - digits) % 16);
}

void bytes_from_hexadecimal(const char *digits, uint8_t *bytes, size_t size) {
    assert_int_equal(strlen(digits), 2 * size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value_of(digits[2 * i]) << 4 | value_of(digits[2 * i + 1]));
    }
}
