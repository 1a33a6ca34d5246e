/* Numbers and names in words. */
#include "words.h"

#include <stdio.h>

#include "whittle/patch.h"

const char *isa_name(uint8_t isa) {
    static const char *const names[WHITTLE_ISA_COUNT] = {
        [WHITTLE_ISA_NONE] = "none",       [WHITTLE_ISA_THUMB] = "thumb",
        [WHITTLE_ISA_XTENSA] = "xtensa",   [WHITTLE_ISA_RISCV] = "riscv",
        [WHITTLE_ISA_AARCH64] = "aarch64", [WHITTLE_ISA_AVR] = "avr",
        [WHITTLE_ISA_MIPS_LE] = "mips-le", [WHITTLE_ISA_MIPS_BE] = "mips-be",
    };
    return isa < WHITTLE_ISA_COUNT ? names[isa] : "unknown";
}

const char *bytes_in_words(uint64_t count, char text[WORDS_MAX]) {
    (void)snprintf(text, WORDS_MAX, "%llu byte%s", (unsigned long long)count,
                   count == 1 ? "" : "s");
    return text;
}

const char *size_in_words(uint64_t size, char text[WORDS_MAX]) {
    if (size == 0 || size % 1024 != 0) {
        return bytes_in_words(size, text);
    }
    (void)snprintf(text, WORDS_MAX, "%llu KiB", (unsigned long long)size / 1024);
    return text;
}

const char *percentage(uint64_t part, uint64_t whole, char text[WORDS_MAX]) {
    double share = 100.0 * (double)part / (double)whole;
    (void)snprintf(text, WORDS_MAX, "%.*f %%", share < 1 ? 2 : 1, share);
    return text;
}

const char *hexadecimal(const uint8_t *data, size_t size, char text[WORDS_MAX]) {
    static const char digits[] = "0123456789abcdef";
    size_t count = 0;
    for (size_t i = 0; i < size && count + 2 < WORDS_MAX; i++) {
        text[count++] = digits[data[i] >> 4];
        text[count++] = digits[data[i] & 15];
    }
    text[count] = '\0';
    return text;
}
