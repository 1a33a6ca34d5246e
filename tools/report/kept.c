/* The new image is linked again with the part at its old address (whittle_trace_keep), and a patch
 * is made to it. Headers are left out of the comparison: the part has a region of its own in that
 * image, which is nothing that anybody would save. */
#include "kept.h"

#include <stdlib.h>
#include <string.h>

/* A saving counts from that part of the patch on; and references are tried that cost as much as
 * that part of it. */
enum { SHARE_MIN = 200, COST_SHARE_MIN = 1000 };

typedef struct candidate {
    const whittle_moved *moved;
    whittle_kept kept;
} candidate;

typedef struct measurement {
    const whittle_report *report;
    const whittle_region *regions;
    whittle_encoder_options options;
    kept_parts *made;
    uint8_t *image;
} measurement;

static int64_t without_header(const whittle_header *header) {
    return (int64_t)header->total_size - header->header_size;
}

/* Makes the patch to the image with the part kept. */
static int make_patch(measurement *of, const whittle_kept *kept, whittle_header *header) {
    const whittle_report_input *input = of->report->input;
    uint8_t *patch;
    size_t size;
    of->options.target_regions = kept->regions;
    of->options.target_region_count = kept->region_count;
    int error = whittle_encode(input->source, input->source_size, of->image,
                               input->trace->header.target_size, &of->options, &patch, &size);
    if (!error) {
        error = whittle_header_read(patch, size, header);
        free(patch);
    }
    return error;
}

static void enter(kept_parts *made, const kept_part *part) {
    size_t at = made->count++;
    for (; at > 0 && made->list[at - 1].saving < part->saving; at--) {
        made->list[at] = made->list[at - 1];
    }
    made->list[at] = *part;
}

static int measure(measurement *of, const candidate *part) {
    const whittle_report_input *input = of->report->input;
    whittle_kept kept = part->kept;
    whittle_header header;
    int error = whittle_trace_keep(input->trace, input->source, of->regions, &kept, of->image);
    if (!error) {
        error = make_patch(of, &kept, &header);
    }
    if (error) { /* that image may be too much for the budget of the decoder */
        return error == WHITTLE_ERROR_BUDGET ? WHITTLE_OK : error;
    }
    const kept_part made = {part->moved, kept.references,
                            without_header(&input->trace->header) - without_header(&header)};
    enter(of->made, &made);
    return WHITTLE_OK;
}

/* Keeps the costliest, in order. */
static void rank(candidate *list, size_t *count, const candidate *part) {
    size_t at = *count;
    while (at > 0 && list[at - 1].kept.cost < part->kept.cost) {
        at--;
    }
    if (at == KEPT_MAX) {
        return;
    }
    *count += *count < KEPT_MAX;
    memmove(&list[at + 1], &list[at], (*count - 1 - at) * sizeof *list);
    list[at] = *part;
}

/* Finds the parts with references that cost enough to be worth a second patch. */
static int choose(measurement *of, candidate list[KEPT_MAX], size_t *count) {
    const whittle_report *report = of->report;
    const whittle_report_input *input = report->input;
    uint64_t whole = input->trace->header.total_size * WHITTLE_COST_BYTE;
    int error = WHITTLE_OK;
    *count = 0;
    for (size_t i = 0; i < report->moved_count && !error; i++) {
        const whittle_moved *moved = &report->moved[i];
        candidate part = {
            moved, {.offset = moved->offset, .size = moved->size, .distance = moved->distance}};
        error = whittle_trace_keep(input->trace, input->source, of->regions, &part.kept, of->image);
        if (!error && part.kept.references > 0 && part.kept.cost >= whole / COST_SHARE_MIN) {
            rank(list, count, &part);
        }
    }
    return error;
}

int kept_parts_measure(const whittle_report *report, const whittle_region *regions,
                       const whittle_encoder_options *options, kept_parts *made) {
    const whittle_header *header = &report->input->trace->header;
    measurement of = {.report = report, .regions = regions, .options = *options, .made = made};
    candidate list[KEPT_MAX];
    size_t count;
    int error;
    made->count = 0;
    if (report->moved_count == 0) {
        return WHITTLE_OK;
    }
    of.image = malloc(header->target_size);
    if (!of.image) {
        return WHITTLE_ERROR_MEMORY;
    }
    /* The image is looked at as it was for the patch. */
    of.options.isa = header->isa;
    of.options.base_given = false;
    of.options.source_regions = regions;
    of.options.source_region_count = header->source_region_count;
    of.options.differential = true;
    of.options.decode_cost = NULL;
    of.options.progress = NULL;
    error = choose(&of, list, &count);
    for (size_t i = 0; i < count && !error; i++) {
        error = measure(&of, &list[i]);
    }
    free(of.image);
    return error;
}

bool kept_part_pays(const whittle_report *report, const kept_part *part) {
    return part->saving > 0 &&
           (uint64_t)part->saving * SHARE_MIN >= report->input->trace->header.total_size;
}
