/* The board as the library's device, see device_description.h. Compiled for the board and, to make
 * flash images, for the host. */
#include "device_description.h"

#include "image.h"

#include <string.h>

static int check_plain_image(void *context, uint32_t offset, uint32_t size) {
    const whittle_flash *flash = ((const whittle_device *)context)->flash;
    image_header header;

    if (size < sizeof header)
        return BOARD_ERROR_IMAGE;
    int error = flash->read(flash->context, offset, (uint8_t *)&header, sizeof header);
    if (error)
        return error;
    return image_check(&header, size) ? BOARD_ERROR_IMAGE : WHITTLE_OK;
}

static const char *error_text(int error) {
    if (error == BOARD_ERROR_IMAGE)
        return "this is neither a patch nor a whole image for this board";
    return whittle_error_text(error);
}

void board_describe_device(whittle_device *device, const whittle_flash *flash) {
    memset(device, 0, sizeof *device);
    device->flash = flash;
    device->record_offset[0] = LAYOUT_RECORD_A;
    device->record_offset[1] = LAYOUT_RECORD_B;
    device->slot_offset[0] = LAYOUT_SLOT_0;
    device->slot_offset[1] = LAYOUT_SLOT_1;
    device->slot_size = LAYOUT_SLOT_SIZE;
    device->patch_memory = BOARD_PATCH_MEMORY;
    device->patches_enabled = true;
    device->trial_starts = 3;
    device->hardware = IMAGE_MAGIC;
    device->trust = board_trust;
    device->context = device;
    device->error_text = error_text;
    device->check_image = check_plain_image;
}
