/* A folder of this process's own for what is tested by its files, and for programs that are
 * compared with. It lies in memory, so that files take no time, and is gone when the process ends.
 */
#ifndef FUZZ_SUPPORT_FOLDER_H
#define FUZZ_SUPPORT_FOLDER_H

#include "support/generate.h"

#define FUZZ_PATH_SIZE 128

/* The folder; and the path that a file of that name has there. */
const char *fuzz_folder(void);
void fuzz_path(const char *name, char path[FUZZ_PATH_SIZE]);

/* Makes or replaces a file. */
void fuzz_write_file(const char *path, const uint8_t *data, size_t size);

/* The whole file, size 0 where there is none. Freed with image_free. */
image fuzz_read_file(const char *path);

#endif
