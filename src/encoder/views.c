/* The contest of views: all that may be right are judged by how many of the wrong bytes in copies
 * they explain. No format knowledge is trusted: what explains nothing is not used. */
#include "encoder/views.h"

#include <string.h>

#include "encoder/explain.h"
#include "whittle/error.h"

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

static int try_view(const view_question *of, const view *candidate, contest *result) {
    explainer explain;
    int error = explainer_init(&explain, candidate->isa, &candidate->source, &candidate->target,
                               of->source, of->source_size, of->target, of->target_size);
    if (!error) {
        error = explainer_set_map(&explain, of->copies, of->copy_count);
    }
    if (!error) {
        enter_contest(result, candidate, explainer_score(&explain, of->copies, of->copy_count));
    }
    explainer_free(&explain);
    return error;
}

static bool isa_is_wanted(const view_question *of, uint8_t isa) {
    uint8_t wanted = of->options->isa;
    bool is_mips = isa == WHITTLE_ISA_MIPS_LE || isa == WHITTLE_ISA_MIPS_BE;
    return wanted == isa || wanted == WHITTLE_ISA_AUTO || (wanted == WHITTLE_ISA_MIPS && is_mips);
}

static int try_isas(const view_question *of, view *candidate, contest *result) {
    for (unsigned isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        if (isa_is_wanted(of, (uint8_t)isa)) {
            candidate->isa = (uint8_t)isa;
            int error = try_view(of, candidate, result);
            if (error) {
                return error;
            }
        }
    }
    return WHITTLE_OK;
}

static int try_base(const view_question *of, uint32_t base, contest *result) {
    view candidate;
    layout_raw(&candidate.source, of->source_size, base);
    layout_raw(&candidate.target, of->target_size, base);
    return try_isas(of, &candidate, result);
}

static int try_voted_base(const view_question *of, bool big_endian, contest *result) {
    bool found;
    uint32_t base = 0;
    int error = find_load_address(of->source, of->source_size, big_endian, &found, &base);
    return error || !found ? error : try_base(of, base, result);
}

/* The load address of offset 0, if the regions of one image were given: the other one is mostly
 * loaded to the same place. */
static int try_one_given(const view_question *of, const layout *given, contest *result) {
    const whittle_region *first = &given->regions[0];
    return first->address < first->offset ? WHITTLE_OK
                                          : try_base(of, first->address - first->offset, result);
}

static int try_given(const view_question *of, contest *result) {
    const whittle_encoder_options *options = of->options;
    view given;
    if (!layout_given(&given.source, options->source_regions, options->source_region_count,
                      of->source_size) ||
        !layout_given(&given.target, options->target_regions, options->target_region_count,
                      of->target_size)) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (given.source.count > 0 && given.target.count > 0) {
        return try_isas(of, &given, result);
    }
    if (given.source.count > 0) {
        return try_one_given(of, &given.source, result);
    }
    return given.target.count > 0 ? try_one_given(of, &given.target, result) : WHITTLE_OK;
}

/* All candidates, from the plainest on. */
static int try_all(const view_question *of, contest *result) {
    view esp;
    if (of->options->base_given) {
        return try_base(of, of->options->base, result);
    }
    int error = try_base(of, 0, result);
    if (!error) {
        error = try_voted_base(of, false, result);
    }
    if (!error) {
        error = try_voted_base(of, true, result);
    }
    if (!error) {
        error = try_given(of, result);
    }
    if (!error && layout_esp(&esp.source, of->source, of->source_size) &&
        layout_esp(&esp.target, of->target, of->target_size)) {
        error = try_isas(of, &esp, result);
    }
    return error;
}

int views_choose(const view_question *of, view_choice *choice) {
    contest result = {.score = 0};
    memset(choice, 0, sizeof *choice);
    if (of->options->isa == WHITTLE_ISA_NONE) {
        return WHITTLE_OK;
    }
    int error = try_all(of, &result);
    bool given = of->options->isa < WHITTLE_ISA_COUNT;
    bool thorough = !given && of->target_size <= THOROUGH_SIZE;
    choice->best = result.best;
    choice->rival = result.second;
    choice->close = thorough || result.second_score >= result.score - result.score / RIVAL_SHARE;
    choice->doubtful = !given && result.score > 0 &&
                       (thorough || result.score < result.best.source.count * DOUBTFUL_SCORE);
    return error;
}
