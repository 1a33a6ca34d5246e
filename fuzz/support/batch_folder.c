/* The batch is not made but described, and whittle writes its manifests. */
#include "fuzz/support/batch_folder.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/support/folder.h"
#include "fuzz/support/fuzz.h"
#include "tools/batch/batch.h"

enum { OLD_COUNT = 2 };

static char *old_names[OLD_COUNT] = {"1.0 beta.bin", "1.1.bin"};

static const struct {
    const char *name;
    const char *text;
} files[] = {{"1.0 beta.bin.patch", "a patch"}, {"2.0.bin.full", "a whole image"}};

enum { FILE_COUNT = sizeof files / sizeof *files };

static file file_of(const char *text) {
    return (file){.data = (uint8_t *)(uintptr_t)text, .size = strlen(text)};
}

void fuzz_batch_folder_fill(void) {
    static bool filled;
    char path[FUZZ_PATH_SIZE];
    for (unsigned i = 0; i < FILE_COUNT && !filled; i++) {
        const file content = file_of(files[i].text);
        fuzz_path(files[i].name, path);
        fuzz_write_file(path, content.data, content.size);
    }
    filled = true;
}

bool fuzz_batch_folder_has(const char *name) {
    bool has = false;
    for (unsigned i = 0; i < FILE_COUNT; i++) {
        has |= strcmp(files[i].name, name) == 0;
    }
    return has;
}

static batch_outcome outcome_of(batch_update update, const char *old, const char *sent) {
    const file image = file_of(old);
    const file content = file_of(sent);
    return (batch_outcome){.made = true,
                           .update = update,
                           .image = batch_file_of(&image),
                           .patch = batch_file_of(&content),
                           .ram = WHITTLE_RAM_MIN};
}

image fuzz_batch_folder_manifest(uint32_t index, uint32_t count) {
    const file new_image = file_of("new");
    batch_outcome full = outcome_of(BATCH_FULL, "", files[1].text);
    batch_outcome outcomes[OLD_COUNT] = {outcome_of(BATCH_PATCH, "old", files[0].text),
                                         outcome_of(BATCH_FULL, "older", files[1].text)};
    batch work = {.new_path = "2.0.bin",
                  .out = fuzz_folder(),
                  .shard = {index, count},
                  .settings.security_counter = {true, 3},
                  .settings.firmware_version = "2.0",
                  .target_file = batch_file_of(&new_image),
                  .names = old_names,
                  .name_count = OLD_COUNT,
                  .version_count = count > 1 ? 1 : OLD_COUNT,
                  .outcomes = count > 1 ? &outcomes[index - 1] : outcomes,
                  .full = &full};
    FUZZ_REQUIRE(batch_write_manifest(&work) == 0);
    char *path = batch_manifest_path(&work);
    image manifest = fuzz_read_file(path);
    free(path);
    return manifest;
}
