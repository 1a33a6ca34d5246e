/* Making the folder at the first use, and removing it at the end. */
#include "fuzz/support/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/support/fuzz.h"

static char folder[] = "/dev/shm/whittle-fuzz-XXXXXX";

static void remove_folder(void) {
    char path[FUZZ_PATH_SIZE];
    DIR *opened = opendir(folder);
    const struct dirent *entry;
    while (opened && (entry = readdir(opened))) {
        fuzz_path(entry->d_name, path);
        (void)unlink(path); /* fails for . and .. */
    }
    if (opened) {
        (void)closedir(opened);
    }
    (void)rmdir(folder);
}

const char *fuzz_folder(void) {
    static bool made;
    if (!made) {
        FUZZ_REQUIRE(mkdtemp(folder) != NULL);
        made = atexit(remove_folder) == 0;
    }
    return folder;
}

void fuzz_path(const char *name, char path[FUZZ_PATH_SIZE]) {
    int size = snprintf(path, FUZZ_PATH_SIZE, "%s/%s", fuzz_folder(), name);
    FUZZ_REQUIRE(size > 0 && size < FUZZ_PATH_SIZE);
}

void fuzz_write_file(const char *path, const uint8_t *data, size_t size) {
    FILE *file = fopen(path, "wb");
    FUZZ_REQUIRE(file != NULL);
    FUZZ_REQUIRE(size == 0 || fwrite(data, 1, size, file) == size);
    FUZZ_REQUIRE(fclose(file) == 0);
}

image fuzz_read_file(const char *path) {
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return image_of_value(0, 0);
    }
    FUZZ_REQUIRE(fstat(fileno(file), &status) == 0);
    image contents = image_of_value(0, (size_t)status.st_size);
    FUZZ_REQUIRE(fread(contents.data, 1, contents.size, file) == contents.size);
    (void)fclose(file);
    return contents;
}
