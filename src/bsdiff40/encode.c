/* Makes a patch. A quick scan gives a first one. Then, a few times over: what the last patch tells
 * about costs leads to the cheapest parse at those costs, and the smallest patch of all is kept.
 *
 * The default level. A device of the reference firmware has all three streams open at once, each
 * with a bzip2 decompressor of 2.5 x 100,000 x level bytes and some 64 KiB beside it, and holds the
 * patch in the same RAM, which is 4 MiB on the smallest part:
 *
 *     level 3: 3 x (750,000 + 65,536)   = 2,446,608, leaves 1,747,696 bytes for the patch
 *     level 4: 3 x (1,000,000 + 65,536) = 3,196,608, leaves   997,696
 *     level 5: 3 x (1,250,000 + 65,536) = 3,946,608, leaves   247,696
 *
 * Firmware for such a part is up to about 1.7 MB, and a patch is hardly larger than the image even
 * where nothing of the old one is left. So level 3 is the highest that always works. */
#include <stdlib.h>

#include "bsdiff40/candidates.h"
#include "bsdiff40/costs.h"
#include "bsdiff40/path.h"
#include "bsdiff40/scan.h"
#include "bsdiff40/streams.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

enum {
    REFINEMENTS = 2, /* a third gains less than 0.1 % */
};

typedef struct job {
    bsdiff40_images images;
    int level;
    match_index index;
    candidates diagonals;
    bsdiff40_segments segments; /* the last parse */
    bsdiff40_patch last;        /* sizes only, unless it is the best, too */
    bsdiff40_patch best;
} job;

/* Writes the last parse out, and keeps the patch if it is the smallest. */
static int write_last(job *work) {
    int error = bsdiff40_write(&work->images, &work->segments, work->level, &work->last);
    if (error) {
        return error;
    }
    if (!work->best.data || work->last.size < work->best.size) {
        free(work->best.data);
        work->best = work->last;
    } else {
        free(work->last.data);
    }
    return WHITTLE_OK;
}

static int scan(job *work) {
    int error = match_index_build(&work->index, work->images.source, work->images.source_size);
    if (!error) {
        error = bsdiff40_scan(&work->images, &work->index, &work->segments, &work->diagonals);
        candidates_sort(&work->diagonals);
    }
    match_index_free(&work->index);
    return error ? error : write_last(work);
}

static int refine(job *work) {
    bsdiff40_costs *costs;
    int error = costs_learn(&work->images, &work->segments, &work->last, &costs);
    if (!error) {
        segments_free(&work->segments);
        error = bsdiff40_find_path(&work->images, &work->diagonals, costs, &work->segments);
    }
    costs_free(costs);
    return error ? error : write_last(work);
}

int whittle_bsdiff40_encode(const uint8_t *source, size_t source_size, const uint8_t *target,
                            size_t target_size, int level, uint8_t **patch, size_t *size) {
    if (level < 1 || level > 9) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (source_size > WHITTLE_IMAGE_MAX || target_size > WHITTLE_IMAGE_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    job work = {.images = {source, source_size, target, target_size}, .level = level};
    int error = scan(&work);
    for (int i = 0; !error && i < REFINEMENTS; i++) {
        error = refine(&work);
    }
    segments_free(&work.segments);
    candidates_free(&work.diagonals);
    if (error) {
        free(work.best.data);
        return error;
    }
    *patch = work.best.data;
    *size = work.best.size;
    return WHITTLE_OK;
}
