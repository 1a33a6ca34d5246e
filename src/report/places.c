/* The costliest places: stretches of the image where costly bytes lie close together. */
#include <stdlib.h>
#include <string.h>

#include "report/steps.h"

/* A byte that costs so much is costly; costly bytes so near belong together. */
#define COSTLY WHITTLE_COST_BIT
enum { NEAR = 24 };

/* Keeps the costliest, in order. */
static void enter(whittle_report *report, const whittle_place *place) {
    size_t at = report->place_count;
    while (at > 0 && report->places[at - 1].cost < place->cost) {
        at--;
    }
    if (at == WHITTLE_PLACE_MAX) {
        return;
    }
    if (report->place_count < WHITTLE_PLACE_MAX) {
        report->place_count++;
    }
    size_t behind = report->place_count - 1 - at;
    memmove(&report->places[at + 1], &report->places[at], behind * sizeof *place);
    report->places[at] = *place;
}

/* Where things have names, no place is part of two of them. */
static bool is_same_thing(const whittle_report *report, uint32_t one, uint32_t other) {
    const whittle_item *a = &report->items[report->owners[one]];
    const whittle_item *b = &report->items[report->owners[other]];
    return a == b || (a->kind == WHITTLE_SYMBOL_RANGE && b->kind == WHITTLE_SYMBOL_RANGE);
}

/* Finds the end of the place that begins at start, and weighs it. */
static uint32_t measure(const whittle_report *report, uint32_t start, whittle_place *place) {
    const whittle_trace *trace = report->input->trace;
    uint32_t last = start;
    for (uint32_t at = start;
         at < trace->header.target_size && at - last <= NEAR && is_same_thing(report, start, at);
         at++) {
        last = trace->costs[at] >= COSTLY ? at : last;
    }
    *place = (whittle_place){
        .offset = start, .size = last + 1 - start, .item = &report->items[report->owners[start]]};
    for (uint32_t at = start; at <= last; at++) {
        place->cost += trace->costs[at];
        place->bytes[trace->origins[at]]++;
    }
    return last + 1;
}

/* Pieces that begin in a place, and what it costs to say where they come from. */
static void count_pieces(const whittle_trace *trace, whittle_place *place) {
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        if (segment->target >= place->offset && segment->target - place->offset < place->size) {
            place->placing += segment->placing;
            place->pieces++;
        }
    }
}

int report_list_places(whittle_report *report) {
    const whittle_trace *trace = report->input->trace;
    uint32_t at = 0;
    while (at < trace->header.target_size) {
        whittle_place place;
        if (trace->costs[at] < COSTLY) {
            at++;
            continue;
        }
        at = measure(report, at, &place);
        enter(report, &place);
    }
    for (size_t i = 0; i < report->place_count; i++) {
        count_pieces(trace, &report->places[i]);
        report_judge_place(report, &report->places[i]);
    }
    return WHITTLE_OK;
}
