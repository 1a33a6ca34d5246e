/* The map of the image. A cell shows the origin on which most was spent, or, where next to nothing
 * was, that of most of its bytes that are not copies. */
#include "picture.h"

#include <stdlib.h>

#include "html.h"
#include "templates.h"
#include "words.h"

enum { CELL_SIZE_MIN = 4, ROWS_MAX = 64 };

/* ---- Cells ---- */

static unsigned level_of(uint64_t cost, uint32_t size) {
    uint64_t quarter = size * (WHITTLE_COST_BIT / 4);
    return cost < quarter ? 0 : cost < quarter * 4 ? 1 : cost < quarter * 16 ? 2 : 3;
}

static whittle_origin origin_of(const uint64_t *costs, const uint32_t *bytes) {
    whittle_origin found = WHITTLE_ORIGIN_COPIED;
    for (whittle_origin origin = WHITTLE_ORIGIN_PREDICTED; origin < WHITTLE_ORIGIN_COUNT;
         origin++) {
        bool more = found == WHITTLE_ORIGIN_COPIED || costs[origin] > costs[found];
        if (bytes[origin] > 0 && more) {
            found = origin;
        }
    }
    return found;
}

static void fill_cell(const whittle_report *report, uint32_t start, uint32_t size, cell *into) {
    const whittle_trace *trace = report->input->trace;
    uint64_t costs[WHITTLE_ORIGIN_COUNT] = {0};
    uint32_t bytes[WHITTLE_ORIGIN_COUNT] = {0};
    uint64_t most = 0;
    *into = (cell){.owner = report->owners[start]};
    for (uint32_t at = start; at < start + size; at++) {
        costs[trace->origins[at]] += trace->costs[at];
        bytes[trace->origins[at]]++;
        into->cost += trace->costs[at];
        if (trace->costs[at] > most) {
            most = trace->costs[at];
            into->owner = report->owners[at];
        }
    }
    into->origin = origin_of(costs, bytes);
    into->level = level_of(into->cost, size);
}

bool picture_make(const whittle_report *report, picture *made) {
    uint32_t size = report->input->trace->header.target_size;
    uint32_t cell_size = CELL_SIZE_MIN;
    while (size / cell_size >= PICTURE_COLUMNS * ROWS_MAX) {
        cell_size *= 2;
    }
    *made = (picture){.cell_size = cell_size, .cell_count = (size + cell_size - 1) / cell_size};
    made->rows = (made->cell_count + PICTURE_COLUMNS - 1) / PICTURE_COLUMNS;
    made->cells = calloc((size_t)made->cell_count + 1, sizeof *made->cells);
    for (uint32_t i = 0; made->cells && i < made->cell_count; i++) {
        uint32_t start = i * cell_size;
        fill_cell(report, start, size - start < cell_size ? size - start : cell_size,
                  &made->cells[i]);
    }
    return made->cells != NULL;
}

void picture_free(picture *made) {
    free(made->cells);
    made->cells = NULL;
}

/* ---- Paths ---- */

static bool is_alike(const cell *one, whittle_origin origin, unsigned level) {
    return one->origin == origin && one->level == level;
}

/* All runs of cells that look so. */
static void write_path(const picture *of, whittle_origin origin, unsigned level, FILE *stream) {
    bool begun = false;
    for (uint32_t i = 0; i < of->cell_count;) {
        uint32_t end = i;
        uint32_t row_end = (i / PICTURE_COLUMNS + 1) * PICTURE_COLUMNS;
        while (end < of->cell_count && end < row_end && is_alike(&of->cells[end], origin, level)) {
            end++;
        }
        if (end == i) {
            i++;
            continue;
        }
        if (!begun) {
            (void)fprintf(stream, "<path class=\"%s level%u\" d=\"", origin_in_words(origin),
                          level);
            begun = true;
        }
        (void)fprintf(stream, "M%u %uh%uv1h-%uz", i % PICTURE_COLUMNS, i / PICTURE_COLUMNS, end - i,
                      end - i);
        i = end;
    }
    if (begun) {
        (void)fputs("\"/>\n", stream);
    }
}

void picture_write_paths(const picture *of, FILE *stream) {
    for (whittle_origin origin = 0; origin < WHITTLE_ORIGIN_COUNT; origin++) {
        for (unsigned level = 0; level < PICTURE_LEVELS; level++) {
            write_path(of, origin, level, stream);
        }
    }
}

/* ---- The file ---- */

typedef struct picture_file {
    const report_view *view;
    const picture *cells;
} picture_file;

static void write_style(FILE *stream, const void *context) {
    (void)context;
    (void)fwrite(template_colours.text, 1, template_colours.size, stream);
}

static void write_title(FILE *stream, const void *context) {
    const picture_file *of = context;
    char size[NUMBER_MAX];
    html_text(stream, of->view->new_path);
    (void)fprintf(stream, ": a patch of %s bytes from ",
                  grouped(report_patch_size(of->view), size));
    html_text(stream, of->view->old_path);
}

static void write_rows(FILE *stream, const void *context) {
    const picture_file *of = context;
    (void)fprintf(stream, "%u", of->cells->rows);
}

static void write_height(FILE *stream, const void *context) {
    const picture_file *of = context;
    (void)fprintf(stream, "%u", of->cells->rows * 8);
}

static void write_cells(FILE *stream, const void *context) {
    const picture_file *of = context;
    picture_write_paths(of->cells, stream);
}

void report_write_picture(const report_view *view, FILE *stream) {
    static const html_slot slots[] = {
        {"style", write_style}, {"title", write_title},   {"rows", write_rows},
        {"cells", write_cells}, {"height", write_height},
    };
    picture cells;
    if (picture_make(view->report, &cells)) {
        const picture_file of = {view, &cells};
        html_fill(stream, template_picture.text, template_picture.size, slots,
                  sizeof slots / sizeof *slots, &of);
    }
    picture_free(&cells);
}
