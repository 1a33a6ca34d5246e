/* Finding entries by their first bytes, wherever they are. src/device/record.c has their layout. */
#include "fuzz/support/record_entries.h"

#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "whittle/device.h"

enum { ENTRY_SIZE = 96, ENTRY_MAGIC = 0x31525457, CRC_SIZE = 4 };

void fuzz_seal_entries(uint8_t *data, size_t size) {
    for (size_t at = 0; at + ENTRY_SIZE <= size; at++) {
        if (load_le32(data + at) == ENTRY_MAGIC) {
            store_le32(data + at + ENTRY_SIZE - CRC_SIZE,
                       whittle_crc32(0, data + at, ENTRY_SIZE - CRC_SIZE));
        }
    }
}

bool fuzz_counts_too_far(const uint8_t *data, size_t size) {
    bool too_far = false;
    for (size_t at = 0; at + ENTRY_SIZE <= size; at++) {
        whittle_device_status status;
        memcpy(&status, data + at + sizeof(uint32_t), sizeof status);
        too_far |= load_le32(data + at) == ENTRY_MAGIC && status.sequence >= UINT32_MAX / 2;
    }
    return too_far;
}
