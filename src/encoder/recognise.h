/* Recognition: which instruction set is an image made of, and where do its pieces lie in the
 * address space? Several answers may be plausible; the encoder tries them. */
#ifndef WHITTLE_ENCODER_RECOGNISE_H
#define WHITTLE_ENCODER_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/patch.h"

/* Regions of one image; few enough that two images' fit a header. */
#define LAYOUT_REGION_MAX 12

typedef struct layout {
    whittle_region regions[LAYOUT_REGION_MAX];
    unsigned count;
} layout;

/* The whole image at one load address. */
void layout_raw(layout *found, size_t size, uint32_t base);

/* The regions that are known of an image of that size. False if they contradict each other or it,
 * or are too many. */
bool layout_given(layout *found, const whittle_region *regions, unsigned count, size_t size);

/* The segments of an Espressif image, or of several in a full-flash file. False if there are none.
 */
bool layout_esp(layout *found, const uint8_t *image, size_t size);

/* The load address of a raw image, by voting: the most frequent difference, a multiple of 256,
 * between an aligned word and the start of a string. False if nothing stands out. */
int find_load_address(const uint8_t *image, size_t size, bool big_endian, bool *found,
                      uint32_t *base);

#endif
