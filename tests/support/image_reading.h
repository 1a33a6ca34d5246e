/* Reading image files in tests: what is expected of them, and what must hold for damaged ones. */
#ifndef TESTS_SUPPORT_IMAGE_READING_H
#define TESTS_SUPPORT_IMAGE_READING_H

#include "support/image_files.h"
#include "whittle/image.h"

/* The file is read as this form, and its image is the parts, with 0xFF between them. Returns the
 * image, to be freed. */
whittle_image expect_parts(const image *file, whittle_image_form form, const file_part *parts,
                           size_t count);

/* The file is refused with that error. */
void expect_refused(const image *file, int error);

/* Every file that is cut short is refused, and so no more than read to its end; from shortest_right
 * bytes on it may lack its last ones. */
void survive_cuts(const image *file, size_t shortest_right);

/* Files with bytes changed within their first ones are read or refused, and never more. */
void survive_flips(const image *file, size_t within, unsigned rounds);

#endif
