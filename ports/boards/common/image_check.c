/* Is it a firmware for this board? See image.h. */
#include "hardware.h"
#include "image.h"

int image_check(const image_header *header, uint32_t size) {
    if (header->magic != IMAGE_MAGIC || header->address != IMAGE_ADDRESS || header->size != size)
        return -1;
    if (header->entry < IMAGE_ADDRESS || header->entry - IMAGE_ADDRESS >= size)
        return -1;
    return header->version[IMAGE_VERSION_SIZE - 1] == '\0' ? 0 : -1;
}
