/* A device in a file: a flash image with boot loader area, record and slots, for trying the whole
 * flow without hardware and for tests of tools. Host only.
 *
 * The first sector, which on a device holds the boot loader, describes the device as text, so that
 * the file alone says what it is. The flash is the simulated one, written through to the file: it
 * enforces the rules of real flash, counts operations and time, and its power can be cut. A file
 * that takes no more bytes, as on a full disk, is such a cut.
 */
#ifndef POSIX_DEVICE_H
#define POSIX_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim_flash.h"
#include "whittle/device.h"
#include "whittle/trust.h"

/* How a device is made. */
typedef struct posix_device_options {
    const char *geometry;  /* a name of sim_geometries, see sim/sim_flash.h */
    uint32_t size;         /* bytes of the flash; 0: the default of that kind */
    uint32_t patch_memory; /* as in whittle_device */
    uint32_t hardware;     /* as in whittle_device */
    uint8_t trial_starts;  /* as in whittle_device */
    bool patches_enabled;  /* as in whittle_device */

    /* The key whose signatures every update needs, WHITTLE_PUBLIC_KEY_SIZE bytes; NULL: none. */
    const uint8_t *public_key;
} posix_device_options;

typedef struct posix_device {
    whittle_device device;    /* the caller may set its callbacks and context */
    whittle_flash flash;      /* the port: the simulated flash, written through */
    sim_flash sim;            /* counters, faults: sim_flash_cut(&posix->sim, ...) */
    const sim_geometry *kind; /* what it was made as */
    int file;
    bool changed;                                    /* since it was opened */
    int write_error;                                 /* errno of the write that failed; 0: none */
    uint8_t public_keys[1][WHITTLE_PUBLIC_KEY_SIZE]; /* where device.trust is not NULL */
    whittle_trust trust;
} posix_device;

/* The options that `whittle device init` starts from: spi-4k, 36 KiB for patching, confirmed at
 * once, patches enabled, no signatures needed. */
void posix_device_defaults(posix_device_options *options);

/* Makes the file, erased but for the description, and opens it. An existing file is replaced.
 * WHITTLE_ERROR_ARGUMENT: no such geometry, or no room for records and slots.
 * WHITTLE_ERROR_IO: errno says why. */
int posix_device_create(posix_device *posix, const char *path, const posix_device_options *options);

/* Opens a device that posix_device_create made.
 * WHITTLE_ERROR_CORRUPT: the file is no such device. WHITTLE_ERROR_IO: errno says why. */
int posix_device_open(posix_device *posix, const char *path);

/* Puts the first firmware into slot 0 and writes the first record. */
int posix_device_install(posix_device *posix, const uint8_t *image, uint32_t size,
                         uint32_t security_counter);

/* The version text of the image in a slot, where a patch made it that named one: that patch still
 * lies at the end of the slot. Otherwise an empty string. */
int posix_device_firmware_version(posix_device *posix, uint8_t slot,
                                  char version[WHITTLE_FIRMWARE_VERSION_MAX + 1]);

/* Writes everything to the disk and closes. WHITTLE_ERROR_IO: the file could not take all that the
 * flash was to hold, now or before; errno says why. */
int posix_device_close(posix_device *posix);

#endif
