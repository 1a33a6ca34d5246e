/* What changed. With symbols of both images, function by function; without, by where copies come
 * from. */
#include <stdlib.h>
#include <string.h>

#include "report/steps.h"

/* ---- Pairs of symbols ---- */

/* Symbols of one image that have no partner yet, in the order of their names. */
typedef struct single {
    const whittle_symbol *symbol;
    uint32_t index; /* in its list */
} single;

typedef struct singles {
    single *list;
    size_t count;
} singles;

typedef int name_order(const whittle_symbol *one, const whittle_symbol *other);

static int by_name(const whittle_symbol *one, const whittle_symbol *other) {
    return strcmp(one->name, other->name);
}

/* Static functions of different files may have the same name. */
static int by_name_and_unit(const whittle_symbol *one, const whittle_symbol *other) {
    int order = strcmp(one->name, other->name);
    return order ? order : strcmp(one->unit ? one->unit : "", other->unit ? other->unit : "");
}

static int compare_singles(const void *one, const void *other) {
    const single *a = one;
    const single *b = other;
    int order = by_name_and_unit(a->symbol, b->symbol);
    return order ? order : a->index < b->index ? -1 : 1;
}

static bool list_singles(const whittle_symbols *symbols, singles *made) {
    *made = (singles){calloc(symbols->count + 1, sizeof *made->list), symbols->count};
    for (size_t i = 0; made->list && i < symbols->count; i++) {
        made->list[i] = (single){&symbols->list[i], (uint32_t)i};
    }
    if (made->list && symbols->count > 0) {
        qsort(made->list, symbols->count, sizeof *made->list, compare_singles);
    }
    return made->list != NULL;
}

/* How many from there on are alike. */
static size_t count_alike(const singles *of, size_t first, name_order *order) {
    size_t end = first;
    while (end < of->count && order(of->list[first].symbol, of->list[end].symbol) == 0) {
        end++;
    }
    return end - first;
}

static void keep(singles *of, size_t *kept, size_t first, size_t count) {
    memmove(of->list + *kept, of->list + first, count * sizeof *of->list);
    *kept += count;
}

/* Walks through both lists at once, and makes pairs of those that are alike, if there are as many
 * in both images. Others stay single. */
static void pair_singles(whittle_report *report, singles *old, singles *new, name_order *order) {
    size_t old_kept = 0;
    size_t new_kept = 0;
    size_t i = 0;
    size_t j = 0;
    while (i < old->count || j < new->count) {
        int next = i == old->count   ? 1
                   : j == new->count ? -1
                                     : order(old->list[i].symbol, new->list[j].symbol);
        size_t olds = next <= 0 ? count_alike(old, i, order) : 0;
        size_t news = next >= 0 ? count_alike(new, j, order) : 0;
        if (olds == news) {
            for (size_t k = 0; k < olds; k++) {
                report->pairs[new->list[j + k].index] = old->list[i + k].symbol;
            }
        } else {
            keep(old, &old_kept, i, olds);
            keep(new, &new_kept, j, news);
        }
        i += olds;
        j += news;
    }
    old->count = old_kept;
    new->count = new_kept;
}

static void list_unpaired(const singles *from, const whittle_symbol **into, size_t *count) {
    for (size_t i = 0; i < from->count; i++) {
        into[(*count)++] = from->list[i].symbol;
    }
}

/* First by name and file; then by name alone, as functions move to other files. */
static int pair_symbols(whittle_report *report) {
    const whittle_report_input *input = report->input;
    whittle_changes *changes = &report->changes;
    singles old = {NULL, 0};
    singles new = {NULL, 0};
    changes->removed = calloc(input->old_symbols->count + 1, sizeof *changes->removed);
    changes->added = calloc(input->new_symbols->count + 1, sizeof *changes->added);
    changes->resized = calloc(input->new_symbols->count + 1, sizeof *changes->resized);
    report->pairs = calloc(input->new_symbols->count + 1, sizeof *report->pairs);
    bool made = changes->removed && changes->added && changes->resized && report->pairs;
    if (made && list_singles(input->old_symbols, &old) && list_singles(input->new_symbols, &new)) {
        pair_singles(report, &old, &new, by_name_and_unit);
        pair_singles(report, &old, &new, by_name);
        list_unpaired(&old, changes->removed, &changes->removed_count);
        list_unpaired(&new, changes->added, &changes->added_count);
    } else {
        made = false;
    }
    free(old.list);
    free(new.list);
    return made ? WHITTLE_OK : WHITTLE_ERROR_MEMORY;
}

