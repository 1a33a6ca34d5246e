/* Images in the form of Espressif's boot loader: a header, then segments with their addresses. */
#ifndef TESTS_SUPPORT_ESP_IMAGE_H
#define TESTS_SUPPORT_ESP_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "support/generate.h"

enum { ESP8266_HEADER = 8, ESP32_HEADER = 24, ESP_SEGMENT_HEADER = 8 };

typedef struct esp_segment {
    uint32_t address;
    uint32_t size; /* bytes */
} esp_segment;

/* Puts an image at offset start, which is made longer as needed; its segments hold random bytes.
 * Returns the offset where the segments end. */
size_t esp_image_put(generator *from, image *flash, size_t start, size_t header,
                     const esp_segment *segments, size_t count);

#endif
