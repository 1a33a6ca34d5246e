/* The encoder: tries what may be best, keeps the smallest patch, and proves it with the decoder. */
#include "whittle/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "encoder/decode_cost.h"
#include "encoder/explain.h"
#include "encoder/mapping.h"
#include "encoder/matches.h"
#include "encoder/parse.h"
#include "encoder/payload.h"
#include "encoder/recognise.h"
#include "whittle/apply.h"

/* One way to see the images: an instruction set and the regions of both. */
typedef struct view {
    uint8_t isa;
    layout source;
    layout target;
} view;

typedef struct job {
    const uint8_t *source;
    const uint8_t *target;
    size_t source_size;
    size_t target_size;
    const whittle_encoder_options *options;
    match_index index;
    whittle_header fields;
    view chosen;
    bool doubtful; /* chosen may cost more than it saves */
    view rival;    /* the second best; no regions where there is none */
    bool close;    /* the rival is about as good by what it explains */
    whittle_copy *copies;
    size_t copy_count;
    uint8_t *patch; /* the smallest so far */
    size_t patch_size;
    uint32_t cost;       /* of that patch to its decoder, in instructions per byte */
    uint32_t least_cost; /* of those that exceeded the budget */
    parse_costs costs;
} job;

/* The map has room for that part of the RAM, in 1/16; the tables take the rest. */
static const unsigned map_shares[] = {2, 6};

void whittle_encoder_defaults(whittle_encoder_options *options) {
    *options = (whittle_encoder_options){.ram = WHITTLE_RAM_DEFAULT, .isa = WHITTLE_ISA_AUTO};
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

/* ---- Choosing how to see the images ---- */

/* The best views and the number of wrong bytes that each explains. */
typedef struct contest {
    view best;
    view second;
    size_t score;
    size_t second_score;
} contest;

/* A view that explains fewer bytes for each of its regions, which take about a dozen in the header,
 * may not pay: the patch is then made without it, too. */
enum { DOUBTFUL_SCORE = 50 };

/* A view that explains nearly as much as the best, but for one part in so many, may give the
 * smaller patch. */
enum { RIVAL_SHARE = 8 };

/* Where the instruction set is to be found, all these ways are tried for images up to this size,
 * in bytes: it takes a fraction of a second. */
enum { THOROUGH_SIZE = 128 * 1024 };

/* Of views that differ only in their load address, the one that explains more is simply right. */
static bool are_rivals(const view *one, const view *other) {
    return one->isa != other->isa || one->source.count != other->source.count ||
           one->target.count != other->target.count;
}

static void enter_contest(contest *result, const view *candidate, size_t score) {
    if (score > result->score) {
        if (are_rivals(candidate, &result->best)) {
            result->second = result->best;
            result->second_score = result->score;
        }
        result->best = *candidate;
        result->score = score;
    } else if (score > result->second_score && are_rivals(candidate, &result->best)) {
        result->second = *candidate;
        result->second_score = score;
    }
}

static int try_view(job *work, const view *candidate, contest *result) {
    explainer explain;
    int error = explainer_init(&explain, candidate->isa, &candidate->source, &candidate->target,
                               work->source, work->source_size, work->target, work->target_size);
    if (!error) {
        error = explainer_set_map(&explain, work->copies, work->copy_count);
    }
    if (!error) {
        enter_contest(result, candidate, explainer_score(&explain, work->copies, work->copy_count));
    }
    explainer_free(&explain);
    return error;
}

static bool isa_is_wanted(const job *work, uint8_t isa) {
    uint8_t wanted = work->options->isa;
    bool is_mips = isa == WHITTLE_ISA_MIPS_LE || isa == WHITTLE_ISA_MIPS_BE;
    return wanted == isa || wanted == WHITTLE_ISA_AUTO || (wanted == WHITTLE_ISA_MIPS && is_mips);
}

static int try_isas(job *work, view *candidate, contest *result) {
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        if (isa_is_wanted(work, (uint8_t)isa)) {
            candidate->isa = (uint8_t)isa;
            int error = try_view(work, candidate, result);
            if (error) {
                return error;
            }
        }
    }
    return WHITTLE_OK;
}

static int try_base(job *work, uint32_t base, contest *result) {
    view candidate;
    layout_raw(&candidate.source, work->source_size, base);
    layout_raw(&candidate.target, work->target_size, base);
    return try_isas(work, &candidate, result);
}

static int try_voted_base(job *work, bool big_endian, contest *result) {
    bool found;
    uint32_t base = 0;
    int error = find_load_address(work->source, work->source_size, big_endian, &found, &base);
    return error || !found ? error : try_base(work, base, result);
}

/* The load address of offset 0, if the regions of one image were given: the other one is mostly
 * loaded to the same place. */
