/* whittle batch --merge, whose parts come from other machines. The input is the manifests of up to
 * three shards, each but the last one followed by a byte 0; they get into a folder with the files
 * that such manifests list.
 *
 * What is merged can be read again, says what the parts say, and leads to no file but these: not in
 * whatever way its URLs may be understood. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/support/batch_folder.h"
#include "fuzz/support/folder.h"
#include "fuzz/support/fuzz.h"
#include "tools/batch/batch.h"

enum { PART_MAX = 3 };

/* ---- The parts ---- */

static image parts[PART_MAX];
static unsigned part_count;

/* Copies of the manifests in the input. */
static void take_parts(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    part_count = 0;
    do {
        const uint8_t *end = input.size ? memchr(input.data, 0, input.size) : NULL;
        parts[part_count++] = fuzz_bytes(&input, end ? (size_t)(end - input.data) : input.size);
        (void)fuzz_byte(&input);
    } while (input.size > 0 && part_count < PART_MAX);
}

static void part_path(unsigned part, char path[FUZZ_PATH_SIZE]) {
    char name[32];
    (void)snprintf(name, sizeof name, "manifest.%u-of-%u.json", part + 1, part_count);
    fuzz_path(name, path);
}

static void drop_parts(void) {
    char path[FUZZ_PATH_SIZE];
    for (unsigned i = 0; i < part_count; i++) {
        part_path(i, path);
        (void)unlink(path);
        image_free(&parts[i]);
    }
}

static json_t *parse(const image *text) {
    json_error_t error;
    return json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, &error);
}

/* ---- What must hold ---- */

static bool has_plain_characters(const char *url) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%";
    return url[strspn(url, plain)] == '\0';
}

/* The name may hold characters that stand for themselves or are escaped, and nothing else. */
static void require_file(const json_t *listed) {
    const char *url = json_string_value(json_object_get(listed, "url"));
    char name[FUZZ_PATH_SIZE];
    unsigned size = 0;
    if (!listed || json_is_null(listed)) {
        return;
    }
    FUZZ_REQUIRE(url && has_plain_characters(url));
    while (*url) {
        char digits[3] = {0};
        FUZZ_REQUIRE(size + 1 < sizeof name);
        if (*url == '%') {
            memcpy(digits, url + 1, strnlen(url + 1, 2));
            name[size++] = (char)strtol(digits, NULL, 16);
            FUZZ_REQUIRE(name[size - 1] != '\0');
            url += 3;
        } else {
            name[size++] = *url++;
        }
    }
    name[size] = '\0';
    FUZZ_REQUIRE(fuzz_batch_folder_has(name));
}

/* All versions of all parts are there, in turns. */
static void require_versions(const json_t *whole, json_t *const read[PART_MAX]) {
    const json_t *versions = json_object_get(whole, "versions");
    size_t listed = 0;
    size_t i;
    const json_t *version;
    for (unsigned part = 0; part < part_count; part++) {
        listed += json_array_size(json_object_get(read[part], "versions"));
    }
    FUZZ_REQUIRE(json_is_array(versions) && json_array_size(versions) == listed);
    json_array_foreach(versions, i, version) {
        const json_t *theirs = json_object_get(read[i % part_count], "versions");
        FUZZ_REQUIRE(json_equal(version, json_array_get(theirs, i / part_count)));
        require_file(json_object_get(version, "patch"));
    }
}

static void require_merged(const char *path) {
    json_t *read[PART_MAX];
    image text = fuzz_read_file(path);
    json_t *whole = parse(&text);
    FUZZ_REQUIRE(json_is_object(whole));
    for (unsigned i = 0; i < part_count; i++) {
        read[i] = parse(&parts[i]);
        FUZZ_REQUIRE(json_is_object(read[i]));
    }
    require_versions(whole, read);
    require_file(json_object_get(whole, "full"));
    FUZZ_REQUIRE(json_object_del(whole, "versions") == 0);
    FUZZ_REQUIRE(json_object_del(read[0], "versions") == 0);
    FUZZ_REQUIRE(json_object_del(read[0], "shard") == 0);
    FUZZ_REQUIRE(json_equal(whole, read[0]));
    for (unsigned i = 0; i < part_count; i++) {
        json_decref(read[i]);
    }
    json_decref(whole);
    image_free(&text);
}

