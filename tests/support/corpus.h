/* The corpus: pairs of real firmware images. It is no part of the project; it lies beside it, in
 * ../shared/corpus, or where the environment variable WHITTLE_CORPUS says. Tests that need it skip
 * themselves where it is missing. */
#ifndef TESTS_SUPPORT_CORPUS_H
#define TESTS_SUPPORT_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#define CORPUS_PAIR_MAX 64

typedef struct corpus_pair {
    char *id;
    char *old_path;      /* to be opened as it stands */
    char *new_path;      /* to be opened as it stands */
    size_t old_size;     /* bytes */
    size_t new_size;     /* bytes */
    size_t bsdiff_bytes; /* what Debian's bsdiff needs from old to new */
} corpus_pair;

typedef struct corpus {
    corpus_pair pairs[CORPUS_PAIR_MAX];
    size_t count;
} corpus;

typedef struct corpus_image {
    uint8_t *data;
    size_t size; /* bytes */
} corpus_image;

/* Reads the list of pairs. Where there is no corpus, the running cmocka test prints so and is
 * skipped; a corpus that cannot be read fails it. corpus_free releases the list. */
corpus corpus_require(void);
void corpus_free(corpus *all);

/* Loads an image of a pair, of the size that the list tells; anything else fails the running test.
 * The caller releases data with free(). */
corpus_image corpus_load_old(const corpus_pair *pair);
corpus_image corpus_load_new(const corpus_pair *pair);

#endif
