/* A program as users of the installed library write it: makes a patch, applies it, compares. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whittle/apply.h>
#include <whittle/encoder.h>
#include <whittle/error.h>

static int fail(int error) {
    fprintf(stderr, "update: %s\n", whittle_error_text(error));
    return EXIT_FAILURE;
}

int main(void) {
    const char source[] = "The firmware that the device runs.";
    const char target[] = "The firmware that the device should run.";
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    uint8_t *patch;
    size_t patch_size;
    int error = whittle_encode((const uint8_t *)source, sizeof source, (const uint8_t *)target,
                               sizeof target, &options, &patch, &patch_size);
    if (error) {
        return fail(error);
    }
    uint8_t *rebuilt;
    size_t rebuilt_size;
    error = whittle_apply((const uint8_t *)source, sizeof source, patch, patch_size, NULL, NULL,
                          &rebuilt, &rebuilt_size);
    free(patch);
    if (error) {
        return fail(error);
    }
    printf("%s\n", (const char *)rebuilt);
    int same = rebuilt_size == sizeof target && memcmp(rebuilt, target, sizeof target) == 0;
    free(rebuilt);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
