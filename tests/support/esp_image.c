/* The fields of the header that do not matter here are left 0. */
#include "support/esp_image.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"

enum { MAGIC = 0xE9, TRAILER = 64 };

static void grow(image *flash, size_t size) {
    if (flash->size < size) {
        image grown = image_of_value(0xFF, size);
        if (flash->size) {
            memcpy(grown.data, flash->data, flash->size);
        }
        image_free(flash);
        *flash = grown;
    }
}

size_t esp_image_put(generator *from, image *flash, size_t start, size_t header,
                     const esp_segment *segments, size_t count) {
    size_t at = start + header;
    size_t end = at;
    for (size_t i = 0; i < count; i++) {
        end += ESP_SEGMENT_HEADER + segments[i].size;
    }
    grow(flash, end + TRAILER);
    memset(flash->data + start, 0, header);
    flash->data[start] = MAGIC;
    flash->data[start + 1] = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        store_le32(flash->data + at, segments[i].address);
        store_le32(flash->data + at + 4, segments[i].size);
        at += ESP_SEGMENT_HEADER;
        generate_bytes(from, flash->data + at, segments[i].size);
        at += segments[i].size;
    }
    return end;
}
