/* UF2: blocks of 512 bytes, each with up to 476 bytes of payload and the address where they go, so
 * that a boot loader can take them in any order from a USB drive.
 *
 * A file may be several files one after the other, and for several families of devices. Blocks that
 * go elsewhere than to the main flash are passed over. */
#include <string.h>

#include "codec/bytes.h"
#include "image/forms.h"

enum {
    BLOCK_SIZE = 512,
    PAYLOAD_MAX = 476,
    AT_FLAGS = 8,
    AT_ADDRESS = 12,
    AT_PAYLOAD_SIZE = 16,
    AT_NUMBER = 20,
    AT_COUNT = 24,
    AT_FAMILY = 28,
    AT_PAYLOAD = 32,
    AT_END_MAGIC = 508,
};

enum { FLAG_NOT_MAIN_FLASH = 0x1, FLAG_FILE_CONTAINER = 0x1000, FLAG_FAMILY = 0x2000 };

#define START_MAGIC_1 0x0A324655u
#define START_MAGIC_2 0x9E5D5157u
#define END_MAGIC     0x0AB16F30u

/* Blocks of this family are for any device: the RP2350's tools put one before the image, which a
 * boot loader ignores, to work around an erratum. */
#define FAMILY_ABSOLUTE 0xE48BFF57u

/* Families and their instruction sets: those registered most often. */
static const struct {
    uint32_t family;
    uint8_t isa;
} instruction_sets[] = {
    {0xE48BFF56, WHITTLE_ISA_THUMB},  /* RP2040 */
    {0xE48BFF59, WHITTLE_ISA_THUMB},  /* RP2350, Arm, secure */
    {0xE48BFF5B, WHITTLE_ISA_THUMB},  /* RP2350, Arm, non-secure */
    {0xE48BFF5A, WHITTLE_ISA_RISCV},  /* RP2350, RISC-V */
    {0xADA52840, WHITTLE_ISA_THUMB},  /* nRF52840 */
    {0x1B57745F, WHITTLE_ISA_THUMB},  /* nRF52 */
    {0x68ED2B88, WHITTLE_ISA_THUMB},  /* SAMD21 */
    {0x55114460, WHITTLE_ISA_THUMB},  /* SAMD51 */
    {0x57755A57, WHITTLE_ISA_THUMB},  /* STM32F4 */
    {0x4FB2D5BD, WHITTLE_ISA_THUMB},  /* i.MX RT10xx */
    {0x1C5F21B0, WHITTLE_ISA_XTENSA}, /* ESP32 */
    {0xBFDD4EEE, WHITTLE_ISA_XTENSA}, /* ESP32-S2 */
    {0xC47E5767, WHITTLE_ISA_XTENSA}, /* ESP32-S3 */
    {0xD42BA06C, WHITTLE_ISA_RISCV},  /* ESP32-C3 */
};

static bool is_block(const uint8_t *block) {
    return load_le32(block) == START_MAGIC_1 && load_le32(block + 4) == START_MAGIC_2 &&
           load_le32(block + AT_END_MAGIC) == END_MAGIC;
}

bool uf2_recognise(const uint8_t *file, size_t size) {
    return size >= BLOCK_SIZE && is_block(file);
}

static bool is_absolute(const uint8_t *block) {
    return load_le32(block + AT_FLAGS) & FLAG_FAMILY &&
           load_le32(block + AT_FAMILY) == FAMILY_ABSOLUTE;
}

/* Block numbers count up from 0 to the last one, and then start again or end: that shows a file
 * which was cut between two blocks. */
static int check_blocks(const uint8_t *file, size_t size) {
    uint32_t expected = 0;
    uint32_t count = 0;
    if (size % BLOCK_SIZE != 0) {
        return WHITTLE_ERROR_IMAGE;
    }
    for (size_t at = 0; at < size; at += BLOCK_SIZE) {
        const uint8_t *block = file + at;
        if (!is_block(block) || load_le32(block + AT_PAYLOAD_SIZE) > PAYLOAD_MAX) {
            return WHITTLE_ERROR_IMAGE;
        }
        if (is_absolute(block)) {
            continue;
        }
        uint32_t number = load_le32(block + AT_NUMBER);
        count = expected == 0 ? load_le32(block + AT_COUNT) : count;
        if (number != expected || load_le32(block + AT_COUNT) != count || number >= count) {
            return WHITTLE_ERROR_IMAGE;
        }
        expected = number + 1 == count ? 0 : number + 1;
    }
    return expected == 0 ? WHITTLE_OK : WHITTLE_ERROR_IMAGE;
}

/* The family of a block that goes to the main flash; blocks without one are of family 0. */
static bool goes_to_flash(const uint8_t *block, uint32_t *family) {
    uint32_t flags = load_le32(block + AT_FLAGS);
    *family = flags & FLAG_FAMILY ? load_le32(block + AT_FAMILY) : 0;
    return !(flags & (FLAG_NOT_MAIN_FLASH | FLAG_FILE_CONTAINER));
}

/* The one family that the file is for. */
static int find_family(const uint8_t *file, size_t size, uint32_t *found) {
    bool any = false;
    for (size_t at = 0; at < size; at += BLOCK_SIZE) {
        uint32_t family;
        if (!goes_to_flash(file + at, &family) || is_absolute(file + at)) {
            continue;
        }
        if (any && family != *found) {
            return WHITTLE_ERROR_FAMILY;
        }
        *found = family;
        any = true;
    }
    return any ? WHITTLE_OK : WHITTLE_ERROR_IMAGE;
}

static void tell_isa(uint32_t family, uint8_t *isa) {
    for (size_t i = 0; i < sizeof instruction_sets / sizeof *instruction_sets; i++) {
        if (instruction_sets[i].family == family) {
            *isa = instruction_sets[i].isa;
        }
    }
}

static int add_family(const uint8_t *file, size_t size, uint32_t wanted, piece_list *pieces) {
    int error = WHITTLE_OK;
    for (size_t at = 0; !error && at < size; at += BLOCK_SIZE) {
        const uint8_t *block = file + at;
        uint32_t family;
        if (goes_to_flash(block, &family) && family == wanted) {
            uint32_t address = load_le32(block + AT_ADDRESS);
            const piece added = {.address = address,
                                 .runs_at = address,
                                 .data = block + AT_PAYLOAD,
                                 .size = load_le32(block + AT_PAYLOAD_SIZE)};
            error = pieces_add(pieces, &added);
        }
    }
    return error;
}

int uf2_read(const uint8_t *file, size_t size, const whittle_image_choice *choice,
             piece_list *pieces, uint8_t *isa) {
    uint32_t family = choice->uf2_family;
    int error = check_blocks(file, size);
    if (!error && !choice->family_given) {
        error = find_family(file, size, &family);
    }
    if (!error) {
        error = add_family(file, size, family, pieces);
    }
    if (!error && choice->family_given && pieces->count == 0) {
        error = WHITTLE_ERROR_FAMILY;
    }
    tell_isa(family, isa);
    return error;
}
