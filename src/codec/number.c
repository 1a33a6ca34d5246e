/* The adaptive Elias-gamma code. Slots 0..30: "more bits?" after that many; 31: sign, by way of
 * the even coder; 32..62: the bit after the leading one of a number with that many more bits. */
#include "codec/number.h"

enum { LENGTH_MAX = 30, SECOND = 32 };

void whittle_number_init(whittle_number *number) {
    for (unsigned i = 0; i < WHITTLE_NUMBER_SLOTS; i++) {
        number->slots[i] = WHITTLE_SLOT_INITIAL;
    }
}

uint32_t whittle_number_code(whittle_number *number, whittle_mixer *mixer, whittle_coder *coder,
                             uint32_t value) {
    uint32_t gamma = value + 1;
    unsigned length = 0;
    while (length < LENGTH_MAX &&
           whittle_slot_code(mixer, coder, &number->slots[length], gamma >> length > 1)) {
        length++;
    }
    uint32_t read = 1;
    for (unsigned left = length; left > 0; left--) {
        unsigned bit = gamma >> (left - 1) & 1;
        if (left == length) {
            bit = whittle_slot_code(mixer, coder, &number->slots[SECOND + left], bit);
        } else {
            bit = whittle_code_even(coder, bit);
        }
        read = read << 1 | bit;
    }
    return read - 1;
}

int32_t whittle_number_code_signed(whittle_number *number, whittle_mixer *mixer,
                                   whittle_coder *coder, int32_t value) {
    uint32_t size = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    size = whittle_number_code(number, mixer, coder, size);
    if (size == 0) {
        return 0;
    }
    unsigned negative = whittle_slot_code(mixer, coder, &number->slots[SECOND - 1], value < 0);
    return negative ? -(int32_t)size : (int32_t)size;
}
