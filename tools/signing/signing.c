/* Putting a signature on a patch: reading, writing and telling. Knows no private key. */
#include "signing.h"

#include <stdio.h>

#include "../common/json.h"
#include "../common/message.h"
#include "../common/words.h"
#include "whittle/signed_patch.h"

static int check_names(signing *work) {
    const char *const inputs[] = {work->key_path, work->passphrase_path, work->signature_path};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, work->output_path);
    if (status == STATUS_DONE) {
        status = files_check(&work->patch_path, 1, NULL);
    }
    return status == STATUS_DONE ? output_prepare(&work->out, work->output_path) : status;
}

int signing_read_patch(patch *read, const char *path) {
    int status = patch_read(read, path);
    if (status == STATUS_DONE && read->format != FORMAT_WHITTLE) {
        status =
            message_failed(path, "BSDIFF40 has no room for a signature (make a whittle patch)");
    }
    return status;
}

int signing_tell(const char *path, int error) {
    return error ? message_failed(path, whittle_error_text(error)) : STATUS_DONE;
}

static void report(const signing *work, FILE *stream) {
    char digits[WORDS_MAX];
    char size[WORDS_MAX];
    (void)hexadecimal(work->key_id, sizeof work->key_id, digits);
    if (work->report.json) {
        json out;
        json_start(&out, stream);
        json_text(&out, "patch", work->output_path);
        json_number(&out, "patch_size", work->made.size);
        json_text(&out, "key_id", digits);
        json_finish(&out);
    } else if (!work->report.quiet) {
        (void)fprintf(stream, "%s: %s, signed by key %s\n", work->output_path,
                      bytes_in_words(work->made.size, size), digits);
    }
}

int signing_run(signing *work, int (*make)(signing *work)) {
    int status = check_names(work);
    if (status == STATUS_DONE) {
        status = signing_read_patch(&work->patch, work->patch_path);
    }
    if (status == STATUS_DONE) {
        status = make(work);
    }
    if (status == STATUS_DONE) {
        status = signing_tell(work->patch_path,
                              whittle_patch_signer(work->made.data, work->made.size, work->key_id));
    }
    if (status == STATUS_DONE) {
        status = output_save(&work->out, work->made.data, work->made.size);
    }
    if (status == STATUS_DONE) {
        report(work, work->out.is_stdout ? stderr : stdout);
    }
    output_discard(&work->out);
    file_free(&work->made);
    patch_free(&work->patch);
    return status;
}

int signing_require_key(const signing *work, const char *invocation) {
    return work->key_path ? STATUS_DONE
                          : message_usage(invocation, "--key", "this option is needed");
}
