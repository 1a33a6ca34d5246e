/* Numbers of unknown size: an adaptive Elias-gamma code. The count of bits is unary, each step
 * under its own slot; so is the bit after the leading one; the others are even. */
#ifndef WHITTLE_CODEC_NUMBER_H
#define WHITTLE_CODEC_NUMBER_H

#include <stdint.h>

#include "codec/mixer.h"

#define WHITTLE_NUMBER_SLOTS 30

typedef struct whittle_number {
    uint16_t slots[WHITTLE_NUMBER_SLOTS];
} whittle_number;

void whittle_number_init(whittle_number *number);

/* Codes a value up to WHITTLE_NUMBER_MAX; a reader never returns more. */
uint32_t whittle_number_code(whittle_number *number, whittle_mixer *mixer, whittle_coder *coder,
                             uint32_t value);

/* Codes a signed value: zero or its sign, then its size. */
int32_t whittle_number_code_signed(whittle_number *number, whittle_mixer *mixer,
                                   whittle_coder *coder, int32_t value);

#define WHITTLE_NUMBER_MAX 0x7FFFFFFEu

#endif
