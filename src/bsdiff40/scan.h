/* The first parse, in the spirit of bsdiff: a quick scan that knows no costs. */
#ifndef WHITTLE_BSDIFF40_SCAN_H
#define WHITTLE_BSDIFF40_SCAN_H

#include "bsdiff40/candidates.h"
#include "bsdiff40/segments.h"
#include "encoder/matches.h"

/* Parses the target; the source is in the index. Appends to segments, and to diagonals those of
 * all matches that it meets, for others to choose better. */
int bsdiff40_scan(const bsdiff40_images *images, const match_index *index,
                  bsdiff40_segments *segments, candidates *diagonals);

#endif