const whittle_symbol *report_old_symbol(const whittle_report *report,
                                        const whittle_symbol *symbol) {
    const whittle_symbols *symbols = report->input->new_symbols;
    return report->pairs ? report->pairs[symbol - symbols->list] : NULL;
}

/* ---- Moves ---- */

typedef struct move_list {
    whittle_move *moves; /* one for each thing that moved, then one for each distance */
    size_t count;
} move_list;

static int compare_distances(const void *one, const void *other) {
    const whittle_move *a = one;
    const whittle_move *b = other;
    return a->distance < b->distance ? -1 : a->distance > b->distance;
}

static int compare_weights(const void *one, const void *other) {
    const whittle_move *a = one;
    const whittle_move *b = other;
    size_t things = a->functions + a->objects;
    size_t others = b->functions + b->objects;
    if (things != others) {
        return things > others ? -1 : 1;
    }
    return a->bytes != b->bytes ? (a->bytes > b->bytes ? -1 : 1) : compare_distances(one, other);
}

static void add_move(whittle_move *sum, const whittle_move *added) {
    sum->functions += added->functions;
    sum->objects += added->objects;
    sum->bytes += added->bytes;
}

/* Joins moves by the same distance, and tells the largest. */
static void sum_moves(move_list *list, whittle_changes *changes) {
    size_t kept = 0;
    if (list->count > 0) {
        qsort(list->moves, list->count, sizeof *list->moves, compare_distances);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && list->moves[kept - 1].distance == list->moves[i].distance) {
            add_move(&list->moves[kept - 1], &list->moves[i]);
        } else {
            list->moves[kept++] = list->moves[i];
        }
    }
    if (kept > 0) {
        qsort(list->moves, kept, sizeof *list->moves, compare_weights);
    }
    for (size_t i = 0; i < kept; i++) {
        if (changes->move_count < WHITTLE_MOVE_MAX) {
            changes->moves[changes->move_count++] = list->moves[i];
        } else {
            changes->other_moves++;
            add_move(&changes->other, &list->moves[i]);
        }
    }
}

static void list_symbol_moves(const whittle_report *report, move_list *list) {
    const whittle_symbols *symbols = report->input->new_symbols;
    for (size_t i = 0; i < symbols->count; i++) {
        const whittle_symbol *new = &symbols->list[i];
        const whittle_symbol *old = report->pairs[i];
        if (old) {
            list->moves[list->count++] = (whittle_move){
                .distance = (int64_t) new->offset - old->offset,
                .functions = new->kind == WHITTLE_SYMBOL_FUNCTION,
                .objects = new->kind == WHITTLE_SYMBOL_OBJECT,
                .bytes = new->size,
            };
        }
    }
}

static void list_copy_moves(const whittle_report *report, move_list *list) {
    const whittle_trace *trace = report->input->trace;
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        if (segment->copied) {
            list->moves[list->count++] = (whittle_move){
                .distance = (int64_t)segment->target - segment->source, .bytes = segment->size};
        }
    }
}

static int list_moves(whittle_report *report) {
    const whittle_report_input *input = report->input;
    bool by_symbols = report->changes.by_symbols;
    size_t most = by_symbols ? input->new_symbols->count : input->trace->segment_count;
    move_list list = {.moves = calloc(most + 1, sizeof *list.moves)};
    if (!list.moves) {
        return WHITTLE_ERROR_MEMORY;
    }
    if (by_symbols) {
        list_symbol_moves(report, &list);
    } else {
        list_copy_moves(report, &list);
    }
    sum_moves(&list, &report->changes);
    free(list.moves);
    return WHITTLE_OK;
}

/* ---- Functions ---- */

