/* The header of this firmware. FIRMWARE_VERSION comes from the build. */
#include "hardware.h"
#include "image.h"

extern const char __image_size[]; /* no object: the linker script makes the size its address */
void start(void);

__attribute__((section(".image_header"))) const image_header firmware_image = {
    .magic = IMAGE_MAGIC,
    .address = IMAGE_ADDRESS,
    .size = (uint32_t)(uintptr_t)__image_size,
    .entry = (uint32_t)(uintptr_t)start,
    .version = FIRMWARE_VERSION,
};
