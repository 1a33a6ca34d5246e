/* What `whittle info` tells of a patch beyond its header: what its bytes are for, and its segments.
 */
#ifndef TOOLS_REPORT_INFO_COSTS_H
#define TOOLS_REPORT_INFO_COSTS_H

#include "../common/json.h"
#include "whittle/trace.h"

void print_costs(const whittle_trace *trace);
void print_segments(const whittle_trace *trace);

/* The same as members of a JSON object: costs are in bits. */
void write_costs(json *out, const whittle_trace *trace);
void write_segments(json *out, const whittle_trace *trace);

#endif
