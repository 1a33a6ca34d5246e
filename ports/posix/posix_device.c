/* A device in a file. See posix_device.h. Invariant: after each operation the file holds what the
 * simulated flash holds, so that killing the process is a power cut too. */
#include "posix/posix_device.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTION_SIZE = 512, RESERVED_SECTORS = 3, KEY_DIGITS = 2 * WHITTLE_PUBLIC_KEY_SIZE };

static const char no_key[] = "none";

static const char description_format[] = "whittle device 1\n"
                                         "geometry %31s\n"
                                         "patch-memory %" SCNu32 "\n"
                                         "hardware %" SCNu32 "\n"
                                         "trial-starts %" SCNu8 "\n"
                                         "patches-enabled %" SCNu8 "\n"
                                         "public-key %128s\n";

static_assert(KEY_DIGITS == 128, "as description_format has it");

/* ---- The file ---- */

/* Reads up to size bytes, fewer only where the file ends; or returns -1, and errno tells why. */
static ssize_t read_at(int file, uint32_t offset, void *data, size_t size) {
    size_t done = 0;
    for (;;) {
        ssize_t count =
            pread(file, (uint8_t *)data + done, size - done, (off_t)offset + (off_t)done);
        if (count < 0 && errno != EINTR) {
            return -1;
        }
        done += count > 0 ? (size_t)count : 0;
        if (count == 0 || done == size) {
            return (ssize_t)done;
        }
    }
}

static bool write_at(int file, uint32_t offset, const void *data, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count =
            pwrite(file, (const uint8_t *)data + done, size - done, (off_t)offset + (off_t)done);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* ---- The flash, written through ---- */

static int write_through(posix_device *posix, uint32_t offset, size_t size) {
    posix->changed = true;
    uint8_t invert = (uint8_t)(0xFFu ^ posix->flash.geometry.erased_value);
    uint8_t piece[4096];
    while (size) {
        size_t count = size < sizeof piece ? size : sizeof piece;
        for (size_t i = 0; i < count; i++) {
            piece[i] = posix->sim.bytes[offset + i] ^ invert;
        }
        if (!write_at(posix->file, offset, piece, count)) {
            posix->write_error = errno;
            posix->sim.powered = false; /* later writes must not follow upon one that is missing */
            return WHITTLE_ERROR_IO;
        }
        offset += (uint32_t)count;
        size -= count;
    }
    return WHITTLE_OK;
}

static int read_flash(void *context, uint32_t offset, uint8_t *data, size_t size) {
    posix_device *posix = context;
    return posix->sim.flash.read(&posix->sim, offset, data, size);
}

/* A failed operation may have changed the flash too: a torn one has. */
static int program_flash(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    posix_device *posix = context;
    bool powered = posix->sim.powered;
    int error = posix->sim.flash.program(&posix->sim, offset, data, size);
    int write_error = powered ? write_through(posix, offset, size) : WHITTLE_OK;
    return error ? error : write_error;
}

static int erase_flash(void *context, uint32_t offset) {
    posix_device *posix = context;
    bool powered = posix->sim.powered;
    int error = posix->sim.flash.erase(&posix->sim, offset);
    int write_error =
        powered ? write_through(posix, offset, posix->flash.geometry.erase_unit) : WHITTLE_OK;
    return error ? error : write_error;
}

/* ---- Making and opening ---- */

void posix_device_defaults(posix_device_options *options) {
    *options = (posix_device_options){.geometry = "spi-4k",
                                      .patch_memory = 36u << 10,
                                      .trial_starts = 0,
                                      .patches_enabled = true};
}

/* Sets up everything but the file's contents. */
static int lay_out(posix_device *posix, const posix_device_options *options) {
    posix->kind = sim_geometry_find(options->geometry);
    if (!posix->kind) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    whittle_flash_geometry geometry = posix->kind->geometry;
    uint32_t sector = geometry.erase_unit;
    geometry.size = options->size ? options->size : geometry.size;
    uint32_t slot_sectors = geometry.size / sector < RESERVED_SECTORS + 2
                                ? 0
                                : (geometry.size / sector - RESERVED_SECTORS) / 2;
    posix->flash = (whittle_flash){.geometry = geometry,
                                   .context = posix,
                                   .read = read_flash,
                                   .program = program_flash,
                                   .erase = erase_flash};
    posix->device = (whittle_device){
        .flash = &posix->flash,
        .record_offset = {sector, 2 * sector},
        .slot_offset = {RESERVED_SECTORS * sector, (RESERVED_SECTORS + slot_sectors) * sector},
        .slot_size = slot_sectors * sector,
        .patch_memory = options->patch_memory,
        .patches_enabled = options->patches_enabled,
        .trial_starts = options->trial_starts,
        .hardware = options->hardware,
        .error_text = whittle_error_text};
    if (options->public_key) {
        memcpy(posix->public_keys[0], options->public_key, WHITTLE_PUBLIC_KEY_SIZE);
        posix->trust =
            (whittle_trust){.keys = (const uint8_t(*)[WHITTLE_PUBLIC_KEY_SIZE])posix->public_keys,
                            .key_count = 1,
                            .check = whittle_trust_check,
                            .verify = whittle_signature_verify};
        posix->device.trust = &posix->trust;
    }
    if (slot_sectors == 0 || geometry.size % sector != 0) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    return sim_flash_create(&posix->sim, &geometry, &posix->kind->latency, 1);
}

static int fail(posix_device *posix, int error) {
    int saved = errno;
    sim_flash_destroy(&posix->sim);
    if (posix->file >= 0) {
        close(posix->file);
    }
    posix->file = -1;
    errno = saved;
    return error;
}

/* The description's word for a key, or for none. */
static void write_key(const uint8_t *public_key, char digits[KEY_DIGITS + 1]) {
    (void)snprintf(digits, KEY_DIGITS + 1, "%s", no_key);
    for (unsigned i = 0; public_key && i < WHITTLE_PUBLIC_KEY_SIZE; i++) {
        (void)snprintf(digits + 2 * i, 3, "%02x", public_key[i]);
    }
}

/* The key that the word tells; *has_key is set to false where it tells none. */
static int read_key(const char *digits, uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE],
                    bool *has_key) {
    *has_key = strcmp(digits, no_key) != 0;
    if (*has_key &&
        (strlen(digits) != KEY_DIGITS || strspn(digits, "0123456789abcdef") != KEY_DIGITS)) {
        return WHITTLE_ERROR_CORRUPT;
    }
    for (unsigned i = 0; *has_key && i < WHITTLE_PUBLIC_KEY_SIZE; i++) {
        if (sscanf(digits + 2 * i, "%2" SCNx8, &public_key[i]) != 1) {
            return WHITTLE_ERROR_CORRUPT;
        }
    }
    return WHITTLE_OK;
}

