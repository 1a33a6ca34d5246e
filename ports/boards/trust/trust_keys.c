/* A board that takes nothing but what one of its keys has signed. public_keys.inc is made by the
 * build from the PEM files that it is given (scripts/public-keys). */
#include "device_description.h"

#include "whittle/trust.h"

static const uint8_t keys[][WHITTLE_PUBLIC_KEY_SIZE] = {
#include "public_keys.inc"
};

static const whittle_trust trust = WHITTLE_TRUST(keys);

const whittle_trust *const board_trust = &trust;
