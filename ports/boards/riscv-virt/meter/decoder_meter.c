/* Measures the decoder alone: how many instructions it takes to decode a patch, all in RAM.
 *
 * The emulator places the source image, the patch and their sizes in RAM and starts this program
 * instead of a boot loader (bench/decoder does that). It prints one line: bytes, instructions and
 * RAM, after it has checked the result against the digest that the patch promises.
 */
#include "board.h"
#include "console.h"

#include <string.h>

#include "whittle/decoder.h"
#include "whittle/sha256.h"

#define SIZES_ADDRESS  0x80F00000u /* two words: bytes of the source, bytes of the patch */
#define SOURCE_ADDRESS 0x81000000u
#define PATCH_ADDRESS  0x82000000u
#define TARGET_ADDRESS 0x83000000u
#define TARGET_MAX     0x01000000u
#define CHUNK          512u /* bytes of the patch in one call, as from a flash's page */

static uint64_t memory[WHITTLE_RAM_MAX / sizeof(uint64_t)];

static const uint8_t *const source = (const uint8_t *)SOURCE_ADDRESS;
static uint8_t *const target = (uint8_t *)TARGET_ADDRESS;

static int accept(void *context, const whittle_header *header) {
    (void)context;
    return header->target_size <= TARGET_MAX ? WHITTLE_OK : WHITTLE_ERROR_TOO_LARGE;
}

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    (void)context;
    memcpy(data, source + offset, size);
    return 0;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    memcpy(target + offset, data, size);
    return 0;
}

/* Exact where the emulator counts instructions. */
static uint64_t count_instructions(void) {
    uint32_t low, high, again;

    do {
        __asm__ volatile("rdinstreth %0" : "=r"(high));
        __asm__ volatile("rdinstret %0" : "=r"(low));
        __asm__ volatile("rdinstreth %0" : "=r"(again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

static int decode(whittle_decoder **decoder) {
    const whittle_decoder_io io = {NULL, accept, read_source, write_target};
    const uint8_t *patch = (const uint8_t *)PATCH_ADDRESS;
    uint32_t left = ((const volatile uint32_t *)SIZES_ADDRESS)[1];
    int error = whittle_decoder_init(memory, sizeof memory, &io, decoder);

    while (!error && left) {
        uint32_t piece = left < CHUNK ? left : CHUNK;
        error = whittle_decoder_feed(*decoder, patch, piece);
        patch += piece;
        left -= piece;
    }
    return error ? error : whittle_decoder_finish(*decoder);
}

static int check(const whittle_header *header) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;

    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, target, header->target_size);
    whittle_sha256_finish(&hash, digest);
    return memcmp(digest, header->target_digest, sizeof header->target_digest)
               ? WHITTLE_ERROR_TARGET
               : WHITTLE_OK;
}

static void print(const char *name, uint32_t value) {
    console_text(name);
    console_decimal(value);
}

_Noreturn void board_main(void) {
    whittle_decoder *decoder = NULL;

    serial_open();
    uint64_t start = count_instructions();
    int error = decode(&decoder);
    uint64_t end = count_instructions();
    const whittle_header *header = whittle_decoder_header(decoder);
    if (!error)
        error = check(header);
    if (error) {
        console_text("meter: ");
        console_text(whittle_error_text(error));
    } else {
        print("meter: bytes=", header->target_size);
        print(" thousand_instructions=", (uint32_t)((end - start) / 1000));
        print(" ram=", header->ram);
    }
    console_text("\n");
    board_power_off();
}
