/* Access to the device's flash: what the rest of src/device does with it, in whole operations that
 * keep the port's rules. */
#ifndef WHITTLE_DEVICE_ACCESS_H
#define WHITTLE_DEVICE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/device.h"

/* Checks that geometry and layout are what flash.h and device.h ask for: WHITTLE_ERROR_ARGUMENT. */
int whittle_device_check(const whittle_device *device);

/* The next multiple of unit; value + unit must not overflow. */
uint32_t whittle_round_up(uint32_t value, uint32_t unit);

/* Tells the watchdog that all is well. */
void whittle_feed_watchdog(const whittle_device *device);

int whittle_flash_read(const whittle_device *device, uint32_t offset, void *data, size_t size);

/* Programs whole program units, page by page, and reads back what was programmed. */
int whittle_flash_program(const whittle_device *device, uint32_t offset, const uint8_t *data,
                          size_t size);

/* Erases the sector that begins at offset. */
int whittle_flash_erase(const whittle_device *device, uint32_t offset);

/* True if size bytes from offset read as erased. What cannot be read is not erased. */
bool whittle_flash_is_erased(const whittle_device *device, uint32_t offset, uint32_t size);

/* The leading bytes of the SHA-256 of size bytes from offset. */
int whittle_flash_digest(const whittle_device *device, uint32_t offset, uint32_t size,
                         uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]);

/* The CRC-32 of size bytes from offset. */
int whittle_flash_crc32(const whittle_device *device, uint32_t offset, uint32_t size,
                        uint32_t *crc);

/* True if data is all erased bytes: such data need not be programmed. */
bool whittle_data_is_erased(const whittle_device *device, const uint8_t *data, size_t size);

#endif
