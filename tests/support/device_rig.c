/* The device for tests. See device_rig.h. */
#include "support/device_rig.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit_test.h"

enum { GUARD_SIZE = 64, GUARD_BYTE = 0xA5 };

static uint64_t step(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static rig_bytes allocate(uint32_t size) {
    rig_bytes bytes = {malloc(size ? size : 1), size};
    assert_non_null(bytes.data);
    return bytes;
}

rig_bytes rig_make_image(uint32_t size, uint64_t seed) {
    uint64_t random = seed * 2 + 1;
    rig_bytes image = allocate(size);
    uint32_t words[16];
    for (unsigned i = 0; i < 16; i++) {
        words[i] = (uint32_t)step(&random);
    }
    uint32_t address = 0x08000000;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t choice = i % 4 == 0 ? step(&random) % 8 : 8;
        if (choice < 2) {
            address += 4 * (uint32_t)choice + 4;
            words[choice] = address;
        } else if (choice == 2) {
            words[step(&random) % 16] = (uint32_t)step(&random);
        }
        image.data[i] = (uint8_t)(words[(i / 4 * 7 + choice) % 16] >> 8 * (i % 4));
    }
    return image;
}

rig_bytes rig_make_next_image(const rig_bytes *image, uint64_t seed) {
    uint64_t random = seed * 2 + 1;
    uint32_t inserted = 24 + image->size / 6;
    uint32_t at = image->size / 3;
    rig_bytes next = allocate(image->size + inserted);
    memcpy(next.data, image->data, at);
    for (uint32_t i = 0; i < inserted; i++) {
        next.data[at + i] = (uint8_t)step(&random);
    }
    memcpy(next.data + at + inserted, image->data + at, image->size - at);
    for (unsigned i = 0; i < 8 && next.size; i++) {
        next.data[step(&random) % next.size] ^= (uint8_t)(1 + step(&random) % 255);
    }
    return next;
}

whittle_encoder_options rig_encoder_options(void) {
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    options.ram = RIG_PATCH_RAM;
    options.isa = WHITTLE_ISA_NONE;
    options.jobs = 1;
    return options;
}

rig_bytes rig_make_patch(const rig_bytes *from, const rig_bytes *to,
                         const whittle_encoder_options *options) {
    whittle_encoder_options defaults = rig_encoder_options();
    rig_bytes patch;
    size_t size;
    int error = whittle_encode(from->data, from->size, to->data, to->size,
                               options ? options : &defaults, &patch.data, &size);
    assert_int_equal(error, WHITTLE_OK);
    patch.size = (uint32_t)size;
    return patch;
}

/* ---- The device's callbacks ---- */

static void keep_message(void *context, const char *text) {
    device_rig *rig = context;
    size_t used = strlen(rig->console);
    size_t length = strlen(text);
    if (used + length + 2 <= sizeof rig->console) {
        memcpy(rig->console + used, text, length);
        memcpy(rig->console + used + length, "\n", 2);
    }
}

static void count_watchdog(void *context) {
    device_rig *rig = context;
    uint64_t waited = rig->sim.nanoseconds - rig->watchdog_time;
    rig->watchdog_calls++;
    rig->watchdog_time = rig->sim.nanoseconds;
    rig->watchdog_longest = waited > rig->watchdog_longest ? waited : rig->watchdog_longest;
}

static void keep_progress(void *context, uint32_t done, uint32_t total) {
    device_rig *rig = context;
    assert_true(done <= total);
    assert_true(total == rig->new_image.size || total == rig->old_image.size);
    rig->progress_done = done;
}

/* ---- Making one ---- */

static uint32_t sectors_for(uint32_t size, uint32_t sector) {
    return (size + sector - 1) / sector;
}

/* Boot loader, two records, two slots. */
static void lay_out(device_rig *rig, uint32_t sector, uint32_t slot_sectors) {
    rig->device.record_offset[0] = sector;
    rig->device.record_offset[1] = 2 * sector;
    rig->device.slot_offset[0] = 3 * sector;
    rig->device.slot_offset[1] = (3 + slot_sectors) * sector;
    rig->device.slot_size = slot_sectors * sector;
}

