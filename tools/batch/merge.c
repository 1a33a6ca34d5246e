/* whittle batch --merge OUT: joins the manifests of all shards into one, which has the same bytes
 * as if one call had done all the work.
 *
 * The parts come from other machines, and may be missing, doubled, or left from another release:
 * they have to be all parts of one whole, and the files that they list have to be here as listed.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/json.h"
#include "../common/message.h"
#include "../common/words.h"
#include "manifest.h"
#include "url.h"

typedef struct merge {
    const char *out;
    uint32_t count; /* of shards; 0: no part was found yet */
    json_t **parts; /* count of them */
    json_t *listed; /* an array: the versions of all parts, in order; of references */
} merge;

/* ---- Reading the parts ---- */

static char *part_path(const merge *work, uint32_t index) {
    const batch_shard shard = {.index = index, .count = work->count};
    return manifest_path(work->out, &shard);
}

/* Finds out how many shards there are. */
static int count_shards(merge *work) {
    DIR *folder = opendir(work->out);
    const struct dirent *entry;
    if (!folder) {
        return message_system(work->out, errno);
    }
    int status = STATUS_DONE;
    while (status == STATUS_DONE && (entry = readdir(folder))) {
        unsigned index;
        unsigned count;
        int end = 0;
        bool is_part =
            sscanf(entry->d_name, "manifest.%u-of-%u.json%n", &index, &count, &end) == 2 &&
            end > 0 && !entry->d_name[end];
        if (is_part && work->count > 0 && work->count != count) {
            status = message_failed(work->out, "it holds manifests of different numbers of shards "
                                               "(remove those that do not belong here)");
        }
        work->count = is_part ? count : work->count;
    }
    (void)closedir(folder);
    return status == STATUS_DONE && work->count == 0
               ? message_failed(work->out, "no manifest of a shard is in it (make them: --shard)")
               : status;
}

/* What a manifest has: no number but those from 0 on, and only such can be written. */
static bool is_of_manifest(const json_t *value) {
    bool right = !json_is_real(value) && json_integer_value(value) >= 0;
    const char *name;
    size_t index;
    json_t *member;
    json_object_foreach((json_t *)value, name, member) {
        right = right && is_of_manifest(member);
    }
    json_array_foreach(value, index, member) {
        right = right && is_of_manifest(member);
    }
    return right;
}

/* Reads what a shard has made. */
static int read_made(file *content, const char *path) {
    if (access(path, F_OK) != 0) {
        *content = (file){.data = NULL};
        return message_failed(path, "it is missing (run its shard again)");
    }
    return file_read(content, path);
}

static int read_part(merge *work, uint32_t index) {
    json_error_t error;
    char *path = part_path(work, index);
    file content;
    int status = read_made(&content, path);
    if (status == STATUS_DONE) {
        json_t *part =
            json_loadb((const char *)content.data, content.size, JSON_REJECT_DUPLICATES, &error);
        work->parts[index - 1] = part;
        file_free(&content);
        if (!json_is_object(part) || !is_of_manifest(part)) {
            status = message_failed(path, "it is damaged (run this shard again)");
        }
    }
    free(path);
    return status;
}

static int read_parts(merge *work) {
    int status = count_shards(work);
    if (status == STATUS_DONE) {
        work->parts = calloc(work->count, sizeof *work->parts);
        status = work->parts ? STATUS_DONE : message_system(work->out, ENOMEM);
    }
    for (uint32_t index = 1; status == STATUS_DONE && index <= work->count; index++) {
        status = read_part(work, index);
    }
    return status;
}

/* ---- Checking that they belong together ---- */

static json_int_t shard_number(const json_t *part, const char *name) {
    return json_integer_value(json_object_get(json_object_get(part, "shard"), name));
}

static bool has_same(const json_t *one, const json_t *other, const char *const *names,
                     size_t count) {
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(one, names[i]);
        if (!value || !json_equal(value, json_object_get(other, names[i]))) {
            return false;
        }
    }
    return true;
}

static int check_part(const merge *work, uint32_t index) {
    static const char *const heading[] = {"manifest", "generator", "target", "settings", "full"};
    static const char *const whole[] = {"count", "versions", "names_sha256"};
    const json_t *first = work->parts[0];
    const json_t *part = work->parts[index - 1];
    const char *wrong = NULL;
    if (!has_same(part, first, heading, sizeof heading / sizeof *heading)) {
        wrong = "it is for another new image, or made with other options, than the part of shard 1 "
                "(run both again)";
    } else if (!has_same(json_object_get(part, "shard"), json_object_get(first, "shard"), whole,
                         sizeof whole / sizeof *whole)) {
        wrong = "this shard saw other old images than shard 1 (run both again)";
    } else if (shard_number(part, "index") != index || shard_number(part, "count") != work->count ||
               !json_is_array(json_object_get(part, "versions"))) {
        wrong = "it is damaged (run this shard again)";
    }
    if (!wrong) {
        return STATUS_DONE;
    }
    char *path = part_path(work, index);
    int status = message_failed(path, wrong);
    free(path);
    return status;
}

/* ---- Checking that what they list is here ---- */

