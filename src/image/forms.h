/* One reader for each form of image file: it lists the pieces that the file holds. Each checks all
 * that it reads, and leaves the list to be freed by its caller also where it fails. */
#ifndef WHITTLE_IMAGE_FORMS_H
#define WHITTLE_IMAGE_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/pieces.h"
#include "whittle/image.h"

bool elf_recognise(const uint8_t *file, size_t size);
bool hex_recognise(const uint8_t *file, size_t size);
bool uf2_recognise(const uint8_t *file, size_t size);

/* isa: set where the file tells; otherwise it stays as it is. */
int elf_read(const uint8_t *file, size_t size, piece_list *pieces, uint8_t *isa);
int uf2_read(const uint8_t *file, size_t size, const whittle_image_choice *choice,
             piece_list *pieces, uint8_t *isa);

/* bytes: room for size / 2 bytes, to which the pieces will point. */
int hex_read(const uint8_t *file, size_t size, uint8_t *bytes, piece_list *pieces);

#endif
