/* Authority: whether an update comes from whom the device trusts.
 *
 * The admission asks for it: whether there is a signature when the first bytes are there, and
 * whether it is right when all is. Only firmware with a trust (trust.h) links what is here.
 *
 * Against faults that someone forces upon the CPU (a dip of the supply voltage, a laser): the
 * verdict on a signature is a number that no cleared register and no skipped call looks like; it is
 * compared in two ways; and all of the admission runs again before the new image becomes the active
 * one (patching.c). So one fault does not do. Nothing here is secret, so nothing depends on one.
 */
#include "device/authority.h"

#include <string.h>

#include "device/access.h"
#include "whittle/trust.h"

bool whittle_is_same(const void *one, const void *other, uint32_t size) {
    /* Volatile: otherwise the compiler would see that the second way is the first one. */
    const volatile uint8_t *left = one;
    const volatile uint8_t *right = other;
    uint32_t difference = 0;
    uint32_t equal = 0; /* says no where the loop was left early, or never entered */
    for (uint32_t i = 0; i < size; i++) {
        difference |= (uint32_t)left[i] ^ right[i];
        equal += left[i] == right[i];
    }
    return difference == 0 && equal == size; /* GCOVR_EXCL_BR_LINE: only forced faults part them */
}

/* The trusted key of that id, or NULL. */
static const uint8_t *find_key(const whittle_trust *trust, const uint8_t *id) {
    for (uint32_t i = 0; i < trust->key_count; i++) {
        uint8_t digest[WHITTLE_SHA256_SIZE];
        whittle_sha256 hash;
        whittle_sha256_start(&hash);
        whittle_sha256_update(&hash, trust->keys[i], WHITTLE_PUBLIC_KEY_SIZE);
        whittle_sha256_finish(&hash, digest);
        if (memcmp(digest, id, WHITTLE_KEY_ID_SIZE) == 0) {
            return trust->keys[i];
        }
    }
    return NULL;
}

int whittle_trust_check(const whittle_device *device, uint32_t offset,
                        const whittle_header *header) {
    static const uint32_t right = WHITTLE_SIGNATURE_RIGHT;
    const whittle_trust *trust = device->trust;
    uint8_t block[WHITTLE_SIGNATURE_BLOCK_SIZE];
    uint8_t digest[WHITTLE_SHA256_SIZE];
    uint32_t covered = header->header_size + header->payload_size;
    if (!(header->flags & WHITTLE_FLAG_SIGNED)) {
        return WHITTLE_ERROR_UNSIGNED;
    }
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    int error = whittle_flash_scan(device, offset, covered, WHITTLE_SCAN_HASH, &hash);
    whittle_sha256_finish(&hash, digest);
    if (!error) {
        error = whittle_flash_read(device, offset + covered, block, sizeof block);
    }
    if (error) {
        return error;
    }
    const uint8_t *key = find_key(trust, block + WHITTLE_SIGNATURE_SIZE);
    uint32_t verdict = key ? trust->verify(key, digest, block) : 0;
    return whittle_is_same(&verdict, &right, sizeof right) ? WHITTLE_OK : WHITTLE_ERROR_SIGNATURE;
}
