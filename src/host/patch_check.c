/* Checking a patch on its own: header, length and CRC-32, before any image is looked at. */
#include "codec/bytes.h"
#include "codec/crc32.h"
#include "whittle/apply.h"

int whittle_patch_check(const uint8_t *patch, size_t patch_size, whittle_header *header) {
    int error = whittle_header_read(patch, patch_size, header);
    if (error) {
        return error;
    }
    if (patch_size < header->total_size) {
        return WHITTLE_ERROR_INCOMPLETE;
    }
    if (patch_size > header->total_size) {
        return WHITTLE_ERROR_TRAILING;
    }
    size_t covered = header->total_size - 4;
    return whittle_crc32(0, patch, covered) == load_le32(patch + covered) ? WHITTLE_OK
                                                                          : WHITTLE_ERROR_CHECKSUM;
}
