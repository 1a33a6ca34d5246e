/* The shortest path. For each target position only the best state and where that state was entered
 * are kept, which is enough to walk back. A diagonal becomes active some bytes before a match on it
 * and stays so until it has lost all hope. */
#include "encoder/parse.h"

#include <stdlib.h>
#include <string.h>

#include "whittle/error.h"

const parse_costs parse_costs_default = {
    .hit = 1,
    .miss = 140,
    .explained = 12,
    .insert = 72,
    .new_copy = 420,
    .start_insert = 50,
    .match_min = 6,
    .lead = 48,
};

enum {
    ACTIVE_MAX = 40,   /* diagonals considered at a time */
    SEARCH_OVERLAP = 8 /* how far before the end of a match the next search begins */
};

#define NO_SOURCE INT64_MIN

typedef struct seed {
    uint32_t start;   /* target offset from which the diagonal is active */
    uint32_t end;     /* target offset where its match ends */
    int64_t diagonal; /* source offset minus target offset */
} seed;

typedef struct seed_list {
    seed *items;
    size_t count;
    size_t capacity;
} seed_list;

typedef struct state {
    int64_t diagonal;
    uint64_t cost;
    uint32_t entered; /* target offset where the path came to this state */
    uint32_t keep;    /* target offset up to which it stays active in any case */
    bool missed;      /* the last byte was a miss */
} state;

typedef struct step {
    uint32_t entered;
    int32_t diagonal; /* source offset minus target offset; INT32_MIN: inserted */
} step;

static int add_seed(seed_list *list, uint32_t start, uint32_t end, int64_t diagonal) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 1024;
        seed *items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            return WHITTLE_ERROR_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (seed){start, end, diagonal};
    return WHITTLE_OK;
}

static int by_start(const void *left, const void *right) {
    const seed *a = left;
    const seed *b = right;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return (a->diagonal > b->diagonal) - (a->diagonal < b->diagonal);
}

static int find_seeds(const match_index *index, const uint8_t *target, size_t size,
                      const parse_costs *costs, seed_list *list) {
    size_t position = 0;
    while (position < size) {
        uint32_t offset;
        size_t length = match_index_longest(index, target + position, size - position, &offset);
        if (length >= costs->match_min) {
            uint32_t start = position > costs->lead ? (uint32_t)position - costs->lead : 0;
            int error = add_seed(list, start, (uint32_t)(position + length),
                                 (int64_t)offset - (int64_t)position);
            if (error) {
                return error;
            }
        }
        position += length > 2 * SEARCH_OVERLAP ? length - SEARCH_OVERLAP : 1;
    }
    if (list->count > 0) { /* qsort takes no NULL */
        qsort(list->items, list->count, sizeof *list->items, by_start);
    }
    return WHITTLE_OK;
}

typedef struct search {
    const match_index *index;
    const uint8_t *target;
    const parse_costs *costs;
    const parse_explainer *explainer;
    state states[ACTIVE_MAX + 1]; /* the first is "insert" */
    size_t count;
    size_t best; /* index of the cheapest state */
} search;

static uint32_t byte_cost(const search *now, state *at, uint32_t position) {
    if (at->diagonal == NO_SOURCE) {
        return now->costs->insert;
    }
    int64_t source = at->diagonal + position;
    if (source < 0 || source >= now->index->size) {
        return 4 * now->costs->miss;
    }
    if (now->index->source[source] == now->target[position]) {
        at->missed = false;
        return now->costs->hit;
    }
    if (now->explainer &&
        now->explainer->explains(now->explainer->context, (uint32_t)source, position)) {
        return now->costs->explained;
    }
    uint32_t cost = at->missed ? now->costs->miss * 3 / 4 : now->costs->miss;
    at->missed = true;
    return cost;
}

/* Adds a diagonal, or prolongs the life of one that is there already. */
static void activate(search *now, const seed *from, uint32_t position) {
    for (size_t i = 1; i < now->count; i++) {
        if (now->states[i].diagonal == from->diagonal) {
            if (now->states[i].keep < from->end) {
                now->states[i].keep = from->end;
            }
            return;
        }
    }
    size_t place = now->count;
    if (now->count > ACTIVE_MAX) { /* full: the most expensive one gives way */
        place = 1;
        for (size_t i = 2; i < now->count; i++) {
            if (i != now->best && now->states[i].cost > now->states[place].cost) {
                place = i;
            }
        }
        if (place == now->best) {
            return;
        }
    } else {
        now->count++;
    }
    now->states[place] = (state){
        .diagonal = from->diagonal,
        .cost = now->states[now->best].cost + now->costs->new_copy,
        .entered = position,
        .keep = from->end,
    };
}

