/* Whom a device takes updates from: for devices that take nothing but what is signed.
 *
 * A device whose description (device.h) names a trust takes only patches that one of its keys has
 * signed. Plain images carry no signature: they come as signed self-contained patches. Without a
 * trust, whatever is whole is taken, and no crypto but SHA-256 is linked.
 */
#ifndef WHITTLE_TRUST_H
#define WHITTLE_TRUST_H

#include <stdint.h>

#include "whittle/device.h"
#include "whittle/signature.h"

#ifdef __cplusplus
extern "C" {
#endif

struct whittle_trust {
    const uint8_t (*keys)[WHITTLE_PUBLIC_KEY_SIZE]; /* several while one takes another's place */
    uint32_t key_count;                             /* at least 1 */

    /* Always whittle_trust_check and whittle_signature_verify. They are named here so that firmware
     * without a trust links neither. */
    int (*check)(const whittle_device *device, uint32_t offset, const whittle_header *header);
    uint32_t (*verify)(const uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                       const uint8_t digest[WHITTLE_SHA256_SIZE],
                       const uint8_t signature[WHITTLE_SIGNATURE_SIZE]);
};

/* Initializes a trust with an array of keys. */
#define WHITTLE_TRUST(array)                                                                       \
    {                                                                                              \
        .keys = (array), .key_count = sizeof(array) / sizeof *(array),                             \
        .check = whittle_trust_check, .verify = whittle_signature_verify                           \
    }

/* Checks the signature of a patch that is whole in the device's flash, from offset. For a trust's
 * member, not to be called. WHITTLE_ERROR_SIGNATURE, or what reading the flash returned. */
int whittle_trust_check(const whittle_device *device, uint32_t offset,
                        const whittle_header *header);

#ifdef __cplusplus
}
#endif

#endif
