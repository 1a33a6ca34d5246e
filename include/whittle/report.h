/* What a patch costs, where, and why: the trace of a patch, summed up for people. Host only.
 *
 * Everything in a report was measured on the patch at hand. It is told in numbers and enums here;
 * the words are the tools'.
 */
#ifndef WHITTLE_REPORT_H
#define WHITTLE_REPORT_H

#include "whittle/symbols.h"
#include "whittle/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Items: the image, piece by piece ---- */

/* A function, an object, what is left of a section, or a range of addresses. */
typedef struct whittle_item {
    uint32_t offset; /* where it begins */
    uint32_t size;   /* bytes; those of a rest are not all in one place */
    whittle_symbol_kind kind;
    const char *name;                     /* NULL for a RANGE */
    const char *section;                  /* NULL: not known */
    const char *unit;                     /* NULL: not known */
    uint32_t bytes[WHITTLE_ORIGIN_COUNT]; /* where its bytes come from */
    uint64_t cost;
} whittle_item;

/* ---- Changes: what happened from the old image to the new one ---- */

#define WHITTLE_MOVE_MAX 8

/* Things that moved by the same distance. */
typedef struct whittle_move {
    int64_t distance; /* bytes; 0: they stayed */
    size_t functions; /* with symbols of both images */
    size_t objects;
    uint64_t bytes; /* of these, or of copies */
} whittle_move;

typedef struct whittle_resized {
    const whittle_symbol *symbol; /* the new one */
    uint32_t old_size;
} whittle_resized;

typedef struct whittle_changes {
    bool by_symbols;                      /* symbols of both images were there */
    whittle_move moves[WHITTLE_MOVE_MAX]; /* the largest, largest first */
    size_t move_count;
    size_t other_moves; /* distances beyond these */
    whittle_move other; /* and what moved by them, in all */
    /* Functions in both images: the same bytes; but for predicted addresses; or really changed. */
    size_t functions_same;
    size_t functions_readdressed;
    size_t functions_changed;
    const whittle_symbol **added; /* functions and objects, largest first */
    size_t added_count;
    const whittle_symbol **removed; /* the same, of the old image */
    size_t removed_count;
    whittle_resized *resized; /* by how much, most first */
    size_t resized_count;
    /* Bytes of the new image, by origin, and of the old one that are no longer used. */
    uint64_t bytes[WHITTLE_ORIGIN_COUNT];
    uint64_t cost[WHITTLE_ORIGIN_COUNT];
    uint64_t dropped;
    size_t insertions; /* pieces that were inserted */
    size_t copies;     /* pieces that were copied */
} whittle_changes;

/* ---- Moved parts ---- */

#define WHITTLE_MOVED_MAX 8

/* A section, or a stretch of the image, that is mostly the same at another place. */
typedef struct whittle_moved {
    const char *section; /* NULL: a stretch */
    uint32_t offset;     /* in the new image */
    uint32_t size;       /* bytes */
    int64_t distance;    /* bytes, never 0 */
} whittle_moved;

/* ---- Places: where the patch is costliest ---- */

#define WHITTLE_PLACE_MAX       10
#define WHITTLE_PLACE_TEXT_SIZE 56

/* What a place shows, by its bytes and costs. */
typedef enum whittle_finding {
    WHITTLE_FINDING_DATE,     /* a date or time, as builds put it there */
    WHITTLE_FINDING_VERSION,  /* a version or commit */
    WHITTLE_FINDING_PATH,     /* the path of a file, as assertions put it there */
    WHITTLE_FINDING_TEXT,     /* other text */
    WHITTLE_FINDING_DENSE,    /* bytes without any pattern: compressed, encrypted, random */
    WHITTLE_FINDING_POINTERS, /* words that look like addresses */
    WHITTLE_FINDING_NEW,      /* a function or object that was not there */
    WHITTLE_FINDING_ORDER,    /* small pieces from many places */
    WHITTLE_FINDING_GREW,     /* a function or object that grew */
    WHITTLE_FINDING_CHANGED,  /* bytes changed in place */
    WHITTLE_FINDING_INSERTED, /* bytes that are new */
    WHITTLE_FINDING_COUNT,
} whittle_finding;

typedef struct whittle_place {
    uint32_t offset; /* in the new image */
    uint32_t size;   /* bytes */
    uint64_t cost;
    uint64_t placing; /* what of it says where pieces come from */
    uint32_t pieces;  /* that begin in it */
    uint32_t bytes[WHITTLE_ORIGIN_COUNT];
    const whittle_item *item; /* where most of it lies */
    whittle_finding finding;
    char text[WHITTLE_PLACE_TEXT_SIZE]; /* DATE to TEXT: what stands there; printable */
    uint32_t words;                     /* POINTERS: how many */
    uint32_t example;                   /* POINTERS: one of them */
    uint32_t old_size;                  /* GREW */
} whittle_place;

/* ---- The report ---- */

/* What a report is made of; all of it must stay as long as the report is used. */
typedef struct whittle_report_input {
    const whittle_trace *trace;
    const uint8_t *source;
    size_t source_size;
    const whittle_symbols *old_symbols; /* or NULL */
    const whittle_symbols *new_symbols; /* or NULL */
} whittle_report_input;

typedef struct whittle_report {
    const whittle_report_input *input;
    whittle_item *items;
    size_t item_count;
    const whittle_symbol **pairs; /* for each new symbol the old one, or NULL; NULL: not known */
    uint32_t *owners; /* for each byte of the image, the number of the item that it belongs to */
    whittle_changes changes;
    whittle_moved moved[WHITTLE_MOVED_MAX]; /* largest first */
    size_t moved_count;
    whittle_place places[WHITTLE_PLACE_MAX]; /* costliest first */
    size_t place_count;
} whittle_report;

/* Sums a trace up. Returns 0 or WHITTLE_ERROR_MEMORY. Pair with whittle_report_free. */
int whittle_report_make(const whittle_report_input *input, whittle_report *report);
void whittle_report_free(whittle_report *report);

#ifdef __cplusplus
}
#endif

#endif
