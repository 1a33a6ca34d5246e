/* Image files: the forms in which build systems deliver firmware, and the flat image in each.
 *
 * A device holds one run of bytes in its flash. A file may hold just these (raw; also what
 * Espressif's tools make), or say piece by piece where they go: ELF, Intel HEX, UF2. Such a file is
 * made flat: its pieces by their addresses in the flash, 0xFF, as erased flash reads, between them.
 * What else the file tells, the addresses at which the pieces run and the instruction set, is kept
 * as a hint for the encoder. Host only.
 *
 * Files are judged, never trusted: every length and offset is checked, checksums and sequences too.
 */
#ifndef WHITTLE_IMAGE_H
#define WHITTLE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/encoder.h"
#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum whittle_image_form {
    WHITTLE_IMAGE_RAW,
    WHITTLE_IMAGE_ELF, /* System V ABI: 32 and 64 bits, both byte orders */
    WHITTLE_IMAGE_HEX, /* Intel's hexadecimal object format, 1988: records 00 to 05 */
    WHITTLE_IMAGE_UF2, /* Microsoft's USB flashing format */
    WHITTLE_IMAGE_FORM_COUNT,
} whittle_image_form;

/* Pieces that run at other addresses than those around them; only the largest are kept. */
#define WHITTLE_IMAGE_REGION_MAX 12

/* Bytes that may be missing between pieces in all. Pieces farther apart do not belong to one flash:
 * configuration words and RAM have addresses of their own. */
#define WHITTLE_IMAGE_GAPS_MAX (64u << 20)

/* An image and what its file told. */
typedef struct whittle_image {
    uint8_t *data; /* owned: whittle_image_free */
    size_t size;   /* bytes */
    whittle_image_form form;
    uint8_t isa;           /* whittle_isa, or WHITTLE_ISA_AUTO where the file does not tell */
    uint64_t address;      /* of its first byte in the flash; 0 for a raw image */
    unsigned region_count; /* 0 for a raw image */
    whittle_region regions[WHITTLE_IMAGE_REGION_MAX]; /* where it runs; ascending, no overlap */
} whittle_image;

typedef struct whittle_image_choice {
    bool raw;            /* take the file as it is, whatever it looks like */
    bool family_given;   /* of a UF2 file, take the blocks of uf2_family */
    uint32_t uf2_family; /* as registered with Microsoft, for example 0xE48BFF56 for the RP2040 */
} whittle_image_choice;

/* What a file is, by its first bytes: a whole header, record or block must be right. Anything else
 * is raw. */
whittle_image_form whittle_image_recognise(const uint8_t *file, size_t size);

/* Reads an image out of a file's contents. choice may be NULL. On success image->data is the
 * caller's; a raw image is a copy.
 *
 * WHITTLE_ERROR_IMAGE: the file is cut short, contradicts itself or holds nothing for a flash.
 * SCATTERED: its pieces lie farther apart than WHITTLE_IMAGE_GAPS_MAX. FAMILY: a UF2 file for
 * several families of devices, or none for the family chosen. TOO_LARGE: above WHITTLE_IMAGE_MAX.
 */
int whittle_image_read(const uint8_t *file, size_t size, const whittle_image_choice *choice,
                       whittle_image *image);
void whittle_image_free(whittle_image *image);

/* Gives the encoder what the files told: regions, and the instruction set where that is to be found
 * (WHITTLE_ISA_AUTO) and the files agree. The images must stay as long as the options are used. */
void whittle_image_hint(const whittle_image *source, const whittle_image *target,
                        whittle_encoder_options *options);

#ifdef __cplusplus
}
#endif

#endif
