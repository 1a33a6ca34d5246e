/* Keeping and making what a batch consists of. What is kept has been applied before, and gave the
 * new image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/message.h"
#include "../common/output.h"
#include "batch.h"
#include "manifest.h"
#include "whittle/apply.h"
#include "whittle/signed_patch.h"

batch_file batch_file_of(const file *content) {
    batch_file made = {.size = content->size};
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, content->data, content->size);
    whittle_sha256_finish(&hash, made.digest);
    return made;
}

static int save(const char *path, const file *content) {
    return output_save_as(path, content->data, content->size);
}

/* ---- What the patches are made for ---- */

/* True if the file is there and holds exactly this. */
static bool holds(const char *path, const file *content) {
    file found;
    bool same = access(path, F_OK) == 0 && file_read(&found, path) == STATUS_DONE;
    if (same) {
        same = found.size == content->size && memcmp(found.data, content->data, found.size) == 0;
        file_free(&found);
    }
    return same;
}

void batch_withdraw_manifest(const batch *work) {
    static const batch_shard whole = {.count = 0};
    char *path = batch_manifest_path(work);
    (void)unlink(path);
    free(path);
    path = manifest_path(work->out, &whole);
    (void)unlink(path);
    free(path);
}

int batch_settle(batch *work) {
    file record;
    char *path = batch_path(work->out, "batch.json", "");
    int status = batch_manifest_settings(work, &record);
    if (status == STATUS_DONE) {
        work->keeps = holds(path, &record);
        if (!work->keeps) {
            batch_withdraw_manifest(work);
            status = save(path, &record);
        }
        file_free(&record);
    }
    free(path);
    return status;
}

/* ---- Keeping ---- */

/* A patch that devices would take as they would take one made now: signed by this key, if any. */
static bool is_signed_right(const batch *work, const patch *read) {
    const file *content = &read->content;
    return work->settings.key
               ? !whittle_patch_verify(content->data, content->size, work->key.public_key)
               : !(read->header.flags & WHITTLE_FLAG_SIGNED);
}

/* Reads a patch that is there and right: it gives the new image. Says nothing: what is wrong will
 * be made anew. */
static bool read_right(const batch *work, const char *path, const file *source, patch *read) {
    const file *target = &work->target.content;
    uint8_t *rebuilt = NULL;
    size_t size = 0;
    if (!work->keeps || access(path, R_OK) != 0 || file_read(&read->content, path) != STATUS_DONE) {
        return false;
    }
    bool right = patch_examine(read) == WHITTLE_OK && read->format == FORMAT_WHITTLE &&
                 is_signed_right(work, read) &&
                 whittle_apply(source->data, source->size, read->content.data, read->content.size,
                               NULL, NULL, &rebuilt, &size) == WHITTLE_OK &&
                 size == target->size && memcmp(rebuilt, target->data, size) == 0;
    free(rebuilt);
    if (!right) {
        patch_free(read);
    }
    return right;
}

/* ---- Making ---- */

/* Makes a patch, or the self-contained image where there is no source. Returns a whittle_error. */
static int make(const batch *work, const input_image *source, patch *made) {
    whittle_encoder_options options;
    patch_options_for_encoder(&work->settings, &options);
    options.full = !source;
    options.differential = source != NULL;
    options.jobs = 1;
    return patch_make(made, source, &work->target, &options,
                      work->settings.key ? &work->key : NULL);
}

/* ---- The self-contained image ---- */

static void note(batch_outcome *outcome, batch_update update, const patch *sent, bool kept) {
    outcome->update = update;
    outcome->patch = batch_file_of(&sent->content);
    outcome->ram = patch_ram(sent);
    outcome->kept = kept;
    outcome->made = true;
}

/* Without one that is within the budget, patches may still do. */
static int make_new_full(const batch *work, const char *path, patch *full) {
    int error = make(work, NULL, full);
    if (error == WHITTLE_ERROR_BUDGET) {
        return STATUS_DONE;
    }
    if (error) {
        return message_failed(work->new_path, whittle_error_text(error));
    }
    int status = save(path, &full->content);
    if (status == STATUS_DONE) {
        note(work->full, BATCH_FULL, full, false);
    }
    return status;
}

