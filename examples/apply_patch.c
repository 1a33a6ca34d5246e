/* apply_patch OLD PATCH NEW: rebuilds the new image with the library, on a computer. Devices use
 * the decoder itself (README.md) or the whole device core (bootloader.c). */
#include <whittle/apply.h>

#include "files.h"

int main(int argc, char **argv) {
    uint8_t *new_image;
    size_t old_size, patch_size, new_size;
    if (argc != 4) {
        end(argv[0], "wanted: OLD PATCH NEW");
    }
    uint8_t *old_image = load_file(argv[1], &old_size);
    uint8_t *patch = load_file(argv[2], &patch_size);
    int error =
        whittle_apply(old_image, old_size, patch, patch_size, NULL, NULL, &new_image, &new_size);
    if (error) {
        end(argv[2], whittle_error_text(error)); /* nothing was rebuilt: digests are checked */
    }
    save_file(argv[3], new_image, new_size);
    free(old_image);
    free(patch);
    free(new_image);
    return EXIT_SUCCESS;
}
