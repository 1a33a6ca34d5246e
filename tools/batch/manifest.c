/* Writing the manifest. It has no times and no names of machines: the same images and options give
 * the same bytes, whoever made them and in how many parts. docs/SCALING.md describes its members.
 */
#include "manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/json.h"
#include "../common/message.h"
#include "../common/output.h"
#include "../common/words.h"
#include "../version.h"
#include "url.h"
#include "whittle/signed_patch.h"

enum { MANIFEST_VERSION = 1 };

/* ---- Documents ---- */

static int out_of_memory(void) {
    return message_system("the manifest", ENOMEM);
}

int manifest_start(document *made) {
    return document_start(made) ? STATUS_DONE : out_of_memory();
}

static int finish(document *made) {
    return document_finish(made) ? STATUS_DONE : out_of_memory();
}

int manifest_save(document *made, const char *path) {
    int status = finish(made);
    if (status == STATUS_DONE) {
        status = output_save_as(path, (const uint8_t *)made->text, made->size);
    }
    document_free(made);
    return status;
}

/* ---- Parts of the document ---- */

static void put_digest(json *out, const char *name, const uint8_t *digest) {
    char digits[WORDS_MAX];
    json_text(out, name, hexadecimal(digest, WHITTLE_SHA256_SIZE, digits));
}

/* The name of a version: its file's, without what says that it is an image. */
static void put_version(json *out, const char *name) {
    static const char *const endings[] = {".bin", ".elf", ".hex", ".img", ".uf2"};
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (size > ending && strcmp(name + size - ending, endings[i]) == 0) {
            size -= ending;
            break;
        }
    }
    char *version = strndup(name, size);
    json_text(out, "version", version);
    free(version);
}

static void put_url(json *out, const char *name, const char *suffix) {
    char *url = batch_url(name, suffix);
    json_text(out, "url", url);
    free(url);
}

static void put_given(json *out, const char *name, const given_number *number) {
    if (number->given) {
        json_number(out, name, number->value);
    } else {
        json_text(out, name, NULL);
    }
}

static void put_target(json *out, const batch *work) {
    const char *name = base_name(work->new_path);
    json_object_start(out, "target");
    json_text(out, "file", name);
    put_version(out, name);
    json_number(out, "size", work->target_file.size);
    put_digest(out, "sha256", work->target_file.digest);
    json_object_end(out);
}

static const char *isa_wanted(const given_number *isa) {
    return !isa->given || isa->value == WHITTLE_ISA_AUTO ? "auto"
           : isa->value == WHITTLE_ISA_MIPS              ? "mips"
                                                         : isa_name((uint8_t)isa->value);
}

static void put_settings(json *out, const batch *work) {
    const patch_settings *settings = &work->settings;
    const given_number family = {settings->input.family_given, settings->input.uf2_family};
    const given_number automatic = {.given = false};
    char digits[WORDS_MAX];
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    whittle_key_id(work->key.public_key, id);
    json_object_start(out, "settings");
    json_number(out, "ram", settings->ram.given ? settings->ram.value : WHITTLE_RAM_DEFAULT);
    json_text(out, "isa", isa_wanted(&settings->isa));
    put_given(out, "base", settings->base_is_automatic ? &automatic : &settings->base);
    json_bool(out, "input_is_raw", settings->input.raw);
    put_given(out, "uf2_family", &family);
    put_given(out, "decode_budget", &settings->decode_budget);
    put_given(out, "security_counter", &settings->security_counter);
    put_given(out, "hardware", &settings->hardware);
    json_text(out, "fw_version", settings->firmware_version);
    json_text(out, "key_id", settings->key ? hexadecimal(id, sizeof id, digits) : NULL);
    json_object_end(out);
}

static void put_heading(json *out, const batch *work) {
    json_number(out, "manifest", MANIFEST_VERSION);
    json_text(out, "generator", "whittle " WHITTLE_VERSION);
    put_target(out, work);
    put_settings(out, work);
}

int batch_manifest_settings(const batch *work, file *record) {
    document made;
    json out;
    int status = manifest_start(&made);
    if (status != STATUS_DONE) {
        return status;
    }
    json_start(&out, made.stream);
    put_heading(&out, work);
    json_finish(&out);
    status = finish(&made);
    *record = (file){.data = (uint8_t *)made.text, .size = made.size};
    return status;
}

/* ---- The manifest ---- */

static void put_sent(json *out, const batch_file *sent, uint64_t ram) {
    json_number(out, "size", sent->size);
    put_digest(out, "sha256", sent->digest);
    json_number(out, "ram", ram);
}

static void put_full(json *out, const batch *work) {
    if (!work->full->made) {
        json_text(out, "full", NULL);
        return;
    }
    json_object_start(out, "full");
    put_url(out, base_name(work->new_path), BATCH_FULL_SUFFIX);
    put_sent(out, &work->full->patch, work->full->ram);
    json_object_end(out);
}

/* All shards must have seen the same names. */
static void put_shard(json *out, const batch *work) {
    whittle_sha256 hash;
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256_start(&hash);
    for (unsigned i = 0; i < work->name_count; i++) {
        whittle_sha256_update(&hash, work->names[i], strlen(work->names[i]) + 1);
    }
    whittle_sha256_finish(&hash, digest);
    json_object_start(out, "shard");
    json_number(out, "index", work->shard.index);
    json_number(out, "count", work->shard.count);
    json_number(out, "versions", work->name_count);
    put_digest(out, "names_sha256", digest);
    json_object_end(out);
}

static void put_update(json *out, const batch *work, const char *name,
                       const batch_outcome *outcome) {
    static const char *const words[] = {
        [BATCH_NOTHING] = "none", [BATCH_PATCH] = "patch", [BATCH_FULL] = "full"};
    json_text(out, "update", words[outcome->update]);
    if (outcome->update == BATCH_NOTHING) {
        return;
    }
    bool full = outcome->update == BATCH_FULL;
    json_object_start(out, "patch");
    put_url(out, full ? base_name(work->new_path) : name,
            full ? BATCH_FULL_SUFFIX : BATCH_PATCH_SUFFIX);
    put_sent(out, &outcome->patch, outcome->ram);
    json_object_end(out);
}

static void put_versions(json *out, const batch *work) {
    json_array_start(out, "versions");
    for (unsigned version = 0; version < work->version_count; version++) {
        const char *name = batch_name(work, version);
        const batch_outcome *outcome = &work->outcomes[version];
        json_object_start(out, NULL);
        json_text(out, "file", name);
        put_version(out, name);
        json_number(out, "size", outcome->image.size);
        put_digest(out, "sha256", outcome->image.digest);
        put_update(out, work, name, outcome);
        json_object_end(out);
    }
    json_array_end(out);
}

char *manifest_path(const char *out, const batch_shard *shard) {
    char name[64] = "manifest.json";
    if (shard->count > 0) {
        (void)snprintf(name, sizeof name, "manifest.%u-of-%u.json", shard->index, shard->count);
    }
    return batch_path(out, name, "");
}

char *batch_manifest_path(const batch *work) {
    return manifest_path(work->out, &work->shard);
}

int batch_write_manifest(const batch *work) {
    document made;
    json out;
    int status = manifest_start(&made);
    if (status != STATUS_DONE) {
        return status;
    }
    json_start(&out, made.stream);
    put_heading(&out, work);
    put_full(&out, work);
    if (work->shard.count > 0) {
        put_shard(&out, work);
    }
    put_versions(&out, work);
    json_finish(&out);
    char *path = batch_manifest_path(work);
    status = manifest_save(&made, path);
    free(path);
    return status;
}