/* Writes the description, and returns its size. */
static int describe(const posix_device_options *options, char text[DESCRIPTION_SIZE]) {
    char key[KEY_DIGITS + 1];
    write_key(options->public_key, key);
    return snprintf(text, DESCRIPTION_SIZE,
                    "whittle device 1\n"
                    "geometry %s\n"
                    "patch-memory %" PRIu32 "\n"
                    "hardware %" PRIu32 "\n"
                    "trial-starts %u\n"
                    "patches-enabled %u\n"
                    "public-key %s\n",
                    options->geometry, options->patch_memory, options->hardware,
                    (unsigned)options->trial_starts, (unsigned)options->patches_enabled, key);
}

int posix_device_create(posix_device *posix, const char *path,
                        const posix_device_options *options) {
    char text[DESCRIPTION_SIZE];
    memset(posix, 0, sizeof *posix);
    posix->file = -1;
    int error = lay_out(posix, options);
    if (error) {
        return fail(posix, error);
    }
    int size = describe(options, text);
    sim_flash_load(&posix->sim, 0, (const uint8_t *)text, (uint32_t)size);
    posix->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (posix->file < 0 || write_through(posix, 0, posix->flash.geometry.size)) {
        return fail(posix, WHITTLE_ERROR_IO);
    }
    return WHITTLE_OK;
}

/* True if the options are what the text describes, to the last byte: what scanf makes of a number
 * that is too large, or of one with a sign, is none of them. */
static bool is_described(const posix_device_options *options, const char *text) {
    char described[DESCRIPTION_SIZE];
    int size = describe(options, described);
    return strncmp(text, described, (size_t)size) == 0;
}

