/* What the commands share that put a signature on a patch which exists already. */
#ifndef TOOLS_SIGNING_H
#define TOOLS_SIGNING_H

#include "../command.h"
#include "../common/files.h"
#include "../common/output.h"
#include "../patch/patches.h"
#include "whittle/signature.h"

typedef struct signing {
    reporting report;
    const char *key_path;
    const char *passphrase_path; /* sign; NULL: ask */
    const char *signature_path;  /* attach */
    const char *patch_path;
    const char *output_path; /* may be the patch itself */
    patch patch;
    file made; /* the signed patch */
    uint8_t key_id[WHITTLE_KEY_ID_SIZE];
    output out;
} signing;

/* Reads the patch, lets make set work->made, and writes that. Both say on stderr what is wrong, and
 * return an exit status (message.h). */
int signing_run(signing *work, int (*make)(signing *work));

/* Checks that --key was given. */
int signing_require_key(const signing *work, const char *invocation);

/* Reads a patch that may be signed, if it is of the format that can be. */
int signing_read_patch(patch *read, const char *path);

/* Says what an error, if it is one, means for a file. */
int signing_tell(const char *path, int error);

#endif
