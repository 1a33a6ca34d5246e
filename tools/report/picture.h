/* The map of an image as a grid of cells, in rows from the first byte to the last. */
#ifndef TOOLS_REPORT_PICTURE_H
#define TOOLS_REPORT_PICTURE_H

#include <stdint.h>
#include <stdio.h>

#include "output.h"

#define PICTURE_COLUMNS 128

/* How costly a cell is: bits a byte, up to a quarter, one, four, and beyond. */
#define PICTURE_LEVELS 4

typedef struct cell {
    uint64_t cost;
    uint32_t owner; /* the item with the costliest byte */
    whittle_origin origin;
    unsigned level; /* 0 to PICTURE_LEVELS - 1 */
} cell;

typedef struct picture {
    cell *cells;
    uint32_t cell_count;
    uint32_t cell_size; /* bytes of each but the last: a power of two */
    uint32_t rows;
} picture;

/* Makes the cells; false without memory. Pair with picture_free. */
bool picture_make(const whittle_report *report, picture *made);
void picture_free(picture *made);

/* Writes the cells as paths of an SVG, one unit a cell. Their classes are the origin's name and its
 * level, as "inserted level3". */
void picture_write_paths(const picture *of, FILE *stream);

#endif