/* What it says on stderr would bury what a finding says. */
static int merge_quietly(void) {
    static FILE *nowhere;
    FILE *usual = stderr;
    const batch work = {.out = fuzz_folder(), .report.quiet = true};
    nowhere = nowhere ? nowhere : fopen("/dev/null", "w");
    FUZZ_REQUIRE(nowhere != NULL);
    stderr = nowhere;
    int status = batch_merge(&work);
    stderr = usual;
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[FUZZ_PATH_SIZE];
    fuzz_batch_folder_fill();
    take_parts(data, size);
    for (unsigned i = 0; i < part_count; i++) {
        part_path(i, path);
        fuzz_write_file(path, parts[i].data, parts[i].size);
    }
    fuzz_path("manifest.json", path);
    (void)unlink(path);
    if (merge_quietly() == 0) {
        require_merged(path);
    } else {
        FUZZ_REQUIRE(access(path, F_OK) != 0);
    }
    drop_parts();
    return 0;
}

/* ---- Mutations ---- */

static json_t *mutate_text(generator *random, const char *text) {
    static const char *const pieces[] = {
        "%00", "%2F", "/", "..", "%", "//", "https:", "?x", "%2e.", "#", ":", "\\u", ".", "\n"};
    char changed[2 * FUZZ_PATH_SIZE];
    size_t size = strnlen(text, FUZZ_PATH_SIZE);
    size_t at = generate_below(random, 2) ? size : generate_below(random, (uint32_t)size + 1);
    const char *piece = pieces[generate_below(random, sizeof pieces / sizeof *pieces)];
    (void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)at, text, piece,
                   generate_below(random, 4) ? text + at : "");
    return json_string(changed); /* NULL, which deletes, where a character was cut */
}

static json_t *mutate_number(generator *random, json_int_t number) {
    switch (generate_below(random, 4)) {
    case 0:
        return json_integer(number ^ (json_int_t)((uint64_t)1 << generate_below(random, 64)));
    case 1:
        return json_real((double)generate_below(random, 100) / 8);
    default:
        return json_integer(generate_below(random, 4));
    }
}

/* What stands in the place of a value; NULL: nothing. */
static json_t *mutate_value(generator *random, json_t *value) {
    switch (generate_below(random, 8)) {
    case 0:
        return NULL;
    case 1:
        return json_null();
    case 2:
        return json_pack("[O]", value);
    case 3:
        return json_pack("{sO}", "url", value);
    case 4:
        return json_true();
    default:
        return json_is_string(value) ? mutate_text(random, json_string_value(value))
                                     : mutate_number(random, json_integer_value(value));
    }
}

static json_t *mutate_inside(generator *random, json_t *value);

static void mutate_member(generator *random, json_t *object) {
    void *at = json_object_iter(object);
    for (uint32_t i = generate_below(random, (uint32_t)json_object_size(object)); i > 0; i--) {
        at = json_object_iter_next(object, at);
    }
    json_t *changed = mutate_inside(random, json_object_iter_value(at));
    if (changed) {
        (void)json_object_iter_set_new(object, at, changed);
    } else {
        (void)json_object_del(object, json_object_iter_key(at));
    }
}

static void mutate_element(generator *random, json_t *array) {
    size_t at = generate_below(random, (uint32_t)json_array_size(array));
    json_t *changed = mutate_inside(random, json_array_get(array, at));
    if (!changed) {
        (void)json_array_remove(array, at);
    } else if (generate_below(random, 4)) {
        (void)json_array_set_new(array, at, changed);
    } else {
        (void)json_array_insert_new(array, at, changed);
    }
}

/* A value with one change somewhere in it; the caller's to release. */
static json_t *mutate_inside(generator *random, json_t *value) {
    if (generate_below(random, 8) == 0 || (!json_object_size(value) && !json_array_size(value))) {
        return mutate_value(random, value);
    }
    if (json_is_object(value)) {
        mutate_member(random, value);
    } else {
        mutate_element(random, value);
    }
    return json_incref(value);
}

/* Writes a part, mutated, and the byte 0 behind it; returns how many bytes that takes. */
static size_t write_mutated(generator *random, const image *part, uint8_t *data, size_t room) {
    json_t *value = parse(part);
    json_t *changed = value ? mutate_inside(random, value) : NULL;
    size_t size = changed ? json_dumpb(changed, (char *)data, room, JSON_COMPACT) : 0;
    if (size > 0 && size < room) {
        data[size++] = 0;
    }
    json_decref(changed);
    json_decref(value);
    return size;
}

/* Mostly the same change in all parts, for they are refused where their headings differ. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size_t written = 0;
    if (seed % 16 == 0) {
        return LLVMFuzzerMutate(data, size, room);
    }
    take_parts(data, size);
    for (unsigned i = 0; i < part_count; i++) {
        generator random = generator_start(seed % 4 ? seed : seed + i);
        size_t added = write_mutated(&random, &parts[i], data + written, room - written);
        written = added > 0 && written + added < room ? written + added : written;
        image_free(&parts[i]);
    }
    return written > 0 ? written : LLVMFuzzerMutate(data, size, room);
}
