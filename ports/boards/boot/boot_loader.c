/* The boot loader of the emulated boards: lets the library decide, then copies the image that is to
 * run into RAM and starts it there.
 *
 * What it runs on is all in one place: the memory for patching and the stack are in the 48 KiB that
 * the linker script grants.
 */
#include "board.h"
#include "console.h"
#include "device_description.h"
#include "image.h"
#include "patching.h"

#include "whittle/boot.h"

static void print_line(void *context, const char *text) {
    (void)context;
    console_text(text);
    console_text("\n");
}

/* The clock's counter wraps: look at it now and then. */
static void watch(void *context) {
    (void)context;
    (void)board_ticks();
}

static void print_time(uint64_t ticks) {
    uint32_t microseconds = (uint32_t)(ticks * 1000000 / BOARD_TICKS_PER_SECOND);

    console_text("Patching took ");
    console_decimal(microseconds / 1000);
    console_text(".");
    for (uint32_t digit = 100; digit; digit /= 10)
        console_decimal(microseconds / digit % 10);
    console_text(" ms.\n");
}

/* Copies the image to where it runs and starts it. Returns where it is none for this board: a patch
 * can make any image. The restart that follows counts as a start, so that a trial ends. */
static void start_image(const whittle_boot_decision *decision) {
    image_header *header = (image_header *)IMAGE_ADDRESS;

    if (board_flash.read(NULL, decision->offset, (uint8_t *)header, decision->size))
        return;
    if (decision->size < sizeof *header || image_check(header, decision->size)) {
        console_text("The image in this slot is no firmware for this board.\n");
        return;
    }
    board_jump(header->entry);
}

_Noreturn void board_main(void) {
    whittle_device device;
    whittle_boot_decision decision;

    serial_open();
    board_describe_device(&device, &board_flash);
    device.patches_enabled = board_patcher != NULL;
    device.message = print_line;
    device.watchdog = watch;

    uint64_t begin = board_ticks();
    int error = whittle_boot(&device, board_patcher, board_patch_memory, &decision);
    if (error) {
        print_line(NULL, device.error_text(error));
        for (;;) /* nothing can be started: wait for help */
            ;
    }
    if (decision.action == WHITTLE_BOOT_START)
        start_image(&decision);
    else
        print_time(board_ticks() - begin);
    board_reset();
}
