/* The files that a command reads, whole, and the checks on all names before any work begins.
 *
 * Everything here says on stderr what is wrong, and returns an exit status (message.h). */
#ifndef TOOLS_COMMON_FILES_H
#define TOOLS_COMMON_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct file {
    const char *path;
    uint8_t *data; /* owned; NULL before it is read */
    size_t size;   /* bytes */
} file;

/* Checks the files that a command will read (paths; NULLs among them are passed over) and the one
 * that it will write (NULL: none), without reading: no pipe is named twice, and the output is none
 * of the inputs. */
int files_check(const char *const *inputs, size_t count, const char *written);

/* The part of a path after its last slash. */
const char *base_name(const char *path);

/* Reads a file, a device or a pipe up to its end; more than WHITTLE_IMAGE_MAX bytes are refused. */
int file_read(file *content, const char *path);
void file_free(file *content);

#endif
