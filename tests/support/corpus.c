/* Reads pairs.tsv: a line of column names, then a line for each pair. Columns are found by name, so
 * that columns added or moved do no harm. */
#include "support/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/unit_test.h"

#define COLUMN_MAX    32
#define LINE_MAX_SIZE 4096

typedef struct row {
    char *fields[COLUMN_MAX];
    size_t count;
} row;

static const char *corpus_folder(void) {
    const char *folder = getenv("WHITTLE_CORPUS");
    return folder && *folder ? folder : "../shared/corpus";
}

static char *path_in_corpus(const char *name) {
    const char *folder = corpus_folder();
    size_t size = strlen(folder) + 1 + strlen(name) + 1;
    char *path = malloc(size);
    assert_non_null(path);
    (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Cuts a line into its fields, in place. */
static row split(char *line) {
    row cut = {.count = 0};
    line[strcspn(line, "\r\n")] = '\0';
    while (line && cut.count < COLUMN_MAX) {
        cut.fields[cut.count++] = line;
        line = strchr(line, '\t');
        if (line) {
            *line++ = '\0';
        }
    }
    return cut;
}

static const char *field(const row *names, const row *values, const char *name) {
    for (size_t i = 0; i < names->count && i < values->count; i++) {
        if (strcmp(names->fields[i], name) == 0) {
            return values->fields[i];
        }
    }
    fail_msg("pairs.tsv: no column %s", name);
    return NULL;
}

static size_t number(const row *names, const row *values, const char *name) {
    const char *text = field(names, values, name);
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0') {
        fail_msg("pairs.tsv: %s is no number: %s", name, text);
    }
    return value;
}

static corpus_pair pair_of(const row *names, const row *values) {
    corpus_pair pair = {
        .id = strdup(field(names, values, "id")),
        .old_path = path_in_corpus(field(names, values, "old_path")),
        .new_path = path_in_corpus(field(names, values, "new_path")),
        .old_size = number(names, values, "old_size"),
        .new_size = number(names, values, "new_size"),
        .bsdiff_bytes = number(names, values, "bsdiff_bytes"),
    };
    assert_non_null(pair.id);
    return pair;
}

corpus corpus_require(void) {
    corpus all = {.count = 0};
    char *path = path_in_corpus("pairs.tsv");
    FILE *list = fopen(path, "r");
    free(path);
    if (!list) {
        print_message("skipped: %s is not there\n", corpus_folder());
        skip();
    }
    char name_line[LINE_MAX_SIZE];
    char line[LINE_MAX_SIZE];
    assert_non_null(fgets(name_line, sizeof name_line, list));
    row names = split(name_line);
    while (fgets(line, sizeof line, list)) {
        assert_in_range(all.count, 0, CORPUS_PAIR_MAX - 1);
        row values = split(line);
        all.pairs[all.count++] = pair_of(&names, &values);
    }
    assert_int_equal(ferror(list), 0);
    fclose(list);
    assert_in_range(all.count, 1, CORPUS_PAIR_MAX);
    return all;
}

void corpus_free(corpus *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->pairs[i].id);
        free(all->pairs[i].old_path);
        free(all->pairs[i].new_path);
    }
    all->count = 0;
}

static corpus_image load(const char *path, size_t size) {
    corpus_image image = {.data = malloc(size + 1), .size = size};
    FILE *file = fopen(path, "rb");
    if (!file || !image.data) {
        fail_msg("cannot open %s", path);
    }
    /* One byte more is asked for, so that a longer file is noticed. */
    size_t got = fread(image.data, 1, size + 1, file);
    fclose(file);
    if (got != size) {
        fail_msg("%s has not the %zu bytes that pairs.tsv tells", path, size);
    }
    return image;
}

corpus_image corpus_load_old(const corpus_pair *pair) {
    return load(pair->old_path, pair->old_size);
}

corpus_image corpus_load_new(const corpus_pair *pair) {
    return load(pair->new_path, pair->new_size);
}
