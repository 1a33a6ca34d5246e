/* The encoder: tries what may be best, keeps the smallest patch, and proves it with the decoder. */
#include "whittle/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "encoder/attempts.h"
#include "encoder/decode_cost.h"
#include "encoder/explain.h"
#include "encoder/mapping.h"
#include "encoder/matches.h"
#include "encoder/parse.h"
#include "encoder/payload.h"
#include "encoder/views.h"
#include "whittle/apply.h"

typedef struct job {
    const uint8_t *source;
    const uint8_t *target;
    size_t source_size;
    size_t target_size;
    const whittle_encoder_options *options;
    match_index index;
    whittle_header fields;
    view chosen;
    view_choice choice;
    whittle_copy *copies;
    size_t copy_count;
    uint8_t *patch; /* the smallest so far */
    size_t patch_size;
    uint32_t cost;        /* of that patch to its decoder, in instructions per byte */
    coded_elements coded; /* what the last patch consists of, kept or not */
    uint32_t least_cost;  /* of those that exceeded the budget */
    parse_costs costs;
} job;

/* The map has room for that part of the RAM, in 1/16; the tables take the rest. */
static const unsigned map_shares[] = {2, 6};

void whittle_encoder_defaults(whittle_encoder_options *options) {
    *options = (whittle_encoder_options){.ram = WHITTLE_RAM_DEFAULT, .isa = WHITTLE_ISA_AUTO};
}

/* In a small table, more contexts would only take each other's room. */
static uint8_t contexts_for(uint32_t ram) {
    return ram < 6 * 1024 ? 4 : ram < 12 * 1024 ? 7 : WHITTLE_CONTEXT_MAX;
}

static void set_contexts(job *work, uint8_t contexts) {
    work->fields.contexts = contexts;
    work->fields.flags &= (uint8_t)~WHITTLE_FLAG_CONTEXTS;
    if (contexts < WHITTLE_CONTEXT_MAX) {
        work->fields.flags |= WHITTLE_FLAG_CONTEXTS;
    }
}

static void report(const job *work, unsigned permille) {
    if (work->options->progress) {
        work->options->progress(work->options->progress_context, permille);
    }
}

static int fill_fields(job *work) {
    const whittle_encoder_options *options = work->options;
    whittle_header *fields = &work->fields;
    fields->ram = options->ram / WHITTLE_RAM_UNIT * WHITTLE_RAM_UNIT;
    if (fields->ram < WHITTLE_RAM_MIN || fields->ram > WHITTLE_RAM_MAX) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (options->isa >= WHITTLE_ISA_COUNT && options->isa != WHITTLE_ISA_AUTO &&
        options->isa != WHITTLE_ISA_MIPS) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (options->full && options->differential) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    set_contexts(work, contexts_for(fields->ram));
    if (options->has_security_counter) {
        fields->flags |= WHITTLE_FLAG_COUNTER;
        fields->security_counter = options->security_counter;
    }
    if (options->has_hardware) {
        fields->flags |= WHITTLE_FLAG_HARDWARE;
        fields->hardware = options->hardware;
    }
    if (options->firmware_version) {
        size_t size = strlen(options->firmware_version);
        if (size == 0 || size > WHITTLE_FIRMWARE_VERSION_MAX) {
            return WHITTLE_ERROR_ARGUMENT;
        }
        fields->flags |= WHITTLE_FLAG_VERSION;
        fields->firmware_version_size = (uint8_t)size;
        memcpy(fields->firmware_version, options->firmware_version, size);
    }
    return WHITTLE_OK;
}

/* The map has room for that many entries; images too large for its offsets go without. */
static int choose_mapped(job *work, size_t capacity) {
    bool too_large =
        work->source_size > WHITTLE_MAP_OFFSET_MAX || work->target_size > WHITTLE_MAP_OFFSET_MAX;
    capacity = capacity < WHITTLE_MAP_ENTRY_MAX ? capacity : WHITTLE_MAP_ENTRY_MAX;
    return mapping_choose(work->copies, work->copy_count, too_large ? 0 : capacity);
}

