/* What a sketch includes: Arduino finds a library by a header in its src folder. */
#ifndef WHITTLE_H
#define WHITTLE_H

#include "whittle/boot.h"
#include "whittle/decoder.h"
#include "whittle/device.h"
#include "whittle/error.h"
#include "whittle/flash.h"
#include "whittle/patch.h"
#include "whittle/sha256.h"
#include "whittle/signature.h"
#include "whittle/trust.h"
#include "whittle/updater.h"

#endif
