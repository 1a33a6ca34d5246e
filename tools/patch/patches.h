/* Patches of either format: made, recognised, checked and applied alike.
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_PATCH_PATCHES_H
#define TOOLS_PATCH_PATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/files.h"
#include "../common/progress.h"
#include "input_image.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"
#include "whittle/patch.h"
#include "whittle/signing.h"

typedef enum patch_format {
    FORMAT_WHITTLE,
    FORMAT_BSDIFF40,
} patch_format;

/* As --format takes it. */
const char *format_name(patch_format format);

/* A patch that has been read and checked as far as that goes without the images. */
typedef struct patch {
    file content;
    patch_format format;
    whittle_header header;        /* of format whittle */
    whittle_bsdiff40_info legacy; /* of format BSDIFF40 */
} patch;

int patch_read(patch *read, const char *path);
void patch_free(patch *read);

/* Recognises and checks the content that a patch already has. Returns a whittle_error. */
int patch_examine(patch *read);

/* Make a patch, examined; made is empty before, and freed with patch_free however it ends. The
 * source may be NULL: there is none. Return a whittle_error.
 *
 * What the images' files tell is added to the encoder's options; with a key, the patch is signed.
 * A BSDIFF40 patch is of that bzip2 level, and has been applied by our own reader. */
int patch_make(patch *made, const input_image *source, const input_image *target,
               const whittle_encoder_options *options, const whittle_private_key *key);
int patch_make_bsdiff40(patch *made, const input_image *source, const input_image *target,
                        int level);

/* RAM that a device needs to apply it, in bytes: for BSDIFF40 with the patch itself, which the
 * reference firmware holds in RAM too. */
uint64_t patch_ram(const patch *read);

/* True for a whittle patch that holds a whole image. */
bool patch_is_self_contained(const patch *read);

/* Rebuilds the target into a buffer that the caller frees with file_free. The source has no path
 * where none was given. */
int patch_apply(const patch *read, const file *source, progress *shown, file *target);

#endif
