/* Runs the reference's programs on files in a folder of this process's own. */
#include "fuzz/support/debian.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/support/fuzz.h"

enum { PATH_SIZE = 64, RESULT_MAX = 1 << 21 };

enum { SOURCE, TARGET, PATCH, FILE_COUNT };

static char folder[] = "/tmp/whittle-fuzz-XXXXXX";
static char paths[FILE_COUNT][PATH_SIZE];

static void remove_files(void) {
    for (unsigned i = 0; i < FILE_COUNT; i++) {
        (void)unlink(paths[i]);
    }
    (void)rmdir(folder);
}

static void make_folder(void) {
    static bool made;
    static const char *const names[FILE_COUNT] = {"source", "target", "patch"};
    if (made) {
        return;
    }
    FUZZ_REQUIRE(mkdtemp(folder) != NULL);
    for (unsigned i = 0; i < FILE_COUNT; i++) {
        (void)snprintf(paths[i], PATH_SIZE, "%s/%s", folder, names[i]);
    }
    made = atexit(remove_files) == 0;
}

static void write_file(const char *path, const image *contents) {
    FILE *file = fopen(path, "wb");
    FUZZ_REQUIRE(file != NULL);
    FUZZ_REQUIRE(fwrite(contents->data, 1, contents->size, file) == contents->size);
    FUZZ_REQUIRE(fclose(file) == 0);
}

static image read_file(const char *path) {
    image contents = image_of_value(0, RESULT_MAX);
    FILE *file = fopen(path, "rb");
    contents.size = file ? fread(contents.data, 1, RESULT_MAX, file) : 0;
    if (file) {
        (void)fclose(file);
    }
    return contents;
}

/* Runs a program with the three files; false if it fails. */
static bool run(const char *program) {
    char *arguments[] = {(char *)(uintptr_t)program, paths[SOURCE], paths[TARGET], paths[PATCH],
                         NULL};
    char *environment[] = {NULL};
    pid_t child;
    int status;
    FUZZ_REQUIRE(posix_spawn(&child, program, NULL, NULL, arguments, environment) == 0);
    FUZZ_REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void fuzz_require_debian_agrees(const image *source, const image *patch, const image *target) {
    static const char program[] = "/usr/bin/bspatch";
    if (access(program, X_OK) != 0) {
        return;
    }
    make_folder();
    write_file(paths[SOURCE], source);
    write_file(paths[PATCH], patch);
    FUZZ_REQUIRE(run(program));
    image theirs = read_file(paths[TARGET]);
    FUZZ_REQUIRE(theirs.size == target->size);
    FUZZ_REQUIRE(memcmp(theirs.data, target->data, target->size) == 0);
    image_free(&theirs);
}

image fuzz_debian_patch(const image *source, const image *target) {
    static const char program[] = "/usr/bin/bsdiff";
    image none = {0};
    if (access(program, X_OK) != 0) {
        return none;
    }
    make_folder();
    write_file(paths[SOURCE], source);
    write_file(paths[TARGET], target);
    return run(program) ? read_file(paths[PATCH]) : none;
}
