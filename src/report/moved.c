/* Parts of the image that moved as a whole, and the references that changed only for that.
 *
 * With sections of both images, a part is a section most of which was copied from where the section
 * was. Without, it is a stretch: copies of one distance that follow one another, with no larger
 * copy of another distance between them. */
#include <stdlib.h>
#include <string.h>

#include "report/steps.h"

/* Shorter stretches are no part that anybody could give an address to; shorter copies between two
 * others do not end a stretch. */
enum { STRETCH_MIN = 1024, BREAK_MIN = 64 };

static uint32_t end_of(const whittle_moved *part) {
    return part->offset + part->size;
}

/* Keeps the largest, in order. */
static void enter(whittle_report *report, const whittle_moved *part) {
    size_t at = report->moved_count;
    while (at > 0 && report->moved[at - 1].size < part->size) {
        at--;
    }
    if (at == WHITTLE_MOVED_MAX) {
        return;
    }
    if (report->moved_count < WHITTLE_MOVED_MAX) {
        report->moved_count++;
    }
    size_t behind = report->moved_count - 1 - at;
    memmove(&report->moved[at + 1], &report->moved[at], behind * sizeof *part);
    report->moved[at] = *part;
}

/* ---- Sections ---- */

static const whittle_symbol *find_old_section(const whittle_report_input *input, const char *name) {
    const whittle_symbols *old = input->old_symbols;
    for (size_t i = 0; i < old->section_count; i++) {
        if (strcmp(old->sections[i].name, name) == 0) {
            return &old->sections[i];
        }
    }
    return NULL;
}

static uint32_t overlap(const whittle_moved *part, const whittle_traced_segment *segment) {
    uint32_t first = segment->target > part->offset ? segment->target : part->offset;
    uint32_t end = segment->target + segment->size;
    end = end < end_of(part) ? end : end_of(part);
    return end > first ? end - first : 0;
}

static bool is_mostly_copied(const whittle_trace *trace, const whittle_moved *part) {
    uint32_t copied = 0;
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        bool along =
            segment->copied && (int64_t)segment->target - segment->source == part->distance;
        copied += along ? overlap(part, segment) : 0;
    }
    return copied >= part->size / 2;
}

static void list_sections(whittle_report *report) {
    const whittle_report_input *input = report->input;
    for (size_t i = 0; i < input->new_symbols->section_count; i++) {
        const whittle_symbol *new = &input->new_symbols->sections[i];
        const whittle_symbol *old = find_old_section(input, new->name);
        if (!old || old->offset == new->offset) {
            continue;
        }
        whittle_moved part = {.section = new->name,
                              .offset = new->offset,
                              .size = new->size,
                              .distance = (int64_t) new->offset - old->offset};
        if (is_mostly_copied(input->trace, &part)) {
            enter(report, &part);
        }
    }
}

/* ---- Stretches ---- */

static void end_stretch(whittle_report *report, whittle_moved *stretch) {
    if (stretch->distance != 0 && stretch->size >= STRETCH_MIN) {
        enter(report, stretch);
    }
    *stretch = (whittle_moved){.size = 0};
}

static void list_stretches(whittle_report *report) {
    const whittle_trace *trace = report->input->trace;
    whittle_moved stretch = {.size = 0};
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        int64_t distance = (int64_t)segment->target - segment->source;
        if (!segment->copied) {
            continue;
        }
        if (stretch.size > 0 && distance == stretch.distance) {
            stretch.size = segment->target + segment->size - stretch.offset;
        } else if (stretch.size == 0 || segment->size >= BREAK_MIN) {
            end_stretch(report, &stretch);
            stretch = (whittle_moved){
                .offset = segment->target, .size = segment->size, .distance = distance};
        }
    }
    end_stretch(report, &stretch);
}

/* ---- All ---- */

void report_list_moved(whittle_report *report) {
    const whittle_report_input *input = report->input;
    bool by_sections = input->old_symbols && input->old_symbols->section_count > 0 &&
                       input->new_symbols && input->new_symbols->section_count > 0;
    if (by_sections) {
        list_sections(report);
    } else {
        list_stretches(report);
    }
}
