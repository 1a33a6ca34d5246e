/* The documents of a batch, and what writing and merging them share.
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_BATCH_MANIFEST_H
#define TOOLS_BATCH_MANIFEST_H

#include "../common/document.h"
#include "batch.h"

/* The manifest of a shard, or of all, in the folder out; freed by the caller. */
char *manifest_path(const char *out, const batch_shard *shard);

int manifest_start(document *made);

/* Writes it to a file and releases it. */
int manifest_save(document *made, const char *path);

/* What the patches are made for, and how: the same bytes only where patches may be kept. */
int batch_manifest_settings(const batch *work, file *record);

#endif
