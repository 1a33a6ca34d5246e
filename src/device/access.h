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

/* Tells the user a line, unless text is NULL, and if error is not 0 another one that says why. */
void whittle_say(const whittle_device *device, const char *text, int error);

/* Tells the watchdog that all is well. */
void whittle_feed_watchdog(const whittle_device *device);

/* The next multiple of unit; value + unit must not overflow. */
uint32_t whittle_round_up(uint32_t value, uint32_t unit);

/* True if a slot can hold that many bytes, which are one at least. */
static inline bool whittle_fits_slot(const whittle_device *device, uint32_t size) {
    return size - 1 < device->slot_size; /* 0 - 1 is larger than any slot */
}

int whittle_flash_read(const whittle_device *device, uint32_t offset, void *data, size_t size);

/* Programs whole program units, page by page, and reads back what was programmed. data is not
 * changed. */
int whittle_flash_program(const whittle_device *device, uint32_t offset, void *data, uint32_t size);

/* Erases the sector that begins at offset. */
int whittle_flash_erase(const whittle_device *device, uint32_t offset);

/* What a scan does with the bytes that it reads. */
typedef enum whittle_scan {
    WHITTLE_SCAN_HASH,    /* continues a whittle_sha256 */
    WHITTLE_SCAN_SUM,     /* continues a CRC-32, a uint32_t */
    WHITTLE_SCAN_COMPARE, /* compares with bytes, or with erased bytes where context is NULL;
                             WHITTLE_ERROR_IO: they differ */
} whittle_scan;

/* Reads size bytes from offset, a piece at a time, and feeds the watchdog. */
int whittle_flash_scan(const whittle_device *device, uint32_t offset, uint32_t size,
                       whittle_scan scan, void *context);

/* True if size bytes from offset read as erased. What cannot be read is not erased. */
bool whittle_flash_is_erased(const whittle_device *device, uint32_t offset, uint32_t size);

#endif
