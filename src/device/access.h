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

/* Tells the user a line, and if error is not 0 another one that says why. */
void whittle_say(const whittle_device *device, const char *text, int error);

/* Tells the watchdog that all is well. */
void whittle_feed_watchdog(const whittle_device *device);

/* The next multiple of unit; value + unit must not overflow. */
uint32_t whittle_round_up(uint32_t value, uint32_t unit);

int whittle_flash_read(const whittle_device *device, uint32_t offset, void *data, size_t size);

/* Programs whole program units, page by page, and reads back what was programmed. */
int whittle_flash_program(const whittle_device *device, uint32_t offset, const void *data,
                          uint32_t size);

/* Erases the sector that begins at offset. */
int whittle_flash_erase(const whittle_device *device, uint32_t offset);

/* True if size bytes from offset read as data, or as erased where data is NULL. What cannot be read
 * does neither. */
bool whittle_flash_holds(const whittle_device *device, uint32_t offset, const void *data,
                         uint32_t size);

/* The leading bytes of the SHA-256 of size bytes from offset. */
int whittle_flash_digest(const whittle_device *device, uint32_t offset, uint32_t size,
                         uint8_t digest[WHITTLE_IMAGE_DIGEST_SIZE]);

/* Continues a CRC-32 over size bytes from offset. */
int whittle_flash_crc32(const whittle_device *device, uint32_t offset, uint32_t size,
                        uint32_t *crc);

#endif
