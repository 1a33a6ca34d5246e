/* Integer helpers that the compiler calls and that Debian's libgcc for the LX106 leaves out,
 * because the chips have them in their mask ROM: division, which the core cannot do, and 64-bit
 * products. Names and meanings are libgcc's. */
#include <stdint.h>

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
int32_t __divsi3(int32_t dividend, int32_t divisor);
int32_t __modsi3(int32_t dividend, int32_t divisor);
uint64_t __umulsidi3(uint32_t a, uint32_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);

/* Schoolbook division in base 2, from the dividend's first set bit: most dividends are small.
 * Dividing by 0 has no meaning, but ends. */
uint32_t __udivsi3(uint32_t dividend, uint32_t divisor) {
    uint32_t quotient = 0, remainder = 0;

    if (!dividend)
        return 0;
    for (int bit = 31 - __builtin_clz(dividend); bit >= 0; bit--) {
        remainder = remainder << 1 | (dividend >> bit & 1);
        if (remainder >= divisor) {
            remainder -= divisor;
            quotient |= (uint32_t)1 << bit;
        }
    }
    return quotient;
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor) {
    return dividend - __udivsi3(dividend, divisor) * divisor;
}

static uint32_t magnitude(int32_t value) {
    return value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
}

int32_t __divsi3(int32_t dividend, int32_t divisor) {
    uint32_t quotient = __udivsi3(magnitude(dividend), magnitude(divisor));

    return (int32_t)((dividend < 0) != (divisor < 0) ? 0u - quotient : quotient);
}

int32_t __modsi3(int32_t dividend, int32_t divisor) {
    uint32_t remainder = __umodsi3(magnitude(dividend), magnitude(divisor));

    return (int32_t)(dividend < 0 ? 0u - remainder : remainder);
}

/* The words of a 64-bit number apart: a 64-bit multiplication or shift here could call itself. */
union words {
    uint64_t whole;
    struct {
        uint32_t low, high;
    } word;
};

/* Four products of half-words. */
uint64_t __umulsidi3(uint32_t a, uint32_t b) {
    uint32_t low = (a & 0xFFFF) * (b & 0xFFFF);
    uint32_t cross_a = (a >> 16) * (b & 0xFFFF);
    uint32_t cross_b = (a & 0xFFFF) * (b >> 16);
    uint32_t middle = (low >> 16) + (cross_a & 0xFFFF) + (cross_b & 0xFFFF);
    union words product;

    product.word.low = middle << 16 | (low & 0xFFFF);
    product.word.high = (a >> 16) * (b >> 16) + (cross_a >> 16) + (cross_b >> 16) + (middle >> 16);
    return product.whole;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    union words x = {a}, y = {b}, product;

    product.whole = __umulsidi3(x.word.low, y.word.low);
    product.word.high += x.word.low * y.word.high + x.word.high * y.word.low;
    return product.whole;
}

static uint64_t divide(uint64_t dividend, uint64_t divisor, uint64_t *remainder) {
    uint64_t quotient = 0, rest = 0;

    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (dividend >> 63);
        dividend <<= 1;
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    *remainder = rest;
    return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor) {
    uint64_t remainder;

    return divide(dividend, divisor, &remainder);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor) {
    uint64_t remainder;

    divide(dividend, divisor, &remainder);
    return remainder;
}
