/* Pairs of images as releases are: the new one is made of pieces of the old one, some with changed
 * words, and of new bytes, as the input says. */
#ifndef FUZZ_SUPPORT_IMAGE_PAIR_H
#define FUZZ_SUPPORT_IMAGE_PAIR_H

#include "fuzz/support/fuzz.h"

typedef struct image_pair {
    image source;
    image target;
} image_pair;

/* Uses up the input. Freed with image_pair_free. */
image_pair fuzz_image_pair(fuzz_input *input);
void image_pair_free(image_pair *gone);

#endif
