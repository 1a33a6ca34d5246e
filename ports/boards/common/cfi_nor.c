/* Parallel NOR flash with the Intel command set, see cfi_nor.h.
 *
 * A command is one or two words written to an address in the sector that it concerns. Then the chip
 * answers every read with its status, until it is told to show its array again. Where two chips
 * share the bus, FLASH_COMMAND writes each command to both, and both must answer.
 */
#include "cfi_nor.h"

#define READ_ARRAY     FLASH_COMMAND(0xFFu)
#define READ_STATUS    FLASH_COMMAND(0x70u)
#define CLEAR_STATUS   FLASH_COMMAND(0x50u)
#define ERASE          FLASH_COMMAND(0x20u)
#define BUFFERED_WRITE FLASH_COMMAND(0xE8u)
#define CONFIRM        FLASH_COMMAND(0xD0u)
#define STATUS_READY   FLASH_COMMAND(0x80u)
/* Erase failed, program failed, voltage low, sector locked */
#define STATUS_FAILURES FLASH_COMMAND(0x3Au)

/* The slowest parts take 4 s for a sector; a poll takes at least a bus cycle of 0.1 us. */
#define POLLS_MAX 40000000u

static volatile flash_word *word_at(uint32_t offset) {
    return (volatile flash_word *)(FLASH_ADDRESS + (uintptr_t)offset);
}

static int in_flash(uint32_t offset, size_t size, size_t unit) {
    return offset <= FLASH_SIZE && size <= FLASH_SIZE - offset && offset % unit == 0 &&
           size % unit == 0;
}

/* Waits until the operation is over, and leaves the chip readable. */
static int finish(volatile flash_word *at) {
    flash_word status = 0;

    for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
        *at = READ_STATUS;
        status = *at;
        if ((status & STATUS_READY) == STATUS_READY)
            break;
    }
    *at = CLEAR_STATUS;
    *at = READ_ARRAY;
    return (status & STATUS_READY) == STATUS_READY && !(status & STATUS_FAILURES) ? 0 : -1;
}

/* Waits until the chip offers its write buffer. */
static int claim_buffer(volatile flash_word *at) {
    for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
        *at = BUFFERED_WRITE;
        if ((*at & STATUS_READY) == STATUS_READY)
            return 0;
    }
    *at = READ_ARRAY;
    return -1;
}

static flash_word load_word(const uint8_t *data) {
    flash_word word = 0;

    for (unsigned i = 0; i < sizeof word; i++)
        word = (flash_word)(word | (flash_word)((flash_word)data[i] << 8 * i));
    return word;
}

/* Programs what one write buffer takes: size bytes that do not cross its alignment. */
static int program_buffer(uint32_t offset, const uint8_t *data, size_t size) {
    volatile flash_word *at = word_at(offset);
    size_t words = size / sizeof(flash_word);

    if (claim_buffer(at))
        return -1;
    *at = FLASH_COMMAND(words - 1);
    for (size_t i = 0; i < words; i++)
        at[i] = load_word(data + i * sizeof(flash_word));
    *at = CONFIRM;
    return finish(at);
}

int cfi_nor_program(uint32_t offset, const uint8_t *data, size_t size) {
    if (!in_flash(offset, size, CFI_NOR_PROGRAM_UNIT))
        return -1;
    while (size) {
        size_t piece = FLASH_WRITE_BUFFER - offset % FLASH_WRITE_BUFFER;
        if (piece > size)
            piece = size;
        if (program_buffer(offset, data, piece))
            return -1;
        offset += (uint32_t)piece;
        data += piece;
        size -= piece;
    }
    return 0;
}

int cfi_nor_erase(uint32_t offset) {
    volatile flash_word *at = word_at(offset);

    if (!in_flash(offset, FLASH_SECTOR, FLASH_SECTOR))
        return -1;
    *at = ERASE;
    *at = CONFIRM;
    return finish(at);
}
