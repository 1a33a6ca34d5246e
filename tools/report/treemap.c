/* A squarified treemap (Bruls, Huizing, van Wijk, 2000): items are laid in rows along the shorter
 * side of what is left, and a row is closed when one more item would make its tiles less square.
 * Lengths are parts of a thousand of the width; the page stretches them. */
#include "treemap.h"

#include "html.h"
#include "symbol_name.h"
#include "words.h"

enum { TILES_MAX = 48, WIDTH = 1000, HEIGHT = 360 };

typedef struct box {
    double x;
    double y;
    double width;
    double height;
} box;

typedef struct tile {
    const whittle_item *item; /* NULL: all that have no tile of their own */
    uint32_t number;
    double area;
} tile;

static double shorter_side(const box *of) {
    return of->width < of->height ? of->width : of->height;
}

/* The worst ratio of sides in a row along a side of that length. */
static double worst(const tile *row, size_t count, double sum, double side) {
    double found = 0;
    double thickness = sum / side;
    for (size_t i = 0; i < count; i++) {
        double length = row[i].area / thickness;
        double ratio = length > thickness ? length / thickness : thickness / length;
        found = ratio > found ? ratio : found;
    }
    return found;
}

static whittle_origin main_origin(const whittle_item *item) {
    whittle_origin found = WHITTLE_ORIGIN_COPIED;
    for (whittle_origin origin = 1; origin < WHITTLE_ORIGIN_COUNT; origin++) {
        /* A byte that is spelled out costs far more than any other. */
        uint32_t bytes = item->bytes[origin];
        bool spelled = origin >= WHITTLE_ORIGIN_CORRECTED;
        bool more = found == WHITTLE_ORIGIN_COPIED || bytes > item->bytes[found];
        found =
            bytes > 0 && (more || (spelled && found < WHITTLE_ORIGIN_CORRECTED)) ? origin : found;
    }
    return found;
}

static void write_tile(const tile *of, const box *at, FILE *stream) {
    char cost[NUMBER_MAX];
    char name[SYMBOL_NAME_MAX];
    double scale = (double)WHITTLE_COST_BYTE;
    (void)fprintf(stream,
                  "<a tabindex=\"-1\" class=\"%s\" style=\"left:%.2f%%;top:%.2f%%;width:%.2f%%;"
                  "height:%.2f%%\"",
                  of->item ? origin_in_words(main_origin(of->item)) : "shade", 100 * at->x / WIDTH,
                  100 * at->y / HEIGHT, 100 * at->width / WIDTH, 100 * at->height / HEIGHT);
    if (of->item) {
        (void)fprintf(stream, " href=\"#item-%lu\" title=\"", (unsigned long)of->number);
        html_text(stream, of->item->name ? symbol_name(of->item->name, name) : "");
        (void)fprintf(stream, ": %s bytes\"", cost_in_bytes((int64_t)of->item->cost, cost));
        scale = (double)of->item->cost / scale;
    }
    (void)fputs(">", stream);
    if (at->width > 55 && at->height > 22) { /* else no name would fit */
        (void)fputs("<span>", stream);
        html_text(stream,
                  of->item && of->item->name ? symbol_name(of->item->name, name) : "the rest");
        if (of->item && at->height > 60) {
            (void)fprintf(stream, "<br>%.0f", scale);
        }
        (void)fputs("</span>", stream);
    }
    (void)fputs("</a>\n", stream);
}

/* Lays a row along the shorter side, and takes it off what is left. */
static void write_row(const tile *row, size_t count, double sum, box *left, FILE *stream) {
    bool upright = left->width >= left->height; /* the row is a column at the left */
    double thickness = sum / shorter_side(left);
    double along = 0;
    for (size_t i = 0; i < count; i++) {
        double length = row[i].area / thickness;
        box at = upright ? (box){left->x, left->y + along, thickness, length}
                         : (box){left->x + along, left->y, length, thickness};
        write_tile(&row[i], &at, stream);
        along += length;
    }
    if (upright) {
        left->x += thickness;
        left->width -= thickness;
    } else {
        left->y += thickness;
        left->height -= thickness;
    }
}

static void write_tiles(const tile *tiles, size_t count, FILE *stream) {
    box left = {0, 0, WIDTH, HEIGHT};
    for (size_t first = 0; first < count;) {
        double side = shorter_side(&left);
        double sum = tiles[first].area;
        size_t end = first + 1;
        while (end < count && worst(tiles + first, end + 1 - first, sum + tiles[end].area, side) <=
                                  worst(tiles + first, end - first, sum, side)) {
            sum += tiles[end++].area;
        }
        write_row(tiles + first, end - first, sum, &left, stream);
        first = end;
    }
}

void treemap_write(const whittle_report *report, const uint32_t *ranks, FILE *stream) {
    tile tiles[TILES_MAX + 1];
    size_t count = 0;
    uint64_t whole = 0;
    uint64_t shown = 0;
    for (size_t i = 0; i < report->item_count; i++) {
        whole += report->items[i].cost;
    }
    for (size_t i = 0; i < report->item_count && count < TILES_MAX; i++) {
        const whittle_item *item = &report->items[ranks[i]];
        if (item->cost * 400 < whole || item->cost == 0) {
            break; /* too small to be seen */
        }
        tiles[count++] =
            (tile){item, ranks[i], (double)item->cost / (double)whole * WIDTH * HEIGHT};
        shown += item->cost;
    }
    if (count == 0) {
        return;
    }
    if (shown < whole) {
        tile rest = {.area = (double)(whole - shown) / (double)whole * WIDTH * HEIGHT};
        size_t at = count++;
        for (; at > 0 && tiles[at - 1].area < rest.area; at--) {
            tiles[at] = tiles[at - 1];
        }
        tiles[at] = rest;
    }
    (void)fputs("<div class=\"treemap\" aria-hidden=\"true\">\n", stream);
    write_tiles(tiles, count, stream);
    (void)fputs("</div>\n", stream);
}
