/* Explicit loads and stores of integers in byte arrays: no struct casts, no alignment rules, the
 * same result on every CPU. */
#ifndef WHITTLE_CODEC_BYTES_H
#define WHITTLE_CODEC_BYTES_H

#include <stdint.h>

static inline uint32_t load_le16(const uint8_t *data) {
    return (uint32_t)data[0] | (uint32_t)data[1] << 8;
}

static inline uint32_t load_le32(const uint8_t *data) {
    return load_le16(data) | load_le16(data + 2) << 16;
}

static inline uint32_t load_be32(const uint8_t *data) {
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static inline void store_le16(uint8_t *data, uint32_t value) {
    data[0] = (uint8_t)value;
    data[1] = (uint8_t)(value >> 8);
}

static inline void store_le32(uint8_t *data, uint32_t value) {
    store_le16(data, value);
    store_le16(data + 2, value >> 16);
}

static inline void store_be32(uint8_t *data, uint32_t value) {
    data[0] = (uint8_t)(value >> 24);
    data[1] = (uint8_t)(value >> 16);
    data[2] = (uint8_t)(value >> 8);
    data[3] = (uint8_t)value;
}

/* The low bits of value as a signed number. */
static inline int32_t sign_extend(uint32_t value, unsigned bits) {
    uint32_t sign = (uint32_t)1 << (bits - 1);
    return (int32_t)(((value & (2 * sign - 1)) ^ sign) - sign);
}

/* The bits [low, low + count) of value. */
static inline uint32_t bits_of(uint32_t value, unsigned low, unsigned count) {
    return value >> low & (((uint32_t)1 << count) - 1);
}

#endif
