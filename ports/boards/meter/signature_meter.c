/* Measures what the check of a signature takes on a board: instructions of SHA-256 and of ECDSA,
 * and the deepest stack. The emulator starts this program instead of a boot loader, with a clock
 * that counts instructions (scripts/bench-signature does that). It prints one line, after it has
 * seen that a right signature is right and a wrong one is not.
 */
#include "board.h"
#include "console.h"

#include <stdbool.h>
#include <string.h>

#include "whittle/signature.h"

#define HASHED_SIZE 65536u
#define STACK_ROOM  8192u /* of the stack that is looked at */
#define STACK_PAINT 0xA5u

/* RFC 6979, A.2.5: the message "sample". */
static const uint8_t key[WHITTLE_PUBLIC_KEY_SIZE] = {
    0x60, 0xFE, 0xD4, 0xBA, 0x25, 0x5A, 0x9D, 0x31, 0xC9, 0x61, 0xEB, 0x74, 0xC6, 0x35, 0x6D, 0x68,
    0xC0, 0x49, 0xB8, 0x92, 0x3B, 0x61, 0xFA, 0x6C, 0xE6, 0x69, 0x62, 0x2E, 0x60, 0xF2, 0x9F, 0xB6,
    0x79, 0x03, 0xFE, 0x10, 0x08, 0xB8, 0xBC, 0x99, 0xA4, 0x1A, 0xE9, 0xE9, 0x56, 0x28, 0xBC, 0x64,
    0xF2, 0xF1, 0xB2, 0x0C, 0x2D, 0x7E, 0x9F, 0x51, 0x77, 0xA3, 0xC2, 0x94, 0xD4, 0x46, 0x22, 0x99,
};
static const uint8_t digest[WHITTLE_SHA256_SIZE] = {
    0xAF, 0x2B, 0xDB, 0xE1, 0xAA, 0x9B, 0x6E, 0xC1, 0xE2, 0xAD, 0xE1, 0xD6, 0x94, 0xF4, 0x1F, 0xC7,
    0x1A, 0x83, 0x1D, 0x02, 0x68, 0xE9, 0x89, 0x15, 0x62, 0x11, 0x3D, 0x8A, 0x62, 0xAD, 0xD1, 0xBF,
};
static const uint8_t signature[WHITTLE_SIGNATURE_SIZE] = {
    0xEF, 0xD4, 0x8B, 0x2A, 0xAC, 0xB6, 0xA8, 0xFD, 0x11, 0x40, 0xDD, 0x9C, 0xD4, 0x5E, 0x81, 0xD6,
    0x9D, 0x2C, 0x87, 0x7B, 0x56, 0xAA, 0xF9, 0x91, 0xC3, 0x4D, 0x0E, 0xA8, 0x4E, 0xAF, 0x37, 0x16,
    0xF7, 0xCB, 0x1C, 0x94, 0x2D, 0x65, 0x7C, 0x41, 0xD4, 0x36, 0xC7, 0xA1, 0xB6, 0xE2, 0x9F, 0x65,
    0xF3, 0xE9, 0x00, 0xDB, 0xB9, 0xAF, 0xF4, 0x06, 0x4D, 0xC4, 0xAB, 0x2F, 0x84, 0x3A, 0xCD, 0xA8,
};

static uint8_t hashed[1024];

static void hash(void) {
    uint8_t result[WHITTLE_SHA256_SIZE];
    whittle_sha256 state;

    whittle_sha256_start(&state);
    for (uint32_t done = 0; done < HASHED_SIZE; done += sizeof hashed)
        whittle_sha256_update(&state, hashed, sizeof hashed);
    whittle_sha256_finish(&state, result);
}

/* Right for the right digest, and not for another one. */
static bool is_judged_rightly(void) {
    uint8_t other[WHITTLE_SHA256_SIZE];

    memcpy(other, digest, sizeof other);
    other[0] ^= 1;
    return whittle_signature_verify(key, digest, signature) == WHITTLE_SIGNATURE_RIGHT &&
           whittle_signature_verify(key, other, signature) != WHITTLE_SIGNATURE_RIGHT;
}

/* Paints the stack below this frame, verifies, and counts what is painted over. */
static uint32_t measure_stack(void) {
    volatile uint8_t *top = (volatile uint8_t *)__builtin_frame_address(0) - 256;

    for (uint32_t i = 1; i <= STACK_ROOM; i++)
        top[-(int32_t)i] = STACK_PAINT;
    (void)whittle_signature_verify(key, digest, signature);
    uint32_t depth = STACK_ROOM;
    while (depth > 0 && top[-(int32_t)depth] == STACK_PAINT)
        depth--;
    return depth + 256;
}

static void print(const char *name, uint32_t value) {
    console_text(name);
    console_decimal(value);
}

_Noreturn void board_main(void) {
    serial_open();
    uint64_t start = board_ticks();
    hash();
    uint64_t hash_end = board_ticks();
    (void)whittle_signature_verify(key, digest, signature);
    uint64_t verify_end = board_ticks();
    if (is_judged_rightly()) {
        print("meter: hash_ticks=", (uint32_t)(hash_end - start));
        print(" verify_ticks=", (uint32_t)(verify_end - hash_end));
        print(" ticks_per_second=", BOARD_TICKS_PER_SECOND);
        print(" stack=", measure_stack());
    } else {
        console_text("meter: signatures are judged wrongly");
    }
    console_text("\n");
    board_power_off();
}
