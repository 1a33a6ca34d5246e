/* Diagonals: a copy from source offset s to target offset t lies on the diagonal s - t, and stays
 * on it as long as it lasts. Candidates are diagonals worth a thought, and where in the target. */
#ifndef WHITTLE_BSDIFF40_CANDIDATES_H
#define WHITTLE_BSDIFF40_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

typedef struct candidate {
    uint32_t start;   /* target offset from which the diagonal may be copied from */
    uint32_t end;     /* target offset up to which it is worth following in any case */
    int32_t diagonal; /* source offset minus target offset */
} candidate;

/* Zero-initialise it; candidates_free releases it. */
typedef struct candidates {
    candidate *items;
    size_t count;
    size_t capacity;
} candidates;

/* Notes that target bytes from begin to end match the source from that offset on, or nearly so. */
int candidates_add(candidates *list, size_t begin, size_t end, size_t source);

/* Sorts them by start: to be called once all are there. */
void candidates_sort(candidates *list);

void candidates_free(candidates *list);

#endif