void rig_create(device_rig *rig, const rig_options *options) {
    static const sim_latency latency = {100, 700, 45000};
    whittle_flash_geometry geometry = options->geometry;
    uint32_t sector = geometry.erase_unit;
    memset(rig, 0, sizeof *rig);
    rig->old_image = rig_make_image(options->image_size, options->seed);
    rig->new_image = rig_make_next_image(&rig->old_image, options->seed + 1);
    rig->patch = rig_make_patch(&rig->old_image, &rig->new_image, NULL);
    uint32_t slot_sectors = options->slot_sectors;
    if (slot_sectors == 0) {
        slot_sectors =
            sectors_for(rig->new_image.size, sector) + sectors_for(rig->patch.size, sector);
    }
    geometry.size = (3 + 2 * slot_sectors) * sector;
    assert_int_equal(sim_flash_create(&rig->sim, &geometry, &latency, options->seed), WHITTLE_OK);
    lay_out(rig, sector, slot_sectors);
    rig->device.flash = &rig->sim.flash;
    rig->device.patch_memory = geometry.program_page + RIG_PATCH_RAM;
    rig->device.patches_enabled = true;
    rig->device.trial_starts = options->trial_starts;
    rig->device.context = rig;
    rig->device.message = keep_message;
    rig->device.error_text = whittle_error_text;
    rig->device.watchdog = count_watchdog;
    rig->device.progress = keep_progress;
    rig->memory = malloc(rig->device.patch_memory + GUARD_SIZE);
    assert_non_null(rig->memory);
    sim_flash_load(&rig->sim, rig->device.slot_offset[0], rig->old_image.data, rig->old_image.size);
    assert_int_equal(whittle_device_install(&rig->device, 0, rig->old_image.size, 0), WHITTLE_OK);
}

void rig_destroy(device_rig *rig) {
    sim_flash_destroy(&rig->sim);
    free(rig->old_image.data);
    free(rig->new_image.data);
    free(rig->patch.data);
    free(rig->memory);
    memset(rig, 0, sizeof *rig);
}

int rig_tear_down(void **state) {
    device_rig *rig = *state;
    assert_null(rig->sim.violation);
    rig_destroy(rig);
    return 0;
}

/* ---- Using it ---- */

int rig_send(device_rig *rig, const rig_bytes *file, uint32_t chunk, bool resume) {
    whittle_updater updater;
    uint32_t offset = 0;
    int error = resume ? whittle_updater_resume(&updater, &rig->device, &offset)
                       : whittle_updater_start(&updater, &rig->device);
    while (!error && offset < file->size) {
        uint32_t count = file->size - offset < chunk ? file->size - offset : chunk;
        error = whittle_updater_write(&updater, file->data + offset, count);
        offset += count;
    }
    return error ? error : whittle_updater_finish(&updater);
}

int rig_boot(device_rig *rig, whittle_boot_decision *decision) {
    uint8_t *guard = (uint8_t *)rig->memory + rig->device.patch_memory;
    int error;
    memset(guard, GUARD_BYTE, GUARD_SIZE);
    do {
        error = whittle_boot(&rig->device, &whittle_boot_patcher, rig->memory, decision);
    } while (!error && decision->action == WHITTLE_BOOT_RESTART);
    for (unsigned i = 0; i < GUARD_SIZE; i++) {
        assert_int_equal(guard[i], GUARD_BYTE);
    }
    return error;
}

bool rig_starts(const device_rig *rig, const whittle_boot_decision *decision,
                const rig_bytes *image) {
    if (decision->size != image->size) {
        return false;
    }
    for (uint32_t i = 0; i < image->size; i++) {
        uint32_t offset = decision->offset + i;
        uint8_t invert = (uint8_t)(0xFFu ^ rig->sim.flash.geometry.erased_value);
        if ((rig->sim.bytes[offset] ^ invert) != image->data[i] || rig->sim.unstable[offset]) {
            return false;
        }
    }
    return true;
}

void rig_boots(device_rig *rig, const rig_bytes *image) {
    whittle_boot_decision decision;
    assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
    assert_true(rig_starts(rig, &decision, image));
}

bool rig_boots_old_or_new(device_rig *rig) {
    whittle_boot_decision decision;
    assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
    bool is_new = rig_starts(rig, &decision, &rig->new_image);
    assert_true(is_new || rig_starts(rig, &decision, &rig->old_image));
    return is_new;
}

whittle_device_status rig_status(device_rig *rig) {
    whittle_device_status status;
    assert_int_equal(whittle_device_read_status(&rig->device, &status), WHITTLE_OK);
    return status;
}

bool rig_said(const device_rig *rig, const char *line) {
    size_t length = strlen(line);
    for (const char *at = strstr(rig->console, line); at; at = strstr(at + 1, line)) {
        if ((at == rig->console || at[-1] == '\n') && at[length] == '\n') {
            return true;
        }
    }
    return false;
}

void rig_clear_console(device_rig *rig) {
    rig->console[0] = '\0';
}
