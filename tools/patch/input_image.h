/* The images that a command reads: files of any form that the library knows, made flat.
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_PATCH_INPUT_IMAGE_H
#define TOOLS_PATCH_INPUT_IMAGE_H

#include "../common/files.h"
#include "../common/options.h"
#include "whittle/image.h"

typedef struct input_image {
    file content;       /* the flat image */
    whittle_image told; /* what its file told besides; has no data */
} input_image;

/* For --input: what the files are. The place is a whittle_image_choice. */
option_reader read_input;
#define INPUT_HELP "what images are in: auto (default), raw, uf2:FAMILY"

int input_image_read(input_image *image, const char *path, const whittle_image_choice *choice);
void input_image_free(input_image *image);

/* The form as --json writes it: "raw", "elf", "hex" or "uf2". */
const char *form_name(whittle_image_form form);
/* The same for the eye: "raw", "ELF", "Intel HEX" or "UF2". */
const char *form_in_words(whittle_image_form form);

#endif