/* ---- Parsing ---- */

static int parse_with(job *work, const parse_explainer *judge) {
    free(work->copies);
    work->copies = NULL;
    return parse_target(&work->index, work->target, work->target_size, &work->costs, judge,
                        &work->copies, &work->copy_count);
}

/* The first parse knows nothing of addresses; with its map, the second one does. */
static int parse_again(job *work) {
    explainer explain;
    int error =
        explainer_init(&explain, work->chosen.isa, &work->chosen.source, &work->chosen.target,
                       work->source, work->source_size, work->target, work->target_size);
    if (!error) {
        error = explainer_set_map(&explain, work->copies, work->copy_count);
    }
    if (!error) {
        const parse_explainer judge = {explainer_explains, &explain};
        error = parse_with(work, &judge);
    }
    explainer_free(&explain);
    return error;
}

static int choose_view(job *work) {
    const view_question question = {
        .source = work->source,
        .target = work->target,
        .source_size = work->source_size,
        .target_size = work->target_size,
        .copies = work->copies,
        .copy_count = work->copy_count,
        .options = work->options,
    };
    int error = views_choose(&question, &work->choice);
    work->chosen = work->choice.best;
    return error;
}

static int plan(job *work) {
    int error = match_index_build(&work->index, work->source, work->source_size);
    if (!error) {
        report(work, 100);
        error = parse_with(work, NULL);
    }
    if (!error) {
        report(work, 300);
        error = choose_mapped(work, WHITTLE_MAP_ENTRY_MAX);
    }
    if (!error) {
        error = choose_view(work);
    }
    if (!error && work->chosen.source.count > 0) {
        report(work, 400);
        error = parse_again(work);
    }
    return error;
}

/* ---- Encoding ---- */

/* Takes a patch, if it keeps to the budget and is the smallest so far. */
static void keep_smaller(job *work, uint8_t *patch, size_t size, uint32_t cost) {
    uint32_t budget = work->options->decode_budget;
    if (budget > 0 && cost > budget) {
        work->least_cost = cost < work->least_cost ? cost : work->least_cost;
        free(patch);
    } else if (!work->patch || size < work->patch_size) {
        free(work->patch);
        work->patch = patch;
        work->patch_size = size;
        work->cost = cost;
    } else {
        free(patch);
    }
}

/* The plan, as it is to be encoded; copies are those of the plan, with the map to be tried. */
static attempt attempt_of(const job *work, const whittle_copy *copies) {
    return (attempt){
        .input =
            {
                .source = work->source,
                .target = work->target,
                .source_size = work->source_size,
                .target_size = work->target_size,
                .copies = copies,
                .copy_count = work->copy_count,
                .isa = work->chosen.isa,
                .source_layout = &work->chosen.source,
                .target_layout = &work->chosen.target,
                .fields = &work->fields,
            },
    };
}

/* Keeps the smallest patch. A map may be so large that it leaves no room for the rest: no harm
 * where another attempt made a patch. */
static int take_results(job *work, const attempt *attempts, unsigned count) {
    int error = WHITTLE_OK;
    bool made = false;
    for (unsigned i = 0; i < count; i++) {
        const attempt *each = &attempts[i];
        if (!each->error) {
            made = true;
            work->coded = each->coded;
            keep_smaller(work, each->patch, each->size, decode_cost(&each->coded));
        } else if (!error || error == WHITTLE_ERROR_RAM) {
            error = each->error;
        }
    }
    return error == WHITTLE_ERROR_RAM && (made || work->patch) ? WHITTLE_OK : error;
}

static int encode_plan(job *work) {
    attempt only = attempt_of(work, work->copies);
    attempts_run(&only, 1, 1);
    return take_results(work, &only, 1);
}

