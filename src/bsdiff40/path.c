/* The shortest path through the target, byte by byte. At each byte the path is in a state: it
 * inserts, or it copies on some diagonal. Going to another state costs something, and so does each
 * byte, depending on the state.
 *
 * Only the states worth a thought are kept: inserting, and the diagonals of the candidates that
 * have begun, until they have fallen so far behind that entering them afresh would cost less. For
 * each byte the state is noted that is cheapest after it, and where its path entered that state:
 * this is enough to walk back, since a path enters a state from what was cheapest before.
 */
#include "bsdiff40/path.h"

#include <stdlib.h>

#include "whittle/error.h"

enum {
    STATE_MAX = 25,       /* inserting, and the diagonals followed at a time */
    RETIRE_INTERVAL = 16, /* bytes between two looks for those that have fallen behind */
};

#define INSERTING  INT32_MIN
#define IMPOSSIBLE (UINT64_MAX / 2)

typedef struct state {
    int32_t diagonal; /* or INSERTING, which is always the first state */
    uint64_t cost;    /* of the path that leads here */
    uint32_t entered; /* target offset at which it came to this state */
    uint32_t keep;    /* target offset up to which the state is kept in any case */
    uint32_t before;  /* the last four differences since then */
} state;

typedef struct search {
    const bsdiff40_images *images;
    const bsdiff40_costs *costs;
    state states[STATE_MAX];
    size_t count;
    size_t best; /* index of the cheapest state */
} search;

typedef struct step {
    int32_t diagonal;
    uint32_t entered;
} step;

/* The state that gives way to a new one: the most expensive, but never the first or the best. */
static state *place_for_state(search *now) {
    if (now->count < STATE_MAX) {
        return &now->states[now->count++];
    }
    state *worst = NULL;
    for (size_t i = 1; i < now->count; i++) {
        if (i != now->best && (!worst || now->states[i].cost > worst->cost)) {
            worst = &now->states[i];
        }
    }
    return worst;
}

/* Follows one more diagonal, or one that is there already for longer. */
static void follow(search *now, const candidate *from, uint32_t position) {
    for (size_t i = 1; i < now->count; i++) {
        state *present = &now->states[i];
        if (present->diagonal == from->diagonal) {
            present->keep = present->keep > from->end ? present->keep : from->end;
            return;
        }
    }
    uint64_t cost = now->states[now->best].cost + costs_of_segment(now->costs);
    *place_for_state(now) =
        (state){.diagonal = from->diagonal, .cost = cost, .entered = position, .keep = from->end};
}

/* Drops the diagonals that could be entered afresh for less. */
static void retire(search *now, uint32_t position) {
    uint64_t limit = now->states[now->best].cost + costs_of_segment(now->costs);
    for (size_t i = 1; i < now->count;) {
        const state *present = &now->states[i];
        if (i != now->best && present->keep < position && present->cost >= limit) {
            now->states[i] = now->states[--now->count];
            now->best = now->best == now->count ? i : now->best;
        } else {
            i++;
        }
    }
}

static void insert_byte(const search *now, state *at, uint32_t position) {
    const uint8_t *target = now->images->target;
    uint8_t before = position > 0 ? target[position - 1] : 0;
    at->cost += costs_of_insert(now->costs, before, target[position]);
}

static void copy_byte(const search *now, state *at, uint32_t position) {
    size_t source = (size_t)((int64_t)position + at->diagonal);
    if (source >= now->images->source_size) {
        at->cost = IMPOSSIBLE;
        return;
    }
    uint8_t difference = (uint8_t)(now->images->target[position] - now->images->source[source]);
    at->cost += costs_of_difference(now->costs, at->before, difference);
    at->before = at->before << 8 | difference;
}

/* Extends every path by the byte at position. */
static void advance(search *now, uint32_t position) {
    uint64_t cheapest = now->states[now->best].cost;
    uint64_t entry = cheapest + costs_of_segment(now->costs);
    for (size_t i = 0; i < now->count; i++) {
        state *at = &now->states[i];
        uint64_t afresh = i == 0 ? cheapest : entry; /* inserting needs no segment of its own */
        if (afresh < at->cost) {
            at->cost = afresh;
            at->entered = position;
            at->before = 0;
        }
        if (i == 0) {
            insert_byte(now, at, position);
        } else {
            copy_byte(now, at, position);
        }
    }
    now->best = 0;
    for (size_t i = 1; i < now->count; i++) {
        if (now->states[i].cost < now->states[now->best].cost) {
            now->best = i;
        }
    }
}

static void find_steps(search *now, const candidates *diagonals, step *steps) {
    size_t next = 0;
    now->states[0] = (state){.diagonal = INSERTING};
    now->count = 1;
    for (uint32_t position = 0; position < now->images->target_size; position++) {
        for (; next < diagonals->count && diagonals->items[next].start == position; next++) {
            follow(now, &diagonals->items[next], position);
        }
        advance(now, position);
        const state *best = &now->states[now->best];
        steps[position] = (step){best->diagonal, best->entered};
        if (position % RETIRE_INTERVAL == 0) {
            retire(now, position);
        }
    }
}

/* The number of states that the path goes through, and (where ends is given) where each ends. */
static size_t walk_back(const step *steps, size_t size, size_t count, uint32_t *ends) {
    size_t walked = 0;
    for (size_t end = size; end > 0; end = steps[end - 1].entered) {
        walked++;
        if (ends) {
            ends[count - walked] = (uint32_t)end;
        }
    }
    return walked;
}

static int add_path(const step *steps, const uint32_t *ends, size_t count,
                    bsdiff40_segments *segments) {
    for (size_t i = 0; i < count; i++) {
        const step *last = &steps[ends[i] - 1];
        size_t size = ends[i] - last->entered;
        int error = last->diagonal == INSERTING
                        ? segments_add(segments, 0, 0, size)
                        : segments_add(segments, (size_t)((int64_t)last->entered + last->diagonal),
                                       size, 0);
        if (error) {
            return error;
        }
    }
    return WHITTLE_OK;
}

int bsdiff40_find_path(const bsdiff40_images *images, const candidates *diagonals,
                       const bsdiff40_costs *costs, bsdiff40_segments *segments) {
    size_t size = images->target_size;
    step *steps = malloc((size + 1) * sizeof *steps);
    if (!steps) {
        return WHITTLE_ERROR_MEMORY;
    }
    search now = {.images = images, .costs = costs};
    find_steps(&now, diagonals, steps);
    size_t count = walk_back(steps, size, 0, NULL);
    uint32_t *ends = malloc((count + 1) * sizeof *ends);
    int error = WHITTLE_ERROR_MEMORY;
    if (ends) {
        walk_back(steps, size, count, ends);
        error = add_path(steps, ends, count, segments);
    }
    free(ends);
    free(steps);
    return error;
}
