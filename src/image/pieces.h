/* The pieces of an image, as a file tells them, and the flat image that they make. */
#ifndef WHITTLE_IMAGE_PIECES_H
#define WHITTLE_IMAGE_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/image.h"

typedef struct piece {
    uint64_t address; /* in the flash */
    uint64_t runs_at; /* in the address space, when the firmware runs */
    const uint8_t *data;
    size_t size; /* bytes, not 0 */
} piece;

typedef struct piece_list {
    piece *items;
    size_t count;
    size_t capacity;
} piece_list;

/* Adds a piece, or prolongs the last one where it goes on in file and flash alike. A piece without
 * bytes is left out. */
int pieces_add(piece_list *list, const piece *added);
void pieces_free(piece_list *list);

/* Makes data, size, address and regions of the image. Pieces may overlap where they agree. Changes
 * the order of the list. */
int pieces_flatten(piece_list *list, whittle_image *image);

#endif
