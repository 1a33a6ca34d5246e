/* Patches of either format: recognised, checked and applied alike.
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_PATCHES_H
#define TOOLS_PATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "files.h"
#include "progress.h"
#include "whittle/bsdiff40.h"
#include "whittle/patch.h"

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

/* RAM that a device needs to apply it, in bytes: for BSDIFF40 with the patch itself, which the
 * reference firmware holds in RAM too. */
uint64_t patch_ram(const patch *read);

/* True for a whittle patch that holds a whole image. */
bool patch_is_self_contained(const patch *read);

/* Rebuilds the target into a buffer that the caller frees with file_free. The source has no path
 * where none was given. */
int patch_apply(const patch *read, const file *source, progress *shown, file *target);

#endif
