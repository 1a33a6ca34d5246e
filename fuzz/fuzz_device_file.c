/* Devices in files (ports/posix), with anything in the file. The input: two bytes, which say how
 * many KiB of erased flash follow, and what the file holds before them.
 *
 * What opens lies within its bounds, and is described as posix_device_create would describe it.
 * Looking at a device, or refusing it, changes nothing; starting it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/support/folder.h"
#include "fuzz/support/fuzz.h"
#include "fuzz/support/record_entries.h"
#include "posix/posix_device.h"
#include "whittle/boot.h"

enum { ERASED = 0xFF, KIB_MAX = 700, MEMORY_MAX = 1 << 16, RESTARTS_MAX = 8 };

static image make_file(fuzz_input *input) {
    size_t erased = (fuzz_number16(input) % KIB_MAX) << 10;
    image file = image_of_value(ERASED, input->size + erased);
    if (input->size > 0) {
        memcpy(file.data, input->data, input->size);
    }
    return file;
}

static void require_unchanged(const char *path, const image *file) {
    image now = fuzz_read_file(path);
    FUZZ_REQUIRE(now.size == file->size);
    FUZZ_REQUIRE(now.size == 0 || memcmp(now.data, file->data, now.size) == 0);
    image_free(&now);
}

static void require_in_bounds(const whittle_device *device) {
    const whittle_flash_geometry *geometry = &device->flash->geometry;
    FUZZ_REQUIRE(device->slot_size > 0);
    for (unsigned i = 0; i < WHITTLE_SLOT_COUNT; i++) {
        FUZZ_REQUIRE(device->record_offset[i] <= geometry->size - geometry->erase_unit);
        FUZZ_REQUIRE(device->slot_size <= geometry->size);
        FUZZ_REQUIRE(device->slot_offset[i] <= geometry->size - device->slot_size);
    }
}

/* A device that is made the same has the same description, up to the erased bytes behind it. */
static void require_described(const posix_device *posix, const image *file) {
    char path[FUZZ_PATH_SIZE];
    posix_device again;
    const posix_device_options options = {.geometry = posix->kind->name,
                                          .size = posix->flash.geometry.size,
                                          .patch_memory = posix->device.patch_memory,
                                          .hardware = posix->device.hardware,
                                          .trial_starts = posix->device.trial_starts,
                                          .patches_enabled = posix->device.patches_enabled,
                                          .public_key =
                                              posix->device.trust ? posix->public_keys[0] : NULL};
    fuzz_path("again", path);
    FUZZ_REQUIRE(posix_device_create(&again, path, &options) == WHITTLE_OK);
    const uint8_t *end = memchr(again.sim.bytes, ERASED, file->size);
    FUZZ_REQUIRE(end && end > again.sim.bytes);
    FUZZ_REQUIRE(memcmp(again.sim.bytes, file->data, (size_t)(end - again.sim.bytes)) == 0);
    FUZZ_REQUIRE(posix_device_close(&again) == WHITTLE_OK);
}

static void look(posix_device *posix) {
    whittle_device_status status;
    char version[WHITTLE_FIRMWARE_VERSION_MAX + 1];
    if (whittle_device_read_status(&posix->device, &status) == WHITTLE_OK) {
        FUZZ_REQUIRE(status.active < WHITTLE_SLOT_COUNT);
    }
    for (uint8_t slot = 0; slot < WHITTLE_SLOT_COUNT; slot++) {
        (void)posix_device_firmware_version(posix, slot, version);
        FUZZ_REQUIRE(strnlen(version, sizeof version) < sizeof version);
    }
}

static void start(posix_device *posix) {
    whittle_device *device = &posix->device;
    whittle_boot_decision decision;
    unsigned restarts = 0;
    int error;
    if (device->patch_memory > MEMORY_MAX) {
        device->patch_memory =
            MEMORY_MAX; /* as much memory may be wanted; here it only takes time */
    }
    image memory = image_of_value(0, device->patch_memory);
    do {
        error = whittle_boot(device, device->patches_enabled ? &whittle_boot_patcher : NULL,
                             memory.data, &decision);
        FUZZ_REQUIRE(restarts++ < RESTARTS_MAX);
    } while (!error && decision.action == WHITTLE_BOOT_RESTART);
    image_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[FUZZ_PATH_SIZE];
    posix_device posix;
    fuzz_input input = {data, size};
    image file = make_file(&input);
    fuzz_path("device", path);
    fuzz_write_file(path, file.data, file.size);
    int error = posix_device_open(&posix, path);
    if (!error) {
        require_in_bounds(&posix.device);
        require_described(&posix, &file);
        look(&posix);
        FUZZ_REQUIRE(posix_device_close(&posix) == WHITTLE_OK);
    }
    FUZZ_REQUIRE(!error || error == WHITTLE_ERROR_CORRUPT);
    require_unchanged(path, &file);
    if (!error && !fuzz_counts_too_far(data, size)) {
        FUZZ_REQUIRE(posix_device_open(&posix, path) == WHITTLE_OK);
        start(&posix);
        FUZZ_REQUIRE(posix_device_close(&posix) == WHITTLE_OK);
    }
    image_free(&file);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, room);
    if (seed % 8) {
        fuzz_seal_entries(data, size);
    }
    return size;
}
