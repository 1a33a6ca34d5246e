/* whittle batch: the parts of the command and what they share.
 *
 * The new image is read and hashed once, by the parent. Each old image is a task for a process of
 * its own (workers.h), which inherits that, keeps the patch that is there or makes one, and leaves
 * its outcome in shared memory. One more task makes the self-contained image. When all have ended,
 * the parent sees where that is the smaller one, and writes the manifest.
 *
 *     OUT/batch.json       what all patches here were made for, and how; without it, none is kept
 *     OUT/NEW.full         the self-contained image
 *     OUT/OLD.patch        a patch; or another link to the self-contained image, where none pays
 *     OUT/manifest.json    all of it, written last; or manifest.I-of-N.json, by one of N shards
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_BATCH_H
#define TOOLS_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../command.h"
#include "../patch/input_image.h"
#include "../patch/patch_options.h"
#include "../patch/patches.h"
#include "whittle/sha256.h"
#include "whittle/signing.h"

/* One of so many parts of the work. */
typedef struct batch_shard {
    uint32_t index; /* from 1 */
    uint32_t count; /* 0: the work is not divided */
} batch_shard;

/* What a device with an old image is to be sent. */
typedef enum batch_update {
    BATCH_NOTHING, /* the old image is the new one */
    BATCH_PATCH,
    BATCH_FULL, /* the self-contained image: a patch would not be smaller */
} batch_update;

typedef struct batch_file {
    size_t size; /* bytes */
    uint8_t digest[WHITTLE_SHA256_SIZE];
} batch_file;

/* How an old image came out. */
typedef struct batch_outcome {
    bool made;           /* there is something to send: patch and ram are known */
    bool kept;           /* the patch was there already */
    batch_update update; /* FULL by a task itself: no patch is within --decode-budget */
    batch_file image;    /* the old one, flat */
    batch_file patch;    /* what is sent */
    uint64_t ram;        /* that applying it takes, bytes */
} batch_outcome;

typedef struct batch {
    const char *olds;
    const char *new_path;
    const char *out;
    const char *match; /* a pattern for the names of old images; NULL: all */
    batch_shard shard;
    bool merge;
    given_number jobs;
    patch_settings settings;
    reporting report;

    whittle_private_key key; /* where patches are to be signed */
    input_image target;
    batch_file target_file;
    bool keeps; /* what is in OUT was made for this and in this way: keep what is right */

    char **names; /* of all old images, sorted; owned */
    unsigned name_count;
    unsigned version_count;  /* those of this shard: every shard.count-th name */
    batch_outcome *outcomes; /* of these versions; in shared memory */
    batch_outcome *full;     /* of the self-contained image; not made: none is within a budget */
} batch;

/* ---- The command line ---- */

bool batch_options_parse(const char *invocation, char **arguments, batch *work, int *status);

/* ---- Folders and names ---- */

/* Lists the old images, and creates the folder of patches. */
int batch_open_folders(batch *work);
void batch_close_folders(batch *work);

/* The name of the old image of one of this shard's versions. */
const char *batch_name(const batch *work, unsigned version);

/* The path of a version's old image, and of its patch; and of the self-contained image. All are
 * freed by the caller. */
char *batch_old_path(const batch *work, unsigned version);
char *batch_patch_path(const batch *work, unsigned version);
char *batch_full_path(const batch *work);

/* FOLDER/NAMESUFFIX, freed by the caller; there is always memory for that, or the program ends. */
char *batch_path(const char *folder, const char *name, const char *suffix);

#define BATCH_PATCH_SUFFIX ".patch"
#define BATCH_FULL_SUFFIX  ".full"

/* ---- Making ---- */

/* Size and digest of what is in memory. */
batch_file batch_file_of(const file *content);

/* Finds out whether patches may be kept, and records what they are made for. */
int batch_settle(batch *work);

/* Removes the manifest. It tells the truth as long as it is there, and is there only when all is:
 * it goes before anything that it lists, and where a version failed. */
void batch_withdraw_manifest(const batch *work);

/* Keeps or makes the self-contained image. */
int batch_make_full(const batch *work);

/* Keeps or makes the patch of one old image. */
int batch_make_patch(const batch *work, unsigned version);

/* Gives the self-contained image to a version whose patch is not smaller, or that has none. */
int batch_choose(const batch *work, unsigned version);

/* ---- Telling ---- */

/* Writes the manifest, of all versions or of this shard's. */
int batch_write_manifest(const batch *work);

/* The name of the manifest that this call writes, freed by the caller. */
char *batch_manifest_path(const batch *work);

/* Composes the manifest from those of all shards. */
int batch_merge(const batch *what);

#endif