/* A copy of the plan whose map takes up to that part of the RAM, in 1/16; NULL without memory. */
static whittle_copy *plan_with_map(job *work, unsigned share) {
    size_t size = work->copy_count * sizeof *work->copies;
    whittle_copy *copies = malloc(size + 1);
    size_t capacity = work->fields.ram / 16 * share / sizeof(whittle_map_entry);
    if (!copies || choose_mapped(work, capacity)) {
        free(copies);
        return NULL;
    }
    if (size) {
        memcpy(copies, work->copies, size);
    }
    return copies;
}

/* Encodes the plan with several sizes of the map. */
static int encode_view(job *work, unsigned progress) {
    enum { SHARES = sizeof map_shares / sizeof *map_shares };
    whittle_copy *copies[SHARES];
    attempt attempts[SHARES];
    size_t before = SIZE_MAX;
    unsigned count = 0;
    int error = WHITTLE_OK;
    report(work, progress);
    for (unsigned i = 0; !error && i < SHARES; i++) {
        copies[count] = plan_with_map(work, map_shares[i]);
        error = copies[count] ? WHITTLE_OK : WHITTLE_ERROR_MEMORY;
        size_t mapped = mapping_count(work->copies, work->copy_count);
        if (!error && mapped == before) {
            free(copies[count]);
            break; /* a larger share changes nothing */
        }
        before = mapped;
        if (!error) {
            attempts[count] = attempt_of(work, copies[count]);
            count++;
        }
    }
    if (!error) {
        attempts_run(attempts, count, work->options->jobs);
        error = take_results(work, attempts, count);
    }
    for (unsigned i = 0; i < count; i++) {
        free(copies[i]);
    }
    return error;
}

static int encode_rival(job *work) {
    work->chosen = work->choice.rival;
    int error = choose_mapped(work, WHITTLE_MAP_ENTRY_MAX);
    if (!error) {
        error = parse_again(work);
    }
    return error ? error : encode_view(work, 600);
}

/* The regions of a view take RAM, too; where that leaves none for the model, another view has to
 * do. */
static int excuse_ram(job *work, int error) {
    work->choice.doubtful = work->choice.doubtful || error == WHITTLE_ERROR_RAM;
    return error == WHITTLE_ERROR_RAM ? WHITTLE_OK : error;
}

/* ---- Keeping to a budget ---- */

/* What a decision counts in the parse, in 1/16 bit, from one attempt to the next. */
static const uint32_t thrift[] = {8, 64};

/* More than that part of the cost is never saved: it would be a waste of time to try. */
enum { THRIFT_SHARE = 3 };

static int encode_with_costs(job *work, const view *seen) {
    work->chosen = *seen;
    int error = choose_mapped(work, WHITTLE_MAP_ENTRY_MAX);
    if (!error) {
        error = seen->source.count > 0 ? parse_again(work) : parse_with(work, NULL);
    }
    return error ? error : excuse_ram(work, encode_view(work, 700));
}

/* Whether the last patch would have kept to the budget with that many contexts. */
static bool would_do(const job *work, uint8_t contexts) {
    coded_elements coded = work->coded;
    coded.contexts = contexts;
    return decode_cost(&coded) <= work->options->decode_budget;
}

/* With as many contexts as the budget allows; with one if nothing else helps. The view was encoded
 * before. */
static int encode_with_fewer_contexts(job *work, const view *seen) {
    int error = WHITTLE_OK;
    for (unsigned left = work->fields.contexts - 1u; !error && !work->patch && left > 0; left--) {
        if (left == 1 || would_do(work, (uint8_t)left)) {
            set_contexts(work, (uint8_t)left);
            error = encode_with_costs(work, seen);
        }
    }
    return error;
}

/* What costs least is tried first: fewer contexts; then no address prediction, without which copies
 * take half the time, and which is needed little where few addresses changed; then dear decisions,
 * so that little is spelled out. */