int batch_make_full(const batch *work) {
    const file no_source = {.data = NULL};
    patch full = {.format = FORMAT_WHITTLE};
    int status = STATUS_DONE;
    char *path = batch_full_path(work);
    if (read_right(work, path, &no_source, &full)) {
        note(work->full, BATCH_FULL, &full, true);
    } else {
        status = make_new_full(work, path, &full);
    }
    patch_free(&full);
    free(path);
    return status;
}

/* ---- One old image ---- */

typedef struct making {
    const batch *work;
    const char *old_path;
    const char *patch_path;
    input_image source;
    patch patch;
    batch_outcome *outcome;
} making;

static bool same_content(const batch_file *one, const batch_file *other) {
    return one->size == other->size && memcmp(one->digest, other->digest, sizeof one->digest) == 0;
}

static int make_new_patch(making *one) {
    int error = make(one->work, &one->source, &one->patch);
    if (error == WHITTLE_ERROR_BUDGET) {
        one->outcome->update = BATCH_FULL;
        return STATUS_DONE;
    }
    if (error) {
        return message_failed(one->old_path, whittle_error_text(error));
    }
    if (access(one->patch_path, F_OK) == 0) {
        batch_withdraw_manifest(one->work);
    }
    int status = save(one->patch_path, &one->patch.content);
    if (status == STATUS_DONE) {
        note(one->outcome, BATCH_PATCH, &one->patch, false);
    }
    return status;
}

static int make_patch(making *one) {
    const batch *work = one->work;
    int status = input_image_read(&one->source, one->old_path, &work->settings.input);
    if (status != STATUS_DONE) {
        return status;
    }
    one->outcome->image = batch_file_of(&one->source.content);
    if (same_content(&one->outcome->image, &work->target_file)) {
        one->outcome->update = BATCH_NOTHING;
    } else if (read_right(work, one->patch_path, &one->source.content, &one->patch)) {
        note(one->outcome, BATCH_PATCH, &one->patch, true);
    } else {
        status = make_new_patch(one);
    }
    return status;
}

int batch_make_patch(const batch *work, unsigned version) {
    char *old_path = batch_old_path(work, version);
    char *patch_path = batch_patch_path(work, version);
    making one = {.work = work,
                  .old_path = old_path,
                  .patch_path = patch_path,
                  .outcome = &work->outcomes[version]};
    int status = make_patch(&one);
    patch_free(&one.patch);
    input_image_free(&one.source);
    free(old_path);
    free(patch_path);
    return status;
}

/* ---- The choice ---- */

static bool are_linked(const char *one, const char *other) {
    struct stat first;
    struct stat second;
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* The next call will find that the link is a patch which gives the new image, and keep it. Where
 * the file system has no links, it makes the patch again, to no avail; nothing else is lost. */
static void link_to_full(const batch *work, unsigned version) {
    char *patch_path = batch_patch_path(work, version);
    char *full_path = batch_full_path(work);
    if (!are_linked(patch_path, full_path)) {
        (void)unlink(patch_path);
        (void)!link(full_path, patch_path);
    }
    free(patch_path);
    free(full_path);
}

static int refuse_budget(const batch *work, unsigned version) {
    char *path = batch_old_path(work, version);
    int status = message_failed(path, whittle_error_text(WHITTLE_ERROR_BUDGET));
    free(path);
    return status;
}

int batch_choose(const batch *work, unsigned version) {
    batch_outcome *outcome = &work->outcomes[version];
    bool is_larger = outcome->update == BATCH_PATCH && work->full->made &&
                     outcome->patch.size >= work->full->patch.size;
    if (outcome->update != BATCH_FULL && !is_larger) {
        return STATUS_DONE;
    }
    if (!work->full->made) {
        return refuse_budget(work, version);
    }
    outcome->update = BATCH_FULL;
    outcome->patch = work->full->patch;
    outcome->ram = work->full->ram;
    link_to_full(work, version);
    return STATUS_DONE;
}
