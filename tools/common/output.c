/* Writing a file so that it appears whole or not at all.
 *
 *     output_prepare   looks: the folder, the permissions, what the name stands for now
 *     output_open      FOLDER/.whittle-PID-N, created exclusively; its name is now known to the
 *                      handler of SIGINT, SIGTERM and SIGHUP, which removes it
 *     output_commit    fsync, rename over the name, fsync of the folder
 *
 * There is one temporary file at a time, because a signal handler can only reach global state. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNAL_COUNT = sizeof ending_signals / sizeof *ending_signals };

/* What the handler removes; empty: nothing. Changed only while the signals are blocked. */
static char handled_temporary[PATH_MAX];

/* ---- Signals ---- */

static void block_ending_signals(sigset_t *before) {
    sigset_t set;
    (void)sigemptyset(&set);
    for (unsigned i = 0; i < ENDING_SIGNAL_COUNT; i++) {
        (void)sigaddset(&set, ending_signals[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &set, before);
}

/* Ends as the signal would have ended the program anyway, so that the shell sees it. */
static void remove_temporary_and_end(int number) {
    if (handled_temporary[0]) {
        (void)unlink(handled_temporary);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* A signal that is ignored, as nohup does with SIGHUP, stays ignored. */
static void handle_ending_signals(void) {
    for (unsigned i = 0; i < ENDING_SIGNAL_COUNT; i++) {
        struct sigaction action;
        if (sigaction(ending_signals[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            memset(&action, 0, sizeof action);
            action.sa_handler = remove_temporary_and_end;
            (void)sigaction(ending_signals[i], &action, NULL);
        }
    }
}

static void forget_temporary(void) {
    sigset_t before;
    block_ending_signals(&before);
    handled_temporary[0] = '\0';
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- Looking ---- */

static int fail(const output *out) {
    return message_system(out->path, errno);
}

/* The folder of the file, in a buffer of PATH_MAX. */
static const char *folder_of(const char *path, char *buffer) {
    (void)snprintf(buffer, PATH_MAX, "%s", path);
    return dirname(buffer);
}

static int check_folder(const output *out) {
    char buffer[PATH_MAX];
    return access(folder_of(out->real_path, buffer), W_OK | X_OK) == 0 ? STATUS_DONE : fail(out);
}

/* It may be a file that others write to as well, or one without a name. Results cannot get into
 * the way of anything on a terminal or /dev/null. */
static bool is_stdout(const struct stat *status) {
    struct stat standard;
    return !S_ISCHR(status->st_mode) && fstat(STDOUT_FILENO, &standard) == 0 &&
           status->st_dev == standard.st_dev && status->st_ino == standard.st_ino;
}

static int prepare_existing(output *out, const struct stat *status) {
    if (S_ISDIR(status->st_mode)) {
        return message_system(out->path, EISDIR);
    }
    if (access(out->path, W_OK) != 0) {
        return fail(out);
    }
    out->is_stdout = is_stdout(status);
    if (!S_ISREG(status->st_mode) || out->is_stdout) {
        return STATUS_DONE;
    }
    out->mode = status->st_mode & 07777;
    out->real_path = realpath(out->path, NULL);
    return out->real_path ? check_folder(out) : fail(out);
}

static int prepare_new(output *out) {
    struct stat link;
    if (lstat(out->path, &link) == 0) {
        return message_failed(out->path, "it is a link to nothing (remove it)");
    }
    out->real_path = strdup(out->path);
    return out->real_path ? check_folder(out) : fail(out);
}

bool output_names_stdout(const char *path) {
    return strcmp(path, "-") == 0;
}

int output_prepare(output *out, const char *path) {
    *out = (output){.path = path, .descriptor = -1};
    struct stat status;
    if (output_names_stdout(path)) {
        out->is_stdout = true;
        return STATUS_DONE;
    }
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return fail(out);
    }
    if (stat(path, &status) == 0) {
        return prepare_existing(out, &status);
    }
    return errno == ENOENT ? prepare_new(out) : fail(out);
}

/* ---- Writing ---- */

/* Creates the temporary file of that number; the handler knows it from its first moment on. */
static int create_temporary(output *out, unsigned number) {
    char buffer[PATH_MAX];
    size_t size = strlen(out->real_path) + 64;
    out->temporary = malloc(size);
    if (!out->temporary) {
        return -1;
    }
    (void)snprintf(out->temporary, size, "%s/.whittle-%ld-%u", folder_of(out->real_path, buffer),
                   (long)getpid(), number);
    if (strlen(out->temporary) >= sizeof handled_temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    sigset_t before;
    block_ending_signals(&before);
    out->descriptor = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int number_of_error = errno;
    if (out->descriptor >= 0) {
        memcpy(handled_temporary, out->temporary, strlen(out->temporary) + 1);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = number_of_error;
    return out->descriptor;
}

/* A file of that name may be left from a program that was killed under the same process number. */
static int open_temporary(output *out) {
    handle_ending_signals();
    for (unsigned number = 0; number < 100; number++) {
        if (create_temporary(out, number) >= 0) {
            return STATUS_DONE;
        }
        int number_of_error = errno;
        free(out->temporary);
        out->temporary = NULL;
        errno = number_of_error;
        if (errno != EEXIST) {
            break;
        }
    }
    return fail(out);
}

int output_open(output *out) {
    if (out->real_path) {
        return open_temporary(out);
    }
    out->descriptor = out->is_stdout ? dup(STDOUT_FILENO) : open(out->path, O_WRONLY | O_CLOEXEC);
    return out->descriptor >= 0 ? STATUS_DONE : fail(out);
}

bool write_whole(int descriptor, const void *data, size_t size) {
    const uint8_t *next = data;
    while (size > 0) {
        ssize_t written = write(descriptor, next, size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        next += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

int output_write(output *out, const uint8_t *data, size_t size) {
    return write_whole(out->descriptor, data, size) ? STATUS_DONE : fail(out);
}

/* The new name is in the folder; after this it is also on the disk. Not every file system can do
 * that, and the file is whole in any case: an error here is none of the user's. */
static void sync_folder(const output *out) {
    char buffer[PATH_MAX];
    int folder = open(folder_of(out->real_path, buffer), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        (void)fsync(folder);
        (void)close(folder);
    }
}

static int close_descriptor(output *out) {
    int descriptor = out->descriptor;
    out->descriptor = -1;
    return close(descriptor);
}

int output_commit(output *out) {
    if (!out->temporary) {
        return close_descriptor(out) == 0 ? STATUS_DONE : fail(out);
    }
    if ((out->mode != 0 && fchmod(out->descriptor, out->mode) != 0) ||
        fsync(out->descriptor) != 0 || close_descriptor(out) != 0 ||
        rename(out->temporary, out->real_path) != 0) {
        return fail(out);
    }
    forget_temporary();
    free(out->temporary);
    out->temporary = NULL;
    sync_folder(out);
    return STATUS_DONE;
}

void output_discard(output *out) {
    if (out->descriptor >= 0) {
        (void)close_descriptor(out);
    }
    if (out->temporary) {
        (void)unlink(out->temporary);
        forget_temporary();
    }
    free(out->temporary);
    free(out->real_path);
    out->temporary = NULL;
    out->real_path = NULL;
}

int output_save(output *out, const uint8_t *data, size_t size) {
    int status = output_open(out);
    if (status == STATUS_DONE) {
        status = output_write(out, data, size);
    }
    return status == STATUS_DONE ? output_commit(out) : status;
}

int output_save_as(const char *path, const uint8_t *data, size_t size) {
    output out;
    int status = output_prepare(&out, path);
    if (status == STATUS_DONE) {
        status = output_save(&out, data, size);
    }
    output_discard(&out);
    return status;
}
