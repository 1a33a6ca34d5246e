/* A whole device for tests: a simulated flash, a layout, two firmware versions and what updates one
 * to the other, and a console that keeps what the device says. */
#ifndef DEVICE_RIG_H
#define DEVICE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim_flash.h"
#include "whittle/boot.h"
#include "whittle/device.h"
#include "whittle/encoder.h"
#include "whittle/updater.h"

#define RIG_CONSOLE_SIZE 4096

/* Bytes of one size, owned. */
typedef struct rig_bytes {
    uint8_t *data;
    uint32_t size;
} rig_bytes;

/* What the firmware is made of. */
typedef struct rig_options {
    whittle_flash_geometry geometry; /* its size is set by the rig */
    uint32_t image_size;             /* bytes of the old firmware; the new one is a little larger */
    uint32_t slot_sectors;           /* erase units of each slot; 0: just enough */
    uint8_t trial_starts;
    uint64_t seed;
} rig_options;

typedef struct device_rig {
    sim_flash sim;
    whittle_device device;
    rig_bytes old_image;
    rig_bytes new_image;
    rig_bytes patch;  /* old to new */
    uint64_t *memory; /* for patching: device.patch_memory bytes, with guard bytes behind */
    unsigned watchdog_calls;
    uint64_t watchdog_time;    /* of the simulated clock, at the last call */
    uint64_t watchdog_longest; /* nanoseconds between two calls, at most */
    uint32_t progress_done;
    char console[RIG_CONSOLE_SIZE];
} device_rig;

/* RAM of the patches that the rig makes, in bytes. */
#define RIG_PATCH_RAM 4096u

/* Bytes that look like firmware: words that repeat, addresses that count up. */
rig_bytes rig_make_image(uint32_t size, uint64_t seed);

/* An image like another one, as its next version is: bytes changed, inserted and taken away. */
rig_bytes rig_make_next_image(const rig_bytes *image, uint64_t seed);

/* A patch; options may be NULL for RIG_PATCH_RAM and nothing else. Frees with free(patch.data). */
rig_bytes rig_make_patch(const rig_bytes *from, const rig_bytes *to,
                         const whittle_encoder_options *options);

/* Encoder options as the rig uses them. */
whittle_encoder_options rig_encoder_options(void);

/* Makes a device with its old firmware in slot 0. Fails the test if it cannot. */
void rig_create(device_rig *rig, const rig_options *options);
void rig_destroy(device_rig *rig);

/* The teardown of a test whose setup has made *state the rig. Fails the test if it did to the flash
 * what a flash forbids. */
int rig_tear_down(void **state);

/* Sends a file through the updater from the offset that it asks for, in pieces of chunk bytes:
 * start (or resume), write, finish. Returns the first error. */
int rig_send(device_rig *rig, const rig_bytes *file, uint32_t chunk, bool resume);

/* Runs the boot loader as a device does: again after each restart that it asks for. */
int rig_boot(device_rig *rig, whittle_boot_decision *decision);

/* True if what the decision starts is this image, whole, as the flash holds it now. */
bool rig_starts(const device_rig *rig, const whittle_boot_decision *decision,
                const rig_bytes *image);

/* Boots; fails the test if anything starts but this image. */
void rig_boots(device_rig *rig, const rig_bytes *image);

/* Boots; fails the test if anything starts but the old image or the new one. True if it is the new
 * one. */
bool rig_boots_old_or_new(device_rig *rig);

/* The state; fails the test if there is none. */
whittle_device_status rig_status(device_rig *rig);

/* True if the console has that line. */
bool rig_said(const device_rig *rig, const char *line);
void rig_clear_console(device_rig *rig);

#endif
