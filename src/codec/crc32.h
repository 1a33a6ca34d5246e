/* CRC-32 (IEEE 802.3, as in zlib), incremental. */
#ifndef WHITTLE_CODEC_CRC32_H
#define WHITTLE_CODEC_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Continues a checksum over size more bytes; start with crc = 0. */
uint32_t whittle_crc32(uint32_t crc, const uint8_t *data, size_t size);

#endif
