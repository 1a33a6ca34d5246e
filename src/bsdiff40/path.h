/* The cheapest parse among candidates, at given costs. */
#ifndef WHITTLE_BSDIFF40_PATH_H
#define WHITTLE_BSDIFF40_PATH_H

#include "bsdiff40/candidates.h"
#include "bsdiff40/costs.h"
#include "bsdiff40/segments.h"

/* Appends to segments. */
int bsdiff40_find_path(const bsdiff40_images *images, const candidates *diagonals,
                       const bsdiff40_costs *costs, bsdiff40_segments *segments);

#endif
