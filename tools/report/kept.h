/* What the patch would be if parts of the image that moved had kept their addresses: measured, by
 * making it. */
#ifndef TOOLS_REPORT_KEPT_H
#define TOOLS_REPORT_KEPT_H

#include "whittle/encoder.h"
#include "whittle/report.h"

/* So many parts are measured, those whose references cost most: each takes as long as the patch. */
enum { KEPT_MAX = 3 };

typedef struct kept_part {
    const whittle_moved *moved;
    uint32_t references; /* that would be what they were in the old image; at least 1 */
    int64_t saving;      /* bytes by which the patch would be smaller; may be below 0 */
} kept_part;

typedef struct kept_parts {
    kept_part list[KEPT_MAX]; /* by saving, most first */
    size_t count;
} kept_parts;

/* regions: the patch's, the source's first; options: those that the patch was made with. Returns 0
 * or a whittle_error. */
int kept_parts_measure(const whittle_report *report, const whittle_region *regions,
                       const whittle_encoder_options *options, kept_parts *made);

/* Whether the saving is large enough to tell anybody: small ones are the chance of another patch.
 */
bool kept_part_pays(const whittle_report *report, const kept_part *part);

#endif
