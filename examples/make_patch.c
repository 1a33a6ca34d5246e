/* make_patch OLD NEW PATCH: makes a patch with the library. Build it with what
 * `pkg-config --cflags --libs whittle` prints. */
#include <whittle/encoder.h>

#include "files.h"

int main(int argc, char **argv) {
    whittle_encoder_options options;
    uint8_t *patch;
    size_t old_size, new_size, patch_size;
    if (argc != 4) {
        end(argv[0], "wanted: OLD NEW PATCH");
    }
    uint8_t *old_image = load_file(argv[1], &old_size);
    uint8_t *new_image = load_file(argv[2], &new_size);
    whittle_encoder_defaults(&options);
    options.ram = 16 * 1024; /* what the device can spare */
    int error =
        whittle_encode(old_image, old_size, new_image, new_size, &options, &patch, &patch_size);
    if (error) {
        end(argv[2], whittle_error_text(error));
    }
    save_file(argv[3], patch, patch_size);
    free(old_image);
    free(new_image);
    free(patch);
    return EXIT_SUCCESS;
}