static int refuse_file(const char *path) {
    return message_failed(path, "it is not the file that the manifest lists (run its shard again)");
}

static int compare_file(const char *path, const json_t *listed) {
    char digits[WORDS_MAX];
    file content;
    int status = read_made(&content, path);
    if (status != STATUS_DONE) {
        return status;
    }
    const batch_file found = batch_file_of(&content);
    const char *digest = json_string_value(json_object_get(listed, "sha256"));
    bool same = (json_int_t)found.size == json_integer_value(json_object_get(listed, "size")) &&
                digest &&
                strcmp(digest, hexadecimal(found.digest, sizeof found.digest, digits)) == 0;
    file_free(&content);
    return same ? STATUS_DONE : refuse_file(path);
}

/* listed: an object with url, size and sha256; or null, for none. */
static int check_listed(const merge *work, const json_t *listed) {
    if (!listed || json_is_null(listed)) {
        return STATUS_DONE;
    }
    char *name = batch_url_name(json_string_value(json_object_get(listed, "url")));
    if (!name) {
        return message_failed(
            work->out, "a manifest lists a file that is not in this folder (run its shard again)");
    }
    char *path = batch_path(work->out, name, "");
    int status = compare_file(path, listed);
    free(path);
    free(name);
    return status;
}

/* Old images are dealt to the shards in turns, and so they come back. */
static int collect_versions(merge *work) {
    size_t all = 0;
    for (uint32_t i = 0; i < work->count; i++) {
        all += json_array_size(json_object_get(work->parts[i], "versions"));
    }
    bool right = (json_int_t)all == shard_number(work->parts[0], "versions");
    work->listed = json_array();
    for (size_t i = 0; right && i < all; i++) {
        const json_t *versions = json_object_get(work->parts[i % work->count], "versions");
        json_t *version = json_array_get(versions, i / work->count);
        right = version && json_array_append(work->listed, version) == 0;
    }
    return right ? STATUS_DONE
                 : message_failed(work->out, "the manifests of the shards lack versions, or have "
                                             "too many (run the shards again)");
}

static int check_files(const merge *work) {
    int status = check_listed(work, json_object_get(work->parts[0], "full"));
    size_t index;
    const json_t *version;
    json_array_foreach(work->listed, index, version) {
        if (status == STATUS_DONE) {
            status = check_listed(work, json_object_get(version, "patch"));
        }
    }
    return status;
}

/* ---- Writing ---- */

static void copy_value(json *out, const char *name, const json_t *value);

static void copy_members(json *out, const json_t *object) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        copy_value(out, name, value);
    }
}

static void copy_array(json *out, const char *name, const json_t *array) {
    size_t index;
    const json_t *value;
    json_array_start(out, name);
    json_array_foreach(array, index, value) {
        copy_value(out, NULL, value);
    }
    json_array_end(out);
}

static void copy_value(json *out, const char *name, const json_t *value) {
    if (json_is_object(value)) {
        json_object_start(out, name);
        copy_members(out, value);
        json_object_end(out);
    } else if (json_is_array(value)) {
        copy_array(out, name, value);
    } else if (json_is_integer(value)) {
        json_number(out, name, (uint64_t)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        json_bool(out, name, json_is_true(value));
    } else {
        json_text(out, name, json_string_value(value));
    }
}

/* The heading is that of any part. */
static int write_whole(const merge *work, const char *path) {
    document made;
    json out;
    int status = manifest_start(&made);
    if (status != STATUS_DONE) {
        return status;
    }
    (void)json_object_del(work->parts[0], "shard");
    (void)json_object_del(work->parts[0], "versions");
    json_start(&out, made.stream);
    copy_members(&out, work->parts[0]);
    copy_array(&out, "versions", work->listed);
    json_finish(&out);
    return manifest_save(&made, path);
}

static int run(merge *work, const char *path) {
    int status = read_parts(work);
    for (uint32_t index = 1; status == STATUS_DONE && index <= work->count; index++) {
        status = check_part(work, index);
    }
    if (status == STATUS_DONE) {
        status = collect_versions(work);
    }
    if (status == STATUS_DONE) {
        status = check_files(work);
    }
    return status == STATUS_DONE ? write_whole(work, path) : status;
}

static void report(const batch *what, const merge *work, const char *path) {
    if (what->report.json) {
        json out;
        json_start(&out, stdout);
        json_text(&out, "manifest", path);
        json_number(&out, "shards", work->count);
        json_number(&out, "versions", json_array_size(work->listed));
        json_finish(&out);
    } else if (!what->report.quiet) {
        (void)printf("%s: %zu versions of %u shards, all files as listed\n", path,
                     json_array_size(work->listed), work->count);
    }
}

int batch_merge(const batch *what) {
    merge work = {.out = what->out};
    char *path = batch_manifest_path(what);
    int status = run(&work, path);
    if (status == STATUS_DONE) {
        report(what, &work, path);
    }
    for (uint32_t i = 0; work.parts && i < work.count; i++) {
        json_decref(work.parts[i]);
    }
    free(work.parts);
    json_decref(work.listed);
    free(path);
    return status;
}
