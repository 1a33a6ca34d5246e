/* The forms in which a report is given: a page, JSON, and a picture. */
#ifndef TOOLS_REPORT_OUTPUT_H
#define TOOLS_REPORT_OUTPUT_H

#include <stdio.h>

#include "kept.h"
#include "whittle/report.h"

/* A report, and what it does not know about itself. */
typedef struct report_view {
    const whittle_report *report;
    const kept_parts *kept;
    const char *old_path;
    const char *new_path;
    uint32_t decode_cost;          /* instructions of the decoder per byte, estimated */
    const whittle_region *regions; /* where the new image runs; region_count may be 0 */
    unsigned region_count;
} report_view;

/* A page of its own: HTML with everything that it needs. */
void report_write_page(const report_view *view, FILE *stream);

/* All numbers of the report as one JSON document. */
void report_write_json(const report_view *view, FILE *stream);

/* The map of the new image as an SVG file. */
void report_write_picture(const report_view *view, FILE *stream);

/* ---- What these share ---- */

/* The bytes of the patch. */
static inline uint32_t report_patch_size(const report_view *view) {
    return view->report->input->trace->header.total_size;
}

#define ADDRESS_TEXT_MAX 24

/* Where an offset of the new image runs, "0x08004000", or the offset itself, "+1234". */
const char *report_address(const report_view *view, uint32_t offset, char text[ADDRESS_TEXT_MAX]);

/* The numbers of all items, costliest first; freed by the caller. NULL without memory. */
uint32_t *report_rank_items(const whittle_report *report);

#endif