/* Drops the diagonals that could be entered afresh for less. */
static void retire(search *now, uint32_t position) {
    uint64_t limit = now->states[now->best].cost + now->costs->new_copy;
    for (size_t i = 1; i < now->count;) {
        if (i != now->best && now->states[i].keep < position && now->states[i].cost >= limit) {
            now->states[i] = now->states[--now->count];
            if (now->best == now->count) {
                now->best = i;
            }
        } else {
            i++;
        }
    }
}

/* Extends every path by the byte at position. */
static void advance(search *now, uint32_t position) {
    uint64_t from = now->states[now->best].cost;
    for (size_t i = 0; i < now->count; i++) {
        state *at = &now->states[i];
        uint64_t entry = from + (i == 0 ? now->costs->start_insert : now->costs->new_copy);
        if (entry < at->cost) {
            at->cost = entry;
            at->entered = position;
            at->missed = false;
        }
        at->cost += byte_cost(now, at, position);
    }
    now->best = 0;
    for (size_t i = 1; i < now->count; i++) {
        if (now->states[i].cost < now->states[now->best].cost) {
            now->best = i;
        }
    }
}

static void find_path(search *now, const seed_list *seeds, size_t size, step *steps) {
    size_t next = 0;
    now->states[0] = (state){.diagonal = NO_SOURCE};
    now->count = 1;
    for (uint32_t position = 0; position < size; position++) {
        for (; next < seeds->count && seeds->items[next].start == position; next++) {
            activate(now, &seeds->items[next], position);
        }
        advance(now, position);
        const state *best = &now->states[now->best];
        steps[position].entered = best->entered;
        steps[position].diagonal =
            best->diagonal == NO_SOURCE ? INT32_MIN : (int32_t)best->diagonal;
        if (position % 16 == 0) {
            retire(now, position);
        }
    }
}

/* Walks the path back and turns it into copies. */
static size_t walk_back(const step *steps, size_t size, whittle_copy *copies) {
    size_t count = 0;
    size_t end = size;
    while (end > 0) {
        const step *last = &steps[end - 1];
        if (last->diagonal != INT32_MIN) {
            copies[count++] = (whittle_copy){
                .source = (uint32_t)(last->entered + (int64_t)last->diagonal),
                .target = last->entered,
                .size = (uint32_t)(end - last->entered),
            };
        }
        end = last->entered;
    }
    for (size_t i = 0; i < count / 2; i++) {
        whittle_copy swapped = copies[i];
        copies[i] = copies[count - 1 - i];
        copies[count - 1 - i] = swapped;
    }
    return count;
}

static size_t count_copies(const step *steps, size_t size) {
    size_t count = 0;
    for (size_t end = size; end > 0; end = steps[end - 1].entered) {
        count++;
    }
    return count;
}

/* Bytes beyond the source, which a path may have passed, become inserted ones. */
static size_t clip(whittle_copy *copies, size_t count, size_t source_size) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        whittle_copy copy = copies[i];
        if ((int32_t)copy.source < 0) {
            uint32_t before = 0u - copy.source;
            if (before >= copy.size) {
                continue;
            }
            copy.source = 0;
            copy.target += before;
            copy.size -= before;
        }
        if (copy.source >= source_size) {
            continue;
        }
        if (copy.size > source_size - copy.source) {
            copy.size = (uint32_t)(source_size - copy.source);
        }
        copies[kept++] = copy;
    }
    return kept;
}

int parse_target(const match_index *index, const uint8_t *target, size_t size,
                 const parse_costs *costs, const parse_explainer *explainer, whittle_copy **copies,
                 size_t *count) {
    seed_list seeds = {0};
    int error = index->size ? find_seeds(index, target, size, costs, &seeds) : WHITTLE_OK;
    step *steps = malloc((size ? size : 1) * sizeof *steps);
    *copies = NULL;
    *count = 0;
    if (!error && steps) {
        search now = {.index = index, .target = target, .costs = costs, .explainer = explainer};
        find_path(&now, &seeds, size, steps);
        *copies = malloc((count_copies(steps, size) + 1) * sizeof **copies);
    }
    if (*copies) {
        *count = walk_back(steps, size, *copies);
        *count = clip(*copies, *count, (size_t)index->size);
    } else {
        error = WHITTLE_ERROR_MEMORY;
    }
    free(steps);
    free(seeds.items);
    return error;
}