/* Reads the description from the file's first bytes. */
static int read_description(const posix_device *posix, posix_device_options *options,
                            char geometry[32], uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]) {
    char text[DESCRIPTION_SIZE + 1];
    char key[KEY_DIGITS + 1];
    bool has_key;
    uint8_t enabled;
    ssize_t size = read_at(posix->file, 0, text, DESCRIPTION_SIZE);
    if (size < 0) {
        return WHITTLE_ERROR_IO;
    }
    text[size] = '\0';
    posix_device_defaults(options);
    if (sscanf(text, description_format, geometry, &options->patch_memory, &options->hardware,
               &options->trial_starts, &enabled, key) != 6) {
        return WHITTLE_ERROR_CORRUPT;
    }
    int error = read_key(key, public_key, &has_key);
    options->geometry = geometry;
    options->patches_enabled = enabled != 0;
    options->public_key = has_key ? public_key : NULL;
    if (!error && !is_described(options, text)) {
        error = WHITTLE_ERROR_CORRUPT;
    }
    return error;
}

/* Fills the simulated flash from the file. */
static int read_contents(posix_device *posix) {
    uint32_t size = posix->flash.geometry.size;
    uint8_t *contents = malloc(size);
    if (!contents) {
        return WHITTLE_ERROR_MEMORY;
    }
    ssize_t count = read_at(posix->file, 0, contents, size);
    int error = count == (ssize_t)size ? WHITTLE_OK
                : count < 0            ? WHITTLE_ERROR_IO
                                       : WHITTLE_ERROR_CORRUPT;
    if (!error) {
        sim_flash_restore(&posix->sim, contents);
    }
    free(contents);
    return error;
}

int posix_device_open(posix_device *posix, const char *path) {
    posix_device_options options;
    char geometry[32];
    uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE];
    struct stat status;
    memset(posix, 0, sizeof *posix);
    posix->file = open(path, O_RDWR | O_CLOEXEC);
    if (posix->file < 0 || fstat(posix->file, &status)) {
        return fail(posix, WHITTLE_ERROR_IO);
    }
    int error = read_description(posix, &options, geometry, public_key);
    if (!error && (status.st_size <= 0 || status.st_size > UINT32_MAX)) {
        error = WHITTLE_ERROR_CORRUPT;
    }
    if (!error) {
        options.size = (uint32_t)status.st_size;
        error = lay_out(posix, &options);
        error = error == WHITTLE_ERROR_ARGUMENT ? WHITTLE_ERROR_CORRUPT : error;
    }
    if (!error) {
        error = read_contents(posix);
    }
    return error ? fail(posix, error) : WHITTLE_OK;
}

/* Of an error in a file that was only read, nothing can be lost. */
int posix_device_close(posix_device *posix) {
    int error = posix->write_error;
    if (!error && posix->changed && fsync(posix->file)) {
        error = errno;
    }
    if (close(posix->file) && !error && posix->changed) {
        error = errno;
    }
    posix->file = -1;
    sim_flash_destroy(&posix->sim);
    errno = error;
    return error ? WHITTLE_ERROR_IO : WHITTLE_OK;
}

/* ---- Using ---- */

int posix_device_install(posix_device *posix, const uint8_t *image, uint32_t size,
                         uint32_t security_counter) {
    if (size == 0 || size > posix->device.slot_size) {
        return size == 0 ? WHITTLE_ERROR_NO_IMAGE : WHITTLE_ERROR_TOO_LARGE;
    }
    sim_flash_load(&posix->sim, posix->device.slot_offset[0], image, size);
    int error = write_through(posix, posix->device.slot_offset[0], size);
    return error ? error : whittle_device_install(&posix->device, 0, size, security_counter);
}

int posix_device_firmware_version(posix_device *posix, uint8_t slot,
                                  char version[WHITTLE_FIRMWARE_VERSION_MAX + 1]) {
    const whittle_device *device = &posix->device;
    whittle_device_status status;
    version[0] = '\0';
    int error = whittle_device_read_status(device, &status);
    if (error) {
        return error;
    }
    const whittle_slot_image *image = &status.images[slot];
    if (image->size == 0 || image->patch_size == 0 || image->patch_size > device->slot_size) {
        return WHITTLE_OK;
    }
    uint8_t bytes[WHITTLE_HEADER_MAX];
    whittle_header header;
    uint32_t sector = device->flash->geometry.erase_unit;
    uint32_t stored = (image->patch_size + sector - 1) / sector * sector;
    uint32_t count = image->patch_size < sizeof bytes ? image->patch_size : (uint32_t)sizeof bytes;
    error = read_flash(posix, device->slot_offset[slot] + device->slot_size - stored, bytes, count);
    if (!error && whittle_header_read(bytes, count, &header) == WHITTLE_OK &&
        memcmp(header.target_digest, image->digest, sizeof image->digest) == 0) {
        memcpy(version, header.firmware_version, sizeof header.firmware_version);
    }
    return error;
}
