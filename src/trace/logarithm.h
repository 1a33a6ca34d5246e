/* Binary logarithms in whole numbers, so that sums of their differences are exact. */
#ifndef WHITTLE_TRACE_LOGARITHM_H
#define WHITTLE_TRACE_LOGARITHM_H

#include <stdint.h>

#define LOGARITHM_ONE ((uint64_t)1 << 20)

/* log2(value) in parts of LOGARITHM_ONE, rounded down; value is not 0. Never falls as the value
 * rises; of twice the value, exactly LOGARITHM_ONE more. */
uint64_t logarithm(uint32_t value);

#endif
