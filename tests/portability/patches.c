/* Makes patches and prints one line for each: what it is of, its size and its SHA-256. The lines
 * must be the same from every build on every machine; tests/portability/run compares them.
 *
 * usage: patches [OLD NEW]...     pairs made up here, and those files
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/bytes.h"
#include "whittle/encoder.h"
#include "whittle/error.h"
#include "whittle/sha256.h"

typedef struct image {
    uint8_t *data;
    size_t size; /* bytes */
} image;

enum { FILE_MAX = 1 << 20 };

static int failures = 0;

static void print_patch(const char *name, image source, image target,
                        const whittle_encoder_options *options) {
    uint8_t *patch;
    size_t size;
    int error =
        whittle_encode(source.data, source.size, target.data, target.size, options, &patch, &size);
    printf("%s, %u bytes of RAM, instruction set %u: ", name, (unsigned)options->ram,
           (unsigned)options->isa);
    if (error) {
        printf("%s\n", whittle_error_text(error));
        failures++;
        return;
    }
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, patch, size);
    whittle_sha256_finish(&hash, digest);
    printf("%zu bytes, ", size);
    for (unsigned i = 0; i < WHITTLE_SHA256_SIZE; i++) {
        printf("%02x", digest[i]);
    }
    printf("\n");
    free(patch);
}

static void print_patches(const char *name, image source, image target) {
    static const uint32_t rams[] = {4096, 32768, 262144};
    for (size_t i = 0; i < sizeof rams / sizeof *rams; i++) {
        whittle_encoder_options options;
        whittle_encoder_defaults(&options);
        options.ram = rams[i];
        print_patch(name, source, target, &options);
    }
}

/* ---- Pairs made up here ---- */

/* Marsaglia's xorshift: the same bytes on every machine. */
static void fill_with_noise(uint8_t *data, size_t size, uint32_t state) {
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        data[i] = (uint8_t)(state >> 24);
    }
}

/* ---- Code of each instruction set: functions that call each other ---- */

enum { CODE_BASE = 0x10000, CODE_FUNCTIONS = 300, CODE_MAX = 65536 };

/* Writes a call instruction that lies at address, and what fills up 8 bytes. */
static void put_call(uint8_t *code, uint8_t isa, uint32_t address, uint32_t callee) {
    uint32_t distance = callee - address;
    store_le32(code, 0);
    store_le32(code + 4, 0);
    switch (isa) {
    case WHITTLE_ISA_THUMB: /* BL within 4 MiB: the bits J1 and J2 are the inverted sign's */
        distance -= 4;
        store_le16(code, 0xF000 | bits_of(distance, 31, 1) << 10 | bits_of(distance, 12, 10));
        store_le16(code + 2, 0xF800 | bits_of(distance, 1, 11));
        break;
    case WHITTLE_ISA_XTENSA: /* CALL0, a NOP and a NOP.N */
        distance = callee - (address & ~3u) - 4;
        store_le32(code, 0xF0000005 | bits_of(distance, 2, 18) << 6);
        store_le32(code + 4, 0xF03D0020);
        break;
    case WHITTLE_ISA_RISCV: /* JAL */
        store_le32(code, 0xEF | bits_of(distance, 12, 8) << 12 | bits_of(distance, 11, 1) << 20 |
                             bits_of(distance, 1, 10) << 21 | bits_of(distance, 20, 1) << 31);
        break;
    case WHITTLE_ISA_AARCH64: /* BL */
        store_le32(code, 0x94000000 | bits_of(distance, 2, 26));
        break;
    case WHITTLE_ISA_AVR: /* CALL */
        store_le32(code, 0x940E | bits_of(callee, 17, 1) | bits_of(callee, 1, 16) << 16);
        break;
    case WHITTLE_ISA_MIPS_LE: /* JAL */
        store_le32(code, 0x0C000000 | bits_of(callee, 2, 26));
        break;
    case WHITTLE_ISA_MIPS_BE:
        store_be32(code, 0x0C000000 | bits_of(callee, 2, 26));
        break;
    default:
        break;
    }
}

/* Where a function begins. In the later release every tenth is larger. */
static uint32_t function_start(unsigned function, bool later) {
    uint32_t start = 0;
    for (unsigned i = 0; i < function; i++) {
        start += 32 + i % 7 * 8 + (later && i % 10 == 0 ? 16 : 0);
    }
    return start;
}

/* Each function calls two others, and is noise between. */
static image make_code(uint8_t *data, uint8_t isa, bool later) {
    for (unsigned i = 0; i < CODE_FUNCTIONS; i++) {
        uint32_t start = function_start(i, later);
        fill_with_noise(data + start, function_start(i + 1, later) - start, i + 1);
        for (unsigned call = 0; call < 2; call++) {
            uint32_t place = start + 8 + 16 * call;
            uint32_t callee = function_start((i * 37 + call * 101) % CODE_FUNCTIONS, later);
            put_call(data + place, isa, CODE_BASE + place, CODE_BASE + callee);
        }
    }
    return (image){data, function_start(CODE_FUNCTIONS, later)};
}

static void print_instruction_sets(void) {
    static uint8_t older[CODE_MAX];
    static uint8_t newer[CODE_MAX];
    for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        whittle_encoder_options options;
        whittle_encoder_defaults(&options);
        options.isa = isa;
        options.base_given = true;
        options.base = CODE_BASE;
        print_patch("calls", make_code(older, isa, false), make_code(newer, isa, true), &options);
    }
}

static void print_odd_pairs(void) {
    static uint8_t noise[3000];
    static uint8_t other[2999];
    static uint8_t zeros[5000];
    image of_nothing = {noise, 0};
    image of_noise = {noise, sizeof noise};
    image of_other_noise = {other, sizeof other};
    image of_zeros = {zeros, sizeof zeros};
    fill_with_noise(noise, sizeof noise, 2);
    fill_with_noise(other, sizeof other, 3);
    print_patches("nothing to noise", of_nothing, of_noise);
    print_patches("noise to nothing", of_noise, of_nothing);
    print_patches("noise to the same", of_noise, of_noise);
    print_patches("noise to other noise", of_noise, of_other_noise);
    print_patches("noise to zeros", of_noise, of_zeros);
    print_patches("zeros to noise", of_zeros, of_noise);
}

/* ---- Files ---- */

static image read_image(const char *path) {
    FILE *file = fopen(path, "rb");
    image new = {malloc(FILE_MAX), 0};
    if (!file || !new.data) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    new.size = fread(new.data, 1, FILE_MAX, file);
    fclose(file);
    return new;
}

int main(int count, char **arguments) {
    print_instruction_sets();
    print_odd_pairs();
    for (int i = 1; i + 1 < count; i += 2) {
        image source = read_image(arguments[i]);
        image target = read_image(arguments[i + 1]);
        print_patches(arguments[i + 1], source, target);
        free(source.data);
        free(target.data);
    }
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