static void count_function(const whittle_report *report, const whittle_symbol *function,
                           const whittle_symbol *old, whittle_changes *changes) {
    const whittle_trace *trace = report->input->trace;
    const uint8_t *before = report->input->source + old->offset;
    bool same = old->size == function->size &&
                memcmp(before, trace->target + function->offset, function->size) == 0;
    bool spelled = false;
    for (uint32_t i = 0; i < function->size; i++) {
        uint8_t origin = trace->origins[function->offset + i];
        spelled =
            spelled || origin == WHITTLE_ORIGIN_CORRECTED || origin == WHITTLE_ORIGIN_INSERTED;
    }
    if (same) {
        changes->functions_same++;
    } else if (old->size == function->size && !spelled) {
        changes->functions_readdressed++;
    } else {
        changes->functions_changed++;
    }
}

static uint32_t growth(const whittle_resized *of) {
    uint32_t size = of->symbol->size;
    return size > of->old_size ? size - of->old_size : of->old_size - size;
}

static int compare_growth(const void *one, const void *other) {
    const whittle_resized *a = one;
    const whittle_resized *b = other;
    if (growth(a) != growth(b)) {
        return growth(a) > growth(b) ? -1 : 1;
    }
    return a->symbol->offset < b->symbol->offset ? -1 : 1;
}

static int compare_sizes(const void *one, const void *other) {
    const whittle_symbol *const *a = one;
    const whittle_symbol *const *b = other;
    if ((*a)->size != (*b)->size) {
        return (*a)->size > (*b)->size ? -1 : 1;
    }
    return (*a)->offset < (*b)->offset ? -1 : 1;
}

static void judge_symbols(whittle_report *report) {
    const whittle_symbols *symbols = report->input->new_symbols;
    whittle_changes *changes = &report->changes;
    for (size_t i = 0; i < symbols->count; i++) {
        const whittle_symbol *symbol = &symbols->list[i];
        const whittle_symbol *old = report->pairs[i];
        if (old && symbol->kind == WHITTLE_SYMBOL_FUNCTION) {
            count_function(report, symbol, old, changes);
        }
        if (old && old->size != symbol->size) {
            changes->resized[changes->resized_count++] = (whittle_resized){symbol, old->size};
        }
    }
    if (changes->resized_count > 0) {
        qsort(changes->resized, changes->resized_count, sizeof *changes->resized, compare_growth);
    }
    if (changes->added_count > 0) {
        qsort(changes->added, changes->added_count, sizeof *changes->added, compare_sizes);
    }
    if (changes->removed_count > 0) {
        qsort(changes->removed, changes->removed_count, sizeof *changes->removed, compare_sizes);
    }
}

/* ---- Bytes ---- */

static int count_bytes(whittle_report *report) {
    const whittle_report_input *input = report->input;
    const whittle_trace *trace = input->trace;
    whittle_changes *changes = &report->changes;
    uint8_t *used = calloc(input->source_size + 1, 1);
    if (!used) {
        return WHITTLE_ERROR_MEMORY;
    }
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        changes->copies += segment->copied;
        changes->insertions += !segment->copied;
        if (segment->copied) {
            memset(used + segment->source, 1, segment->size);
        }
    }
    for (size_t i = 0; i < input->source_size; i++) {
        changes->dropped += !used[i];
    }
    free(used);
    for (uint32_t i = 0; i < trace->header.target_size; i++) {
        changes->bytes[trace->origins[i]]++;
        changes->cost[trace->origins[i]] += trace->costs[i];
    }
    return WHITTLE_OK;
}

int report_list_changes(whittle_report *report) {
    const whittle_report_input *input = report->input;
    whittle_changes *changes = &report->changes;
    changes->by_symbols = input->old_symbols && input->old_symbols->count > 0 &&
                          input->new_symbols && input->new_symbols->count > 0;
    int error = changes->by_symbols ? pair_symbols(report) : WHITTLE_OK;
    if (!error && changes->by_symbols) {
        judge_symbols(report);
    }
    if (!error) {
        error = list_moves(report);
    }
    return error ? error : count_bytes(report);
}
