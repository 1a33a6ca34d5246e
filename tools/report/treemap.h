/* The treemap of a report: areas are costs. */
#ifndef TOOLS_REPORT_TREEMAP_H
#define TOOLS_REPORT_TREEMAP_H

#include <stdint.h>
#include <stdio.h>

#include "whittle/report.h"

/* Writes a treemap of the costliest items, whose numbers come in the order of ranks. */
void treemap_write(const whittle_report *report, const uint32_t *ranks, FILE *stream);

#endif
