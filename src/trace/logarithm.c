/* Binary digits of the logarithm, one by one: squaring a number from 1 to 2 doubles its logarithm,
 * whose next digit is then told by whether the square has reached 2. */
#include "trace/logarithm.h"

enum { DIGITS = 20 };

uint64_t logarithm(uint32_t value) {
    uint64_t whole = 31;
    for (; !(value & 0x80000000u); value <<= 1) {
        whole--;
    }
    uint64_t fraction = 0;
    uint64_t mantissa = value; /* 2^31 is 1.0 */
    for (unsigned i = 0; i < DIGITS; i++) {
        mantissa = mantissa * mantissa >> 31;
        uint64_t digit = mantissa >> 32;
        mantissa >>= digit;
        fraction = fraction << 1 | digit;
    }
    return whole << DIGITS | fraction;
}
