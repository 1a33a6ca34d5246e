/* The parse in the spirit of bsdiff. The scan looks for anchors: exact matches that are clearly
 * longer than what the copy before agrees with by itself. Each anchor's copy is then extended
 * backwards and the copy before it forwards, over wrong bytes, too, as long as at least every
 * second byte is right; where both want the same bytes, the split that gets most bytes right wins.
 */
#include "bsdiff40/scan.h"

#include <stdbool.h>

#include "whittle/error.h"

enum {
    ANCHOR_GAIN = 8,      /* right bytes by which an anchor must beat the copy before it */
    MATCH_MIN = 5,        /* bytes of an exact match that may be more than an accident */
    STEPS_PER_MATCH = 64, /* places within a match at which a better one is looked for */
};

/* Target bytes from target on, copied from source bytes from source on. */
typedef struct anchor {
    size_t target;
    size_t source;
    size_t length; /* of the exact match */
} anchor;

typedef struct scanner {
    const bsdiff40_images *images;
    const match_index *index;
    bsdiff40_segments *segments;
    candidates *diagonals;
} scanner;

/* Whether the copy that begins at from has the target's byte at that place right. */
static bool agrees(const bsdiff40_images *images, const anchor *from, size_t target) {
    size_t source = from->source + (target - from->target);
    return source < images->source_size && images->source[source] == images->target[target];
}

/* Bytes of [from, to) that the copy has right. */
static size_t count_agreed(const bsdiff40_images *images, const anchor *copy, size_t from,
                           size_t to) {
    size_t agreed = 0;
    for (size_t target = from; target < to; target++) {
        agreed += agrees(images, copy, target);
    }
    return agreed;
}

/* Finds the next anchor after the one that is current; at the end of the target it is empty. */
static int find_anchor(const scanner *scan, const anchor *current, anchor *next) {
    const bsdiff40_images *images = scan->images;
    size_t target = current->target + current->length;
    size_t agreed = 0;       /* bytes that current's copy has right... */
    size_t counted = target; /* ...from target up to here */
    while (target < images->target_size) {
        uint32_t source;
        size_t length = match_index_longest(scan->index, images->target + target,
                                            images->target_size - target, &source);
        size_t end = target + length;
        int error =
            length < MATCH_MIN ? WHITTLE_OK : candidates_add(scan->diagonals, target, end, source);
        if (error) {
            return error;
        }
        if (end > counted) {
            agreed += count_agreed(images, current, counted, end);
            counted = end;
        }
        if (length > agreed + ANCHOR_GAIN) {
            *next = (anchor){target, source, length};
            return WHITTLE_OK;
        }
        /* Either current's copy goes on as well as any, or it has lost too little yet. Long
         * matches are searched for at fewer places: else, in padding, this would be quadratic. */
        bool goes_on = length > 0 && length == agreed;
        size_t passed = target + (goes_on ? length : 1 + length / STEPS_PER_MATCH);
        if (passed < counted) {
            agreed -= count_agreed(images, current, target, passed);
        } else {
            agreed = 0;
            counted = passed;
        }
        target = passed;
    }
    *next = (anchor){.target = images->target_size};
    return WHITTLE_OK;
}

/* Bytes to copy from current's start, before limit, at which right bytes outweigh wrong ones most.
 */
static size_t extend_forward(const bsdiff40_images *images, const anchor *current, size_t limit) {
    size_t length = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    for (size_t i = 0; i < limit - current->target; i++) {
        score += agrees(images, current, current->target + i) ? 1 : -1;
        if (score > best) {
            best = score;
            length = i + 1;
        }
    }
    return length;
}

/* The same from next's start backwards, down to limit. */
static size_t extend_backward(const bsdiff40_images *images, const anchor *next, size_t limit) {
    size_t length = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    for (size_t i = 1; i <= next->target - limit && i <= next->source; i++) {
        score += images->source[next->source - i] == images->target[next->target - i] ? 1 : -1;
        if (score > best) {
            best = score;
            length = i;
        }
    }
    return length;
}

/* Of overlap bytes that both copies reach, how many current's copy should take. */
static size_t split(const bsdiff40_images *images, const anchor *current, const anchor *next,
                    size_t start, size_t overlap) {
    size_t taken = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    for (size_t i = 0; i < overlap; i++) {
        size_t target = start + i;
        score += agrees(images, current, target);
        score -= images->source[next->source - (next->target - target)] == images->target[target];
        if (score > best) {
            best = score;
            taken = i + 1;
        }
    }
    return taken;
}

/* Ends the segment of current's copy where that of next begins, and makes next current. */
static int close_segment(const scanner *scan, anchor *current, const anchor *next) {
    const bsdiff40_images *images = scan->images;
    size_t forward = extend_forward(images, current, next->target);
    size_t backward = next->length > 0 ? extend_backward(images, next, current->target) : 0;
    size_t between = next->target - current->target;
    if (forward + backward > between) {
        size_t overlap = forward + backward - between;
        size_t taken = split(images, current, next, next->target - backward, overlap);
        forward -= overlap - taken;
        backward -= taken;
    }
    int error =
        segments_add(scan->segments, current->source, forward, between - forward - backward);
    if (!error && forward > 0) {
        error = candidates_add(scan->diagonals, current->target, current->target + forward,
                               current->source);
    }
    *current = (anchor){next->target - backward, next->source - backward, next->length + backward};
    return error;
}

int bsdiff40_scan(const bsdiff40_images *images, const match_index *index,
                  bsdiff40_segments *segments, candidates *diagonals) {
    const scanner scan = {images, index, segments, diagonals};
    anchor current = {0};
    int error = WHITTLE_OK;
    while (!error && current.target < images->target_size) {
        anchor next;
        error = find_anchor(&scan, &current, &next);
        if (!error) {
            error = close_segment(&scan, &current, &next);
        }
    }
    return error;
}
