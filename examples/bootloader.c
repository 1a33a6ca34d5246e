/* A whole boot loader. The board brings six functions, whose declarations stand first; what they do
 * and how to choose the numbers is in PORTING.md. tests/examples compiles and runs this file. */
#include "whittle/boot.h"

/* The flash port: flash.h says what each must do. context is flash.context, unused here. */
int board_flash_read(void *context, uint32_t offset, uint8_t *data, size_t size);
int board_flash_program(void *context, uint32_t offset, const uint8_t *data, size_t size);
int board_flash_erase(void *context, uint32_t offset);

void board_print(void *context, const char *line);
_Noreturn void board_reset(void);
_Noreturn void board_start_image(uint32_t flash_offset, uint32_t size);
_Noreturn void boot_loader(void);

enum { SECTOR = 4096, PAGE = 256, DECODER_RAM = 32 * 1024, SLOT = 960 * 1024 };

static const whittle_flash flash = {
    .geometry = {.size = 2 * 1024 * 1024,
                 .erase_unit = SECTOR,
                 .program_unit = 1,
                 .program_page = PAGE,
                 .erased_value = 0xFF},
    .read = board_flash_read,
    .program = board_flash_program,
    .erase = board_flash_erase,
};

/* The application has the same description: keep it in a header that both include. */
static const whittle_device device = {
    .flash = &flash,
    .record_offset = {64 * 1024, 64 * 1024 + SECTOR}, /* the boot loader has the first 64 KiB */
    .slot_offset = {128 * 1024, 128 * 1024 + SLOT},
    .slot_size = SLOT,
    .patch_memory = DECODER_RAM + PAGE,
    .patches_enabled = true,
    .trial_starts = 3,
    .message = board_print,
    .error_text = whittle_error_text,
};

_Noreturn void boot_loader(void) {
    static uint64_t memory[(DECODER_RAM + PAGE) / sizeof(uint64_t)];
    whittle_boot_decision decision;
    int error = whittle_boot(&device, &whittle_boot_patcher, memory, &decision);
    if (error) {
        board_print(NULL,
                    whittle_error_text(error)); /* nothing to start: a rescue mode belongs here */
        board_reset();
    }
    if (decision.action == WHITTLE_BOOT_RESTART) {
        board_reset();
    }
    board_start_image(decision.offset, decision.size);
}
