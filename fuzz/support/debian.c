/* Runs the reference's programs on files. */
#include "fuzz/support/debian.h"

#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/support/folder.h"
#include "fuzz/support/fuzz.h"

enum { SOURCE, TARGET, PATCH, FILE_COUNT };

static char paths[FILE_COUNT][FUZZ_PATH_SIZE];

static void name_files(void) {
    fuzz_path("source", paths[SOURCE]);
    fuzz_path("target", paths[TARGET]);
    fuzz_path("patch", paths[PATCH]);
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
    name_files();
    fuzz_write_file(paths[SOURCE], source->data, source->size);
    fuzz_write_file(paths[PATCH], patch->data, patch->size);
    FUZZ_REQUIRE(run(program));
    image theirs = fuzz_read_file(paths[TARGET]);
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
    name_files();
    fuzz_write_file(paths[SOURCE], source->data, source->size);
    fuzz_write_file(paths[TARGET], target->data, target->size);
    return run(program) ? fuzz_read_file(paths[PATCH]) : none;
}
