/* The folders of a batch. Old images are all regular files that are not hidden, by name: every
 * shard sees the same order, whatever the locale. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/message.h"
#include "batch.h"

char *batch_path(const char *folder, const char *name, const char *suffix) {
    char *path;
    if (asprintf(&path, "%s/%s%s", folder, name, suffix) < 0) {
        _exit(message_system(folder, ENOMEM));
    }
    return path;
}

/* ---- The folder of old images ---- */

static int by_bytes(const void *one, const void *other) {
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* What cannot be looked at is taken for an image: reading it will say what is wrong. */
static bool is_image(const batch *work, const char *name) {
    struct stat status;
    char *path = batch_path(work->olds, name, "");
    bool regular = stat(path, &status) != 0 || S_ISREG(status.st_mode);
    free(path);
    return regular && name[0] != '.' && (!work->match || fnmatch(work->match, name, 0) == 0);
}

static bool add_name(batch *work, const char *name) {
    char **names = reallocarray(work->names, work->name_count + 1u, sizeof *names);
    if (!names) {
        return false;
    }
    work->names = names;
    names[work->name_count] = strdup(name);
    return names[work->name_count++] != NULL;
}

static int list_olds(batch *work) {
    DIR *folder = opendir(work->olds);
    if (!folder) {
        return errno == ENOTDIR ? message_failed(work->olds, "it is no folder (name the one that "
                                                             "holds the old images)")
                                : message_system(work->olds, errno);
    }
    const struct dirent *entry;
    bool added = true;
    while (added && (entry = readdir(folder))) {
        added = !is_image(work, entry->d_name) || add_name(work, entry->d_name);
    }
    (void)closedir(folder);
    if (!added) {
        return message_system(work->olds, ENOMEM);
    }
    if (work->name_count == 0) {
        return message_failed(work->olds, "no image is in it (check the folder, and --match)");
    }
    qsort(work->names, work->name_count, sizeof *work->names, by_bytes);
    return STATUS_DONE;
}

/* Names that are shared out in turns: shards differ by one at most, and old versions, which take
 * longer, are spread. */
static void take_shard(batch *work) {
    unsigned all = work->name_count;
    const batch_shard *shard = &work->shard;
    work->version_count =
        shard->count == 0 ? all : all / shard->count + (shard->index <= all % shard->count);
}

const char *batch_name(const batch *work, unsigned version) {
    const batch_shard *shard = &work->shard;
    return work->names[shard->count == 0 ? version : version * shard->count + shard->index - 1];
}

char *batch_old_path(const batch *work, unsigned version) {
    return batch_path(work->olds, batch_name(work, version), "");
}

char *batch_patch_path(const batch *work, unsigned version) {
    return batch_path(work->out, batch_name(work, version), BATCH_PATCH_SUFFIX);
}

char *batch_full_path(const batch *work) {
    return batch_path(work->out, base_name(work->new_path), BATCH_FULL_SUFFIX);
}

/* ---- The folder of patches ---- */

/* Among the old images, patches would be taken for some the next time. */
static int create_out(const batch *work) {
    struct stat olds;
    struct stat out;
    if (mkdir(work->out, 0777) != 0 && errno != EEXIST) {
        return message_system(work->out, errno);
    }
    if (stat(work->out, &out) != 0 || stat(work->olds, &olds) != 0) {
        return message_system(work->out, errno);
    }
    if (!S_ISDIR(out.st_mode)) {
        return message_failed(work->out, "it is no folder (name one for the patches)");
    }
    return olds.st_dev == out.st_dev && olds.st_ino == out.st_ino
               ? message_failed(work->out, "it holds the old images (choose another folder)")
               : STATUS_DONE;
}

int batch_open_folders(batch *work) {
    int status = list_olds(work);
    take_shard(work);
    return status == STATUS_DONE ? create_out(work) : status;
}

void batch_close_folders(batch *work) {
    for (unsigned i = 0; i < work->name_count; i++) {
        free(work->names[i]);
    }
    free(work->names);
}
