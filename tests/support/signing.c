/* Keys and signed patches for tests. See signing.h. */
#include "support/signing.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "support/hexadecimal.h"
#include "support/unit_test.h"
#include "whittle/signed_patch.h"

/* The others have the scalars 2 and 3. */
static const struct {
    const char *scalar;
    const char *public_key;
} keys[TEST_KEY_COUNT] = {
    {"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
     "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"},
    {"0000000000000000000000000000000000000000000000000000000000000002",
     "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"
     "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"},
    {"0000000000000000000000000000000000000000000000000000000000000003",
     "5ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c"
     "8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032"},
};

whittle_private_key test_key(unsigned number) {
    whittle_private_key key;
    assert_in_range(number, 0, TEST_KEY_COUNT - 1);
    bytes_from_hexadecimal(keys[number].scalar, key.scalar, sizeof key.scalar);
    bytes_from_hexadecimal(keys[number].public_key, key.public_key, sizeof key.public_key);
    return key;
}

void sign_patch(uint8_t **patch, size_t *size, unsigned key_number) {
    whittle_private_key key = test_key(key_number);
    uint8_t *made;
    assert_int_equal(whittle_patch_sign(*patch, *size, &key, &made, size), WHITTLE_OK);
    free(*patch);
    *patch = made;
}

void seal_patch(uint8_t *patch, size_t size) {
    store_le32(patch + size - 4, whittle_crc32(0, patch, size - 4));
}
