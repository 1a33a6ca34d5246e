/* A sketch that uses the library as C++, so that everything which boot loader and application call
 * has to be found when it is linked. It is never run. */
#include <whittle.h>

static int flash_read(void *, uint32_t, uint8_t *, size_t) {
    return WHITTLE_ERROR_IO;
}

static int flash_program(void *, uint32_t, const uint8_t *, size_t) {
    return WHITTLE_ERROR_IO;
}

static int flash_erase(void *, uint32_t) {
    return WHITTLE_ERROR_IO;
}

extern "C" void whittle_sha256_start(whittle_sha256 *) {
}
extern "C" void whittle_sha256_update(whittle_sha256 *, const void *, size_t) {
}
extern "C" void whittle_sha256_finish(whittle_sha256 *, uint8_t[WHITTLE_SHA256_SIZE]) {
}

static whittle_flash flash;
static whittle_device device;
static whittle_updater updater;
static uint64_t memory[1024];

extern "C" void setup() {
    flash.geometry = {65536, 4096, 1, 256, 0xFF, false};
    flash.read = flash_read;
    flash.program = flash_program;
    flash.erase = flash_erase;
    device.flash = &flash;
    device.patches_enabled = true;
    device.error_text = whittle_error_text;
}

extern "C" int loop() {
    whittle_decoder *decoder;
    whittle_decoder_io io = {};
    whittle_boot_decision decision;
    int error = whittle_decoder_init(memory, sizeof memory, &io, &decoder);
    if (!error) {
        error = whittle_updater_start(&updater, &device);
    }
    return error ? error : whittle_boot(&device, &whittle_boot_patcher, memory, &decision);
}
