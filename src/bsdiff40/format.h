/* The layout of a BSDIFF40 patch, and the segments that it stands for.
 *
 *     offset  size  contents
 *          0     8  "BSDIFF40"
 *          8     8  c, the size of the compressed control stream
 *         16     8  d, the size of the compressed difference stream
 *         24     8  n, the size of the target
 *         32     c  control stream
 *     32 + c     d  difference stream
 * 32 + c + d        extra stream, up to the end of the patch
 *
 * Each stream is one bzip2 stream. Numbers take 64 bits: the absolute value in little-endian order,
 * the sign in the top bit of the last byte (so zero can be written in two ways).
 *
 * The control stream holds three numbers for each segment: the bytes copied, the bytes inserted,
 * and how far the place in the source moves before the next segment. A segment adds the next bytes
 * of the difference stream to the source's, byte by byte modulo 256, which gives the copied bytes;
 * the next bytes of the extra stream are the inserted ones. So a copy may be wrong here and there:
 * the difference stream is mostly zeros, and where code moved, its other values repeat themselves.
 * That is what lets bzip2 do well on it. A copy may also reach out of the source, where all bytes
 * count as zero.
 */
#ifndef WHITTLE_BSDIFF40_FORMAT_H
#define WHITTLE_BSDIFF40_FORMAT_H

#include <stdint.h>

enum {
    MAGIC_SIZE = 8,
    NUMBER_SIZE = 8,
    HEADER_SIZE = MAGIC_SIZE + 3 * NUMBER_SIZE,
    CONTROL_SIZE = 3 * NUMBER_SIZE, /* of one segment, before compression */
};

#define BSDIFF40_MAGIC "BSDIFF40"

static inline int64_t load_number(const uint8_t *data) {
    uint64_t magnitude = data[NUMBER_SIZE - 1] & 0x7F;
    for (int i = NUMBER_SIZE - 2; i >= 0; i--) {
        magnitude = magnitude << 8 | data[i];
    }
    return data[NUMBER_SIZE - 1] & 0x80 ? -(int64_t)magnitude : (int64_t)magnitude;
}

static inline void store_number(uint8_t *data, int64_t value) {
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int i = 0; i < NUMBER_SIZE; i++) {
        data[i] = (uint8_t)(magnitude >> 8 * i);
    }
    if (value < 0) {
        data[NUMBER_SIZE - 1] |= 0x80;
    }
}

#endif
