/* The parse in the spirit of bsdiff. The scan looks for anchors: exact matches that are clearly
 * longer than what the copy before agrees with by itself. Each anchor's copy is then extended
 * backwards and the copy before it forwards, over wrong bytes, too, as long as at least every
 * second byte is right; where both want the same bytes, the split that gets most bytes right wins.
 */
#include "bsdiff40/parse.h"

#include <stdbool.h>
#include <stdlib.h>

#include "encoder/matches.h"
#include "whittle/error.h"

enum {
    ANCHOR_GAIN = 8, /* right bytes by which an anchor must beat the copy before it */
};

/* Target bytes from target on, copied from source bytes from source on. */
typedef struct anchor {
    size_t target;
    size_t source;
    size_t length; /* of the exact match */
} anchor;

typedef struct parser {
    match_index index;
    const uint8_t *source;
    size_t source_size;
    const uint8_t *target;
    size_t target_size;
    bsdiff40_segment *segments;
    size_t count;
    size_t capacity;
} parser;

static int add_segment(parser *work, size_t source, size_t copied, size_t inserted) {
    if (work->count == work->capacity) {
        size_t capacity = work->capacity ? 2 * work->capacity : 256;
        bsdiff40_segment *segments = realloc(work->segments, capacity * sizeof *segments);
        if (!segments) {
            return WHITTLE_ERROR_MEMORY;
        }
        work->segments = segments;
        work->capacity = capacity;
    }
    work->segments[work->count++] = (bsdiff40_segment){source, copied, inserted};
    return WHITTLE_OK;
}

/* Whether the copy that begins at from has the target's byte at that place right. */
static bool agrees(const parser *work, const anchor *from, size_t target) {
    size_t source = from->source + (target - from->target);
    return source < work->source_size && work->source[source] == work->target[target];
}

/* Bytes of [from, to) that the copy has right. */
static size_t count_agreed(const parser *work, const anchor *copy, size_t from, size_t to) {
    size_t agreed = 0;
    for (size_t target = from; target < to; target++) {
        agreed += agrees(work, copy, target);
    }
    return agreed;
}

/* The next anchor after the one that is current; at the end of the target it is empty. */
static anchor find_anchor(const parser *work, const anchor *current) {
    anchor next = {.target = current->target + current->length};
    size_t agreed = 0;            /* bytes that current's copy has right... */
    size_t counted = next.target; /* ...from next.target up to here */
    while (next.target < work->target_size) {
        uint32_t source;
        next.length = match_index_longest(&work->index, work->target + next.target,
                                          work->target_size - next.target, &source);
        next.source = source;
        size_t end = next.target + next.length;
        if (end > counted) {
            agreed += count_agreed(work, current, counted, end);
            counted = end;
        }
        if (next.length > agreed + ANCHOR_GAIN) {
            return next;
        }
        if (next.length > 0 && next.length == agreed) { /* current's copy goes on */
            next.target = end;
            agreed = 0;
        } else {
            agreed -= counted > next.target && agrees(work, current, next.target);
            next.target++;
            counted = counted > next.target ? counted : next.target;
        }
    }
    next.length = 0;
    return next;
}

/* Bytes to copy from current's start, before limit, at which right bytes outweigh wrong ones most.
 */
static size_t extend_forward(const parser *work, const anchor *current, size_t limit) {
    size_t length = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    size_t room = work->source_size - current->source;
    for (size_t i = 0; i < limit - current->target && i < room; i++) {
        score += agrees(work, current, current->target + i) ? 1 : -1;
        if (score > best) {
            best = score;
            length = i + 1;
        }
    }
    return length;
}

/* The same from next's start backwards, down to limit. */
static size_t extend_backward(const parser *work, const anchor *next, size_t limit) {
    size_t length = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    for (size_t i = 1; i <= next->target - limit && i <= next->source; i++) {
        score += work->source[next->source - i] == work->target[next->target - i] ? 1 : -1;
        if (score > best) {
            best = score;
            length = i;
        }
    }
    return length;
}

/* Of overlap bytes that both copies reach, how many current's copy should take. */
static size_t split(const parser *work, const anchor *current, const anchor *next, size_t start,
                    size_t overlap) {
    size_t taken = 0;
    ptrdiff_t score = 0;
    ptrdiff_t best = 0;
    for (size_t i = 0; i < overlap; i++) {
        size_t target = start + i;
        score += agrees(work, current, target);
        score -= work->source[next->source - (next->target - target)] == work->target[target];
        if (score > best) {
            best = score;
            taken = i + 1;
        }
    }
    return taken;
}

/* Ends the segment of current's copy where that of next begins, and makes next current. */
static int close_segment(parser *work, anchor *current, const anchor *next) {
    size_t forward = extend_forward(work, current, next->target);
    size_t backward = next->length > 0 ? extend_backward(work, next, current->target) : 0;
    size_t between = next->target - current->target;
    if (forward + backward > between) {
        size_t overlap = forward + backward - between;
        size_t start = next->target - backward;
        size_t taken = split(work, current, next, start, overlap);
        forward -= overlap - taken;
        backward -= taken;
    }
    int error = add_segment(work, current->source, forward, between - forward - backward);
    *current = (anchor){next->target - backward, next->source - backward, next->length + backward};
    return error;
}

int bsdiff40_parse(const uint8_t *source, size_t source_size, const uint8_t *target,
                   size_t target_size, bsdiff40_segment **segments, size_t *count) {
    parser work = {
        .source = source, .source_size = source_size, .target = target, .target_size = target_size};
    int error = match_index_build(&work.index, source, source_size);
    anchor current = {0};
    while (!error && current.target < target_size) {
        anchor next = find_anchor(&work, &current);
        error = close_segment(&work, &current, &next);
    }
    match_index_free(&work.index);
    if (error) {
        free(work.segments);
        return error;
    }
    *segments = work.segments;
    *count = work.count;
    return WHITTLE_OK;
}
