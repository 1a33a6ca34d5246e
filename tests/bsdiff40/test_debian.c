/* The reference: Debian's bspatch applies what we make, we apply what Debian's bsdiff makes, and
 * ours is no larger than it should be. On made-up pairs and on the corpus. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/corpus.h"
#include "support/generate.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"
#include "whittle/bsdiff40.h"

enum { NOT_INSTALLED = 127 };

static char folder[] = "/tmp/whittle-test-XXXXXX";

/* ---- Files and programs ---- */

static int enter_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static const char *path(const char *name) {
    static char paths[4][64];
    static size_t next;
    char *place = paths[next++ % COUNT_OF(paths)];
    (void)snprintf(place, sizeof paths[0], "%s/%s", folder, name);
    return place;
}

static int leave_folder(void **state) {
    (void)state;
    static const char *const names[] = {"source", "target", "patch", "rebuilt"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)unlink(path(names[i]));
    }
    return rmdir(folder);
}

static void save(const char *name, const image *data) {
    FILE *file = fopen(path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data->data, 1, data->size, file), data->size);
    assert_int_equal(fclose(file), 0);
}

static image load(const char *name) {
    FILE *file = fopen(path(name), "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    image data = {NULL, (size_t)ftell(file)};
    data.data = malloc(data.size + 1);
    assert_non_null(data.data);
    rewind(file);
    assert_int_equal(fread(data.data, 1, data.size, file), data.size);
    (void)fclose(file);
    return data;
}

/* Runs bsdiff or bspatch with three files of the folder; both must succeed. */
static void run(const char *program, const char *first, const char *second, const char *third) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execlp(program, program, path(first), path(second), path(third), (char *)NULL);
        _exit(NOT_INSTALLED);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_INSTALLED) {
        print_message("skipped: %s is not installed\n", program);
        skip();
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- Both ways round ---- */

/* Bytes of the patches. */
typedef struct measures {
    size_t our_size;
    size_t their_size;
} measures;

static void they_apply_ours(const image *source, const image *target, int level,
                            measures *measured) {
    image patch;
    assert_int_equal(whittle_bsdiff40_encode(source->data, source->size, target->data, target->size,
                                             level, &patch.data, &patch.size),
                     0);
    measured->our_size = patch.size;
    save("patch", &patch);
    image_free(&patch);
    run("bspatch", "source", "rebuilt", "patch");
    image rebuilt = load("rebuilt");
    assert_int_equal(rebuilt.size, target->size);
    assert_memory_equal(rebuilt.data, target->data, target->size);
    image_free(&rebuilt);
}

static void we_apply_theirs(const image *source, const image *target, measures *measured) {
    run("bsdiff", "source", "target", "patch");
    image patch = load("patch");
    measured->their_size = patch.size;
    image rebuilt;
    assert_int_equal(whittle_bsdiff40_apply(source->data, source->size, patch.data, patch.size,
                                            &rebuilt.data, &rebuilt.size),
                     0);
    assert_int_equal(rebuilt.size, target->size);
    assert_memory_equal(rebuilt.data, target->data, target->size);
    image_free(&rebuilt);
    image_free(&patch);
}

static measures exchange(const image *source, const image *target, int level) {
    measures measured;
    save("source", source);
    save("target", target);
    they_apply_ours(source, target, level, &measured);
    we_apply_theirs(source, target, &measured);
    return measured;
}

/* ---- Made-up pairs: never empty, which Debian's bsdiff does not take ---- */

static void small_pairs_are_exchanged(void **state) {
    (void)state;
    generator random = generator_start(80);
    for (size_t size = 1; size < 40; size += 2) {
        image source = image_of_bytes(&random, size);
        image target = image_of_bytes(&random, 40 - size);
        exchange(&source, &target, 9);
        image_free(&source);
        image_free(&target);
    }
}

static void they_apply_patches_of_empty_images(void **state) {
    (void)state;
    image images[] = {image_of_value(0, 0), image_of_value('x', 50)};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 2; j++) {
            measures ignored;
            save("source", &images[i]);
            they_apply_ours(&images[i], &images[j], 9, &ignored);
        }
    }
    image_free(&images[0]);
    image_free(&images[1]);
}

static void edited_pairs_are_exchanged_at_every_level(void **state) {
    (void)state;
    generator random = generator_start(81);
    for (int round = 0; round < 45; round++) {
        image source = image_of_pattern(&random, 1 + generate_below(&random, 50000),
                                        100 + generate_below(&random, 60000));
        image target = image_copy(&source);
        image_move(&random, &target, generate_below(&random, 10000));
        image_delete(&random, &target, generate_below(&random, 2000));
        image_insert(&random, &target, 1 + generate_below(&random, 2000));
        image_flip(&random, &target, generate_below(&random, 300));
        exchange(&source, &target, 1 + round % 9);
        image_free(&source);
        image_free(&target);
    }
}

static void releases_of_firmware_are_exchanged(void **state) {
    (void)state;
    generator random = generator_start(82);
    firmware *program = firmware_generate(&random, 500);
    image source = firmware_link(program);
    for (int release = 0; release < 3; release++) {
        firmware_edit(&random, program, 10);
        image target = firmware_link(program);
        measures measured = exchange(&source, &target, 9);
        assert_true(measured.our_size <= measured.their_size + measured.their_size / 100);
        image_free(&source);
        source = target;
    }
    firmware_free(program);
    image_free(&source);
}

/* ---- The corpus ---- */

static measures exchange_files(const corpus_image *source, const corpus_image *target) {
    const image from = {source->data, source->size};
    const image to = {target->data, target->size};
    return exchange(&from, &to, 9);
}

static void check_measures(const char *id, const measures *measured) {
    if (measured->our_size > measured->their_size + measured->their_size / 100) {
        fail_msg("%s: %zu bytes, bsdiff %zu", id, measured->our_size, measured->their_size);
    }
}

/* Under a sanitizer only the small ones: the others would take minutes. */
static bool is_wanted(const corpus_pair *pair) {
    return !runs_instrumented() || pair->new_size < 130000;
}

static void corpus_pairs_are_exchanged_and_no_larger(void **state) {
    (void)state;
    corpus all = corpus_require();
    for (size_t i = 0; i < all.count; i++) {
        const corpus_pair *pair = &all.pairs[i];
        if (!is_wanted(pair)) {
            continue;
        }
        corpus_image old = corpus_load_old(pair);
        corpus_image new = corpus_load_new(pair);
        const measures both[] = {exchange_files(&old, &new), exchange_files(&new, &old)};
        for (size_t way = 0; way < COUNT_OF(both); way++) {
            check_measures(pair->id, &both[way]);
        }
        free(old.data);
        free(new.data);
    }
    corpus_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pairs_are_exchanged),
        cmocka_unit_test(they_apply_patches_of_empty_images),
        cmocka_unit_test(edited_pairs_are_exchanged_at_every_level),
        cmocka_unit_test(releases_of_firmware_are_exchanged),
        cmocka_unit_test(corpus_pairs_are_exchanged_and_no_larger),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
