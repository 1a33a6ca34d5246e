/* The folder that a batch of two shards has filled: a patch, and a self-contained image that the
 * other old version gets. The files are small texts: merging asks only for size and digest. */
#ifndef FUZZ_SUPPORT_BATCH_FOLDER_H
#define FUZZ_SUPPORT_BATCH_FOLDER_H

#include <stdbool.h>

#include "support/generate.h"

/* Puts the files there, where they are not yet. */
void fuzz_batch_folder_fill(void);

/* True if the folder has a file of that name. */
bool fuzz_batch_folder_has(const char *name);

/* The manifest of all, where count is 0, or of one shard. Freed with image_free. */
image fuzz_batch_folder_manifest(uint32_t index, uint32_t count);

#endif
