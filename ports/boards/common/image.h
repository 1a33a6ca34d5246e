/* The header that every firmware image of these boards begins with. A boot loader tells by it that
 * what arrived as a plain image is a firmware for this board, and nothing else. */
#ifndef BOARD_IMAGE_H
#define BOARD_IMAGE_H

#include <stdint.h>

#define IMAGE_VERSION_SIZE 32

typedef struct image_header {
    uint32_t magic;                   /* IMAGE_MAGIC of the board */
    uint32_t address;                 /* where the image runs: IMAGE_ADDRESS */
    uint32_t size;                    /* bytes of the whole image */
    uint32_t entry;                   /* address of the first instruction */
    char version[IMAGE_VERSION_SIZE]; /* text, ends with NUL */
} image_header;

/* The header of the firmware that is running. */
extern const image_header firmware_image;

/* Returns 0 if the size bytes of an image that begins with this header can be this board's
 * firmware, and -1 otherwise. */
int image_check(const image_header *header, uint32_t size);

#endif
