/* Reading whole files. Regular files, pipes and devices are read alike: the size that the system
 * tells only saves time, since a file may grow or shrink while it is read. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "output.h"
#include "whittle/encoder.h"

enum { FIRST_CAPACITY = 65536 };

static int refuse_size(const char *path) {
    return message_failed(
        path, "it is larger than 1 GiB, the largest image there can be (choose another)");
}

/* ---- Checks before any work ---- */

static bool same_file(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Whatever is written to it does not change what is read from it, as with /dev/null. */
static bool is_device(const struct stat *status) {
    return S_ISCHR(status->st_mode);
}

static int check_input(const char *path, const char *const *inputs, size_t count,
                       const struct stat *written) {
    struct stat status;
    if (stat(path, &status) != 0) {
        return message_system(path, errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return message_system(path, EISDIR);
    }
    if (S_ISREG(status.st_mode) && status.st_size > (off_t)WHITTLE_IMAGE_MAX) {
        return refuse_size(path);
    }
    if (written && same_file(&status, written) && !is_device(&status)) {
        return message_failed(path, "it is read and written at once (choose another output)");
    }
    for (size_t i = 0; i < count && S_ISFIFO(status.st_mode); i++) {
        struct stat other;
        if (inputs[i] && stat(inputs[i], &other) == 0 && same_file(&status, &other)) {
            return message_failed(path, "a pipe can be read only once (use a file)");
        }
    }
    return STATUS_DONE;
}

static bool find_written(const char *path, struct stat *status) {
    return (output_names_stdout(path) ? fstat(STDOUT_FILENO, status) : stat(path, status)) == 0;
}

int files_check(const char *const *inputs, size_t count, const char *written) {
    struct stat status;
    bool exists = written && find_written(written, &status);
    int result = STATUS_DONE;
    for (size_t i = 0; i < count && result == STATUS_DONE; i++) {
        if (inputs[i]) {
            result = check_input(inputs[i], inputs, i, exists ? &status : NULL);
        }
    }
    return result;
}

const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- Reading ---- */

/* A file being read. */
typedef struct reading {
    file *content;
    int descriptor;
    size_t capacity;
} reading;

/* Room for at least one more byte. One byte beyond the limit tells that a file is too large. */
static int make_room(reading *in) {
    file *content = in->content;
    if (content->size < in->capacity) {
        return STATUS_DONE;
    }
    size_t most = (size_t)WHITTLE_IMAGE_MAX + 1;
    size_t capacity = in->capacity > most / 2 ? most : in->capacity * 2;
    uint8_t *data = realloc(content->data, capacity);
    if (!data) {
        return message_system(content->path, ENOMEM);
    }
    content->data = data;
    in->capacity = capacity;
    return STATUS_DONE;
}

static int read_to_end(reading *in) {
    file *content = in->content;
    for (;;) {
        int status = make_room(in);
        if (status != STATUS_DONE) {
            return status;
        }
        ssize_t got =
            read(in->descriptor, content->data + content->size, in->capacity - content->size);
        if (got == 0) {
            return STATUS_DONE;
        }
        if (got < 0 && errno != EINTR) {
            return message_system(content->path, errno);
        }
        content->size += got > 0 ? (size_t)got : 0;
        if (content->size > WHITTLE_IMAGE_MAX) {
            return refuse_size(content->path);
        }
    }
}

/* As much as the file holds, and one byte more to see that it ends there. */
static size_t first_capacity(int descriptor) {
    struct stat status;
    bool known = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
                 status.st_size <= (off_t)WHITTLE_IMAGE_MAX;
    return known ? (size_t)status.st_size + 1 : FIRST_CAPACITY;
}

int file_read(file *content, const char *path) {
    *content = (file){.path = path};
    reading in = {.content = content, .descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    if (in.descriptor < 0) {
        return message_system(path, errno);
    }
    in.capacity = first_capacity(in.descriptor);
    content->data = malloc(in.capacity);
    int status = content->data ? read_to_end(&in) : message_system(path, ENOMEM);
    (void)close(in.descriptor);
    if (status != STATUS_DONE) {
        file_free(content);
    }
    return status;
}

void file_free(file *content) {
    free(content->data);
    content->data = NULL;
    content->size = 0;
}
