/* Image files of all forms: which form is it, what pieces does it hold, and what flat image do they
 * make? It knows no files, only their contents. */
#include "whittle/image.h"

#include <stdlib.h>
#include <string.h>

#include "image/forms.h"
#include "image/pieces.h"

whittle_image_form whittle_image_recognise(const uint8_t *file, size_t size) {
    return elf_recognise(file, size)   ? WHITTLE_IMAGE_ELF
           : uf2_recognise(file, size) ? WHITTLE_IMAGE_UF2
           : hex_recognise(file, size) ? WHITTLE_IMAGE_HEX
                                       : WHITTLE_IMAGE_RAW;
}

static int read_raw(const uint8_t *file, size_t size, whittle_image *image) {
    if (size > WHITTLE_IMAGE_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    image->data = malloc(size ? size : 1);
    if (!image->data) {
        return WHITTLE_ERROR_MEMORY;
    }
    if (size > 0) { /* file may be NULL, which memcpy must not see */
        memcpy(image->data, file, size);
    }
    image->size = size;
    return WHITTLE_OK;
}

static int read_pieces(const uint8_t *file, size_t size, const whittle_image_choice *choice,
                       whittle_image *image) {
    piece_list pieces = {0};
    uint8_t *bytes = NULL;
    int error;
    if (image->form == WHITTLE_IMAGE_ELF) {
        error = elf_read(file, size, &pieces, &image->isa);
    } else if (image->form == WHITTLE_IMAGE_UF2) {
        error = uf2_read(file, size, choice, &pieces, &image->isa);
    } else {
        bytes = malloc(size / 2);
        error = bytes ? hex_read(file, size, bytes, &pieces) : WHITTLE_ERROR_MEMORY;
    }
    if (!error) {
        error = pieces_flatten(&pieces, image);
    }
    pieces_free(&pieces);
    free(bytes);
    return error;
}

int whittle_image_read(const uint8_t *file, size_t size, const whittle_image_choice *choice,
                       whittle_image *image) {
    static const whittle_image_choice automatic = {0};
    choice = choice ? choice : &automatic;
    *image = (whittle_image){.isa = WHITTLE_ISA_AUTO};
    image->form = choice->raw ? WHITTLE_IMAGE_RAW : whittle_image_recognise(file, size);
    int error = image->form == WHITTLE_IMAGE_RAW ? read_raw(file, size, image)
                                                 : read_pieces(file, size, choice, image);
    if (error) {
        whittle_image_free(image);
    }
    return error;
}

void whittle_image_free(whittle_image *image) {
    free(image->data);
    image->data = NULL;
    image->size = 0;
}

void whittle_image_hint(const whittle_image *source, const whittle_image *target,
                        whittle_encoder_options *options) {
    options->source_regions = source->regions;
    options->source_region_count = source->region_count;
    options->target_regions = target->regions;
    options->target_region_count = target->region_count;
    bool agree = source->isa == target->isa || source->isa == WHITTLE_ISA_AUTO ||
                 target->isa == WHITTLE_ISA_AUTO;
    if (options->isa == WHITTLE_ISA_AUTO && agree) {
        options->isa = source->isa == WHITTLE_ISA_AUTO ? target->isa : source->isa;
    }
}