static int encode_thriftily(job *work, const view *best) {
    static const view plain = {.isa = WHITTLE_ISA_NONE};
    int error = encode_with_costs(work, best);
    if (!error) {
        error = encode_with_fewer_contexts(work, best);
    }
    if (!error && !work->patch) {
        set_contexts(work, contexts_for(work->fields.ram));
        error = encode_with_costs(work, &plain);
    }
    if (!error) {
        error = encode_with_fewer_contexts(work, &plain);
    }
    for (size_t i = 0; !error && !work->patch && i < sizeof thrift / sizeof *thrift; i++) {
        if (work->least_cost - work->least_cost / THRIFT_SHARE > work->options->decode_budget) {
            break;
        }
        work->costs = decode_cost_thrifty(thrift[i]);
        error = encode_with_costs(work, best);
    }
    return error;
}

/* ---- The patch ---- */

static int encode_differential(job *work) {
    int error = plan(work);
    const view best = work->chosen;
    work->fields.flags |= WHITTLE_FLAG_SOURCE;
    if (!error) {
        error = excuse_ram(work, encode_view(work, 500));
    }
    if (!error && work->choice.rival.source.count > 0 && (work->choice.close || !work->patch)) {
        error = excuse_ram(work, encode_rival(work));
    }
    if (!error && work->choice.doubtful) {
        memset(&work->chosen, 0, sizeof work->chosen);
        error = parse_with(work, NULL);
        if (!error) {
            error = encode_view(work, 700);
        }
    }
    if (!error && !work->patch && work->options->decode_budget > 0) {
        error = encode_thriftily(work, &best);
    }
    return error;
}

static int encode_full(job *work) {
    work->fields.flags &= (uint8_t)~WHITTLE_FLAG_SOURCE;
    work->copy_count = 0;
    work->source_size = 0;
    memset(&work->chosen, 0, sizeof work->chosen);
    return encode_plan(work);
}

/* The decoder, within the declared RAM, must rebuild exactly the target. */
static int prove(const job *work, const uint8_t *source, size_t source_size) {
    uint8_t *rebuilt;
    size_t size;
    int error = whittle_apply(source, source_size, work->patch, work->patch_size, NULL, NULL,
                              &rebuilt, &size);
    if (error) {
        return error;
    }
    bool same = size == work->target_size && (size == 0 || !memcmp(rebuilt, work->target, size));
    free(rebuilt);
    return same ? WHITTLE_OK : WHITTLE_ERROR_TARGET;
}

int whittle_encode(const uint8_t *source, size_t source_size, const uint8_t *target,
                   size_t target_size, const whittle_encoder_options *options, uint8_t **patch,
                   size_t *size) {
    if (source_size > WHITTLE_IMAGE_MAX || target_size > WHITTLE_IMAGE_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    job work = {.source = source,
                .target = target,
                .source_size = source_size,
                .target_size = target_size,
                .options = options,
                .least_cost = UINT32_MAX,
                .costs = parse_costs_default};
    int error = fill_fields(&work);
    if (!error && !options->full) {
        error = encode_differential(&work);
    }
    /* A full image only has a chance where the patch is not much smaller than the target. */
    if (!error && !options->differential && (!work.patch || work.patch_size > target_size / 4)) {
        error = encode_full(&work);
    }
    if (options->decode_cost) {
        *options->decode_cost = work.patch ? work.cost : work.least_cost;
    }
    if (!error && !work.patch) {
        error = WHITTLE_ERROR_BUDGET;
    }
    if (!error) {
        report(&work, 900);
        error = prove(&work, source, source_size);
    }
    match_index_free(&work.index);
    free(work.copies);
    if (error) {
        free(work.patch);
        return error;
    }
    *patch = work.patch;
    *size = work.patch_size;
    report(&work, 1000);
    return WHITTLE_OK;
}
