/* The adaptive Elias-gamma code. Slots 0 to 19: "more bits?" after that many, or more; then the bit
 * after the leading one, by the count of bits up to eight; then the sign. */
#include "codec/number.h"

enum { LENGTH_MAX = 30, LENGTH_SLOTS = 20 };
enum { SECOND = LENGTH_SLOTS, SECOND_COUNT = 9, SIGN = SECOND + SECOND_COUNT };

static uint16_t *length_slot(whittle_number *number, unsigned length) {
    return &number->slots[length < LENGTH_SLOTS ? length : LENGTH_SLOTS - 1];
}

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
           whittle_slot_code(mixer, coder, length_slot(number, length), gamma >> length > 1)) {
        length++;
    }
    uint32_t read = 1;
    for (unsigned left = length; left > 0; left--) {
        unsigned bit = gamma >> (left - 1) & 1;
        if (left == length) {
            unsigned class = left < SECOND_COUNT ? left : SECOND_COUNT - 1;
            bit = whittle_slot_code(mixer, coder, &number->slots[SECOND + class], bit);
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
    unsigned negative = whittle_slot_code(mixer, coder, &number->slots[SIGN], value < 0);
    return negative ? -(int32_t)size : (int32_t)size;
}
