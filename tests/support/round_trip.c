/* The decoder runs as in a device: its memory holds what was left there, is exactly as large as the
 * patch says, and patch bytes come in pieces as a link delivers them. */
#include "support/round_trip.h"

#include <stdlib.h>

#include "support/decoding.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"
#include "whittle/encoder.h"

enum { INSTRUMENTED = 95000 /* bytes of the largest target under a sanitizer */ };

static void decode(const char *id, const image *source, const image *target, const image *patch,
                   size_t piece) {
    decoding work = {.source = source, .piece = piece, .fill = (uint8_t)(0x5A + piece)};
    int error = decoding_run(&work, patch->data, patch->size);
    if (error) {
        fail_msg("%s: %s", id, whittle_error_text(error));
    }
    assert_int_equal(work.target.size, target->size);
    assert_memory_equal(work.target.data, target->data, target->size);
    decoding_free(&work);
}

size_t round_trip(const char *id, const corpus_image *source, const corpus_image *target,
                  uint32_t ram) {
    const image from = {source->data, source->size};
    const image to = {target->data, target->size};
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    options.ram = ram;
    image patch;
    int error =
        whittle_encode(from.data, from.size, to.data, to.size, &options, &patch.data, &patch.size);
    if (error) {
        fail_msg("%s at %u bytes of RAM: %s", id, (unsigned)ram, whittle_error_text(error));
    }
    whittle_header header;
    assert_int_equal(whittle_header_read(patch.data, patch.size, &header), WHITTLE_OK);
    assert_in_range(header.ram, WHITTLE_RAM_MIN, ram);
    decode(id, &from, &to, &patch, 1);
    decode(id, &from, &to, &patch, DECODING_RANDOM_PIECES);
    size_t size = patch.size;
    image_free(&patch);
    return size;
}

static bool has_time_for(const corpus_pair *pair) {
    return !runs_instrumented() || (pair->old_size < INSTRUMENTED && pair->new_size < INSTRUMENTED);
}

/* Ways to try a pair are sizes of RAM in both directions; of these, each pair has one by turns. */
static bool has_turn(size_t pair, size_t way, size_t ways) {
    return getenv("WHITTLE_CORPUS_ALL") || pair % ways == way;
}

void round_trip_corpus(const uint32_t *ram_sizes, size_t count) {
    corpus all = corpus_require();
    size_t trips = 0;
    for (size_t i = 0; i < all.count; i++) {
        const corpus_pair *pair = &all.pairs[i];
        if (!has_time_for(pair)) {
            continue;
        }
        corpus_image old = corpus_load_old(pair);
        corpus_image new = corpus_load_new(pair);
        for (size_t j = 0; j < count; j++) {
            if (has_turn(i, 2 * j, 2 * count)) {
                round_trip(pair->id, &old, &new, ram_sizes[j]);
                trips++;
            }
            if (has_turn(i, 2 * j + 1, 2 * count)) {
                round_trip(pair->id, &new, &old, ram_sizes[j]);
                trips++;
            }
        }
        free(old.data);
        free(new.data);
    }
    corpus_free(&all);
    print_message("%zu round trips\n", trips);
    assert_true(trips > 0);
}