static int try_one_given(job *work, const layout *given, contest *result) {
    const whittle_region *first = &given->regions[0];
    return first->address < first->offset ? WHITTLE_OK
                                          : try_base(work, first->address - first->offset, result);
}

static int try_given(job *work, contest *result) {
    const whittle_encoder_options *options = work->options;
    view given;
    if (!layout_given(&given.source, options->source_regions, options->source_region_count,
                      work->source_size) ||
        !layout_given(&given.target, options->target_regions, options->target_region_count,
                      work->target_size)) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (given.source.count > 0 && given.target.count > 0) {
        return try_isas(work, &given, result);
    }
    if (given.source.count > 0) {
        return try_one_given(work, &given.source, result);
    }
    return given.target.count > 0 ? try_one_given(work, &given.target, result) : WHITTLE_OK;
}

static int choose_view(job *work) {
    contest result = {.score = 0};
    view esp;
    int error;
    if (work->options->isa == WHITTLE_ISA_NONE) {
        return WHITTLE_OK;
    }
    if (work->options->base_given) {
        error = try_base(work, work->options->base, &result);
    } else {
        error = try_base(work, 0, &result);
        if (!error) {
            error = try_voted_base(work, false, &result);
        }
        if (!error) {
            error = try_voted_base(work, true, &result);
        }
        if (!error) {
            error = try_given(work, &result);
        }
        if (!error && layout_esp(&esp.source, work->source, work->source_size) &&
            layout_esp(&esp.target, work->target, work->target_size)) {
            error = try_isas(work, &esp, &result);
        }
    }
    work->chosen = result.best;
    work->rival = result.second;
    bool thorough = work->options->isa >= WHITTLE_ISA_COUNT && work->target_size <= THOROUGH_SIZE;
    work->close = thorough || result.second_score >= result.score - result.score / RIVAL_SHARE;
    bool given = work->options->isa < WHITTLE_ISA_COUNT;
    work->doubtful = !given && result.score > 0 &&
                     (thorough || result.score < result.best.source.count * DOUBTFUL_SCORE);
    return error;
}

/* ---- Parsing ---- */

static int parse_with(job *work, const parse_explainer *judge) {
    free(work->copies);
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

static int encode_plan(job *work) {
    const payload_input input = {
        .source = work->source,
        .target = work->target,
        .source_size = work->source_size,
        .target_size = work->target_size,
        .copies = work->copies,
        .copy_count = work->copy_count,
        .isa = work->chosen.isa,
        .source_layout = &work->chosen.source,
        .target_layout = &work->chosen.target,
        .fields = &work->fields,
    };
    uint8_t *patch;
    size_t size;
    uint32_t cost;
    int error = payload_write_patch(&input, &patch, &size, &cost);
    if (!error) {
        keep_smaller(work, patch, size, cost);
    }
    return error;
}

/* Encodes the plan with several sizes of the map. */
static int encode_view(job *work, unsigned progress) {
    int error = WHITTLE_OK;
    size_t before = SIZE_MAX;
    for (unsigned i = 0; !error && i < sizeof map_shares / sizeof *map_shares; i++) {
        report(work, progress + i * 50);
        size_t capacity = work->fields.ram / 16 * map_shares[i] / sizeof(whittle_map_entry);
        error = choose_mapped(work, capacity);
        size_t mapped = mapping_count(work->copies, work->copy_count);
        if (mapped == before) {
            break; /* a larger share changes nothing */
        }
        before = mapped;
        if (!error) {
            error = encode_plan(work);
        }
        if (error == WHITTLE_ERROR_RAM && work->patch) {
            return WHITTLE_OK; /* so large a map leaves no room for the rest */
        }
    }
    return error;
}

static int encode_rival(job *work) {
    work->chosen = work->rival;
    int error = choose_mapped(work, WHITTLE_MAP_ENTRY_MAX);
    if (!error) {
        error = parse_again(work);
    }
    return error ? error : encode_view(work, 600);
}

/* The regions of a view take RAM, too; where that leaves none for the model, another view has to
 * do. */
static int excuse_ram(job *work, int error) {
    work->doubtful = work->doubtful || error == WHITTLE_ERROR_RAM;
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

/* Without address prediction copies take half the time, which pays where few addresses changed. And
 * decisions are made dearer, so that little is spelled out. */
static int encode_thriftily(job *work, const view *best) {
    static const view plain = {.isa = WHITTLE_ISA_NONE};
    int error = encode_with_costs(work, &plain);
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
    if (!error && work->rival.source.count > 0 && (work->close || !work->patch)) {
        error = excuse_ram(work, encode_rival(work));
    }
    if (!error && work->doubtful) {
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
    if (!error && (!work.patch || work.patch_size > target_size / 4)) {
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
