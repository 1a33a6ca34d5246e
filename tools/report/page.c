/* The page of a report: tools/report/page.html, filled in. Numbers that people read are rounded;
 * data-value has them as they are. */
#include <stdlib.h>
#include <string.h>

#include "../common/files.h"
#include "../common/words.h"
#include "html.h"
#include "output.h"
#include "picture.h"
#include "symbol_name.h"
#include "templates.h"
#include "treemap.h"
#include "words.h"

/* Rows of the table; what is left is summed up in one. */
enum { ROWS_MAX = 200 };

typedef struct page {
    const report_view *view;
    const whittle_report *report;
    const whittle_trace *trace;
    picture cells;
    uint32_t *ranks; /* the numbers of items, costliest first */
} page;

static const page *page_of(const void *context) {
    return context;
}

static void write_embedded(FILE *stream, const embedded_file *embedded) {
    (void)fwrite(embedded->text, 1, embedded->size, stream);
}

/* ---- The head ---- */

static void write_title(FILE *stream, const void *context) {
    const page *of = page_of(context);
    html_text(stream, base_name(of->view->old_path));
    (void)fputs(" → ", stream);
    html_text(stream, base_name(of->view->new_path));
    (void)fputs(" · whittle report", stream);
}

static void write_heading(FILE *stream, const void *context) {
    const page *of = page_of(context);
    html_text(stream, base_name(of->view->old_path));
    (void)fputs(" <span class=\"arrow\">→</span> ", stream);
    html_text(stream, base_name(of->view->new_path));
}

static void write_lead(FILE *stream, const void *context) {
    const page *of = page_of(context);
    const whittle_header *header = &of->trace->header;
    char text[NUMBER_MAX];
    (void)fprintf(stream, "A patch of %s bytes ", grouped(header->total_size, text));
    if (header->flags & WHITTLE_FLAG_SOURCE) {
        (void)fprintf(stream, "takes a device from the old image, of %s bytes, ",
                      grouped(header->source_size, text));
        (void)fprintf(stream, "to the new one, of %s.", grouped(header->target_size, text));
    } else {
        (void)fprintf(stream,
                      "holds the whole new image, of %s bytes: a differential one would not be "
                      "smaller.",
                      grouped(header->target_size, text));
    }
}

static void write_figure(FILE *stream, const char *name, const char *value, const char *unit) {
    (void)fprintf(stream, "<div><dt>%s</dt><dd>%s <small>%s</small></dd></div>\n", name, value,
                  unit);
}

static void write_figures(FILE *stream, const void *context) {
    const page *of = page_of(context);
    const whittle_header *header = &of->trace->header;
    char text[NUMBER_MAX];
    char words[WORDS_MAX];
    write_figure(stream, "Patch", grouped(header->total_size, text), "bytes");
    if (header->target_size > 0) {
        write_figure(stream, "Of the new image",
                     percentage(header->total_size, header->target_size, words), "");
    }
    write_figure(stream, "RAM on the device", grouped(header->ram / 1024, text), "KiB");
    write_figure(stream, "Instruction set", isa_name(header->isa), "");
    write_figure(stream, "Work", grouped(of->view->decode_cost, text), "instructions a byte");
}

/* ---- Parts ---- */

/* The map has a class of its own: "map" is the picture. */
static const char *part_class(whittle_patch_part part) {
    return part == WHITTLE_PART_MAP ? "map-part" : part_name(part);
}

static void write_bar(FILE *stream, const void *context) {
    const page *of = page_of(context);
    for (whittle_patch_part part = 0; part < WHITTLE_PART_COUNT; part++) {
        int64_t cost = of->trace->parts[part];
        if (cost > 0) {
            (void)fprintf(stream, "<span class=\"%s\" style=\"flex:%.0f\"></span>",
                          part_class(part), bits_of(cost));
        }
    }
}

static void write_parts(FILE *stream, const void *context) {
    const page *of = page_of(context);
    double size = (double)(of->trace->header.total_size * WHITTLE_COST_BYTE);
    for (whittle_patch_part part = 0; part < WHITTLE_PART_COUNT; part++) {
        int64_t cost = of->trace->parts[part];
        char text[NUMBER_MAX];
        if (cost == 0) {
            continue;
        }
        (void)fprintf(stream,
                      "<tr><th scope=\"row\"><i class=\"%s\"></i>%s</th>"
                      "<td class=\"number\" data-value=\"%lld\">%s</td>"
                      "<td class=\"number\">%s%.1f %%</td><td class=\"wide\">%s</td></tr>\n",
                      part_class(part), part_in_words(part), (long long)cost,
                      cost_in_bytes(cost, text), cost < 0 ? "−" : "",
                      100 * (double)(cost < 0 ? -cost : cost) / size, part_explained(part));
    }
}

static void write_parts_total(FILE *stream, const void *context) {
    const page *of = page_of(context);
    char text[NUMBER_MAX];
    (void)fprintf(stream,
                  "<tr class=\"total\"><th scope=\"row\">Patch</th><td class=\"number\">%s.0</td>"
                  "<td class=\"number\">100.0 %%</td><td class=\"wide\"></td></tr>\n",
                  grouped(of->trace->header.total_size, text));
}

/* ---- The map ---- */

static void write_map_note(FILE *stream, const void *context) {
    const page *of = page_of(context);
    char cell_size[NUMBER_MAX];
    char row[NUMBER_MAX];
    (void)fprintf(stream,
                  "From the first byte, at the top left, to the last. Each cell is %s bytes, each "
                  "row %s. The colour tells where they came from, its strength what they cost.",
                  grouped(of->cells.cell_size, cell_size),
                  grouped((uint64_t)of->cells.cell_size * PICTURE_COLUMNS, row));
}

/* Costs of cells in hundredths of a bit; origins as letters; owners as runs. */
static void write_map_data(FILE *stream, const void *context) {
    static const char letters[WHITTLE_ORIGIN_COUNT] = {'c', 'p', 'r', 'i'};
    const page *of = page_of(context);
    const picture *cells = &of->cells;
    (void)fprintf(stream, "data-columns=\"%u\" data-cell-size=\"%u\" data-image-size=\"%lu\"\n",
                  (unsigned)PICTURE_COLUMNS, cells->cell_size,
                  (unsigned long)of->trace->header.target_size);
    (void)fputs("data-regions=\"", stream);
    for (unsigned i = 0; i < of->view->region_count; i++) {
        const whittle_region *region = &of->view->regions[i];
        (void)fprintf(stream, "%s%lu,%lu,%lu", i > 0 ? ";" : "", (unsigned long)region->offset,
                      (unsigned long)region->size, (unsigned long)region->address);
    }
    (void)fputs("\"\ndata-costs=\"", stream);
    for (uint32_t i = 0; i < cells->cell_count; i++) {
        (void)fprintf(stream, "%s%.0f", i > 0 ? "," : "",
                      100 * bits_of((int64_t)cells->cells[i].cost));
    }
    (void)fputs("\"\ndata-origins=\"", stream);
    for (uint32_t i = 0; i < cells->cell_count; i++) {
        (void)fputc(letters[cells->cells[i].origin], stream);
    }
    (void)fputs("\"\ndata-owners=\"", stream);
    for (uint32_t i = 0; i < cells->cell_count;) {
        uint32_t end = i + 1;
        while (end < cells->cell_count && cells->cells[end].owner == cells->cells[i].owner) {
            end++;
        }
        (void)fprintf(stream, "%s%lu", i > 0 ? "," : "", (unsigned long)cells->cells[i].owner);
        if (end - i > 1) {
            (void)fprintf(stream, "*%u", end - i);
        }
        i = end;
    }
    (void)fputc('"', stream);
}

static void write_map(FILE *stream, const void *context) {
    const page *of = page_of(context);
    (void)fprintf(stream,
                  "<svg class=\"cells\" viewBox=\"0 0 %u %u\" shape-rendering=\"crispEdges\" "
                  "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Map of the new image\">",
                  (unsigned)PICTURE_COLUMNS, of->cells.rows);
    picture_write_paths(&of->cells, stream);
    (void)fputs("</svg>", stream);
}

static void write_map_ends(FILE *stream, const void *context) {
    const page *of = page_of(context);
    uint32_t size = of->trace->header.target_size;
    char first[ADDRESS_TEXT_MAX];
    char last[ADDRESS_TEXT_MAX];
    if (size > 0) {
        (void)fprintf(stream, "%s to %s.", report_address(of->view, 0, first),
                      report_address(of->view, size - 1, last));
    }
}

/* ---- Changes ---- */

static void write_changes_note(FILE *stream, const void *context) {
    const page *of = page_of(context);
    (void)fputs(of->report->changes.by_symbols
                    ? "By the names in both images. Distances are in bytes, within the image."
                    : "By where copied pieces come from: to tell functions by their names, give "
                      "the ELF files of both versions.",
                stream);
}

static void write_sentence(void *context, const char *sentence) {
    FILE *stream = context;
    (void)fputs("<li>", stream);
    html_text(stream, sentence);
    (void)fputs("</li>\n", stream);
}

static void write_changes(FILE *stream, const void *context) {
    tell_changes(page_of(context)->report, write_sentence, stream);
}

/* ---- Addresses that could have stayed ---- */

static void write_kept_part(FILE *stream, const page *of, const kept_part *part) {
    const whittle_moved *moved = part->moved;
    char text[SENTENCE_MAX];
    char address[ADDRESS_TEXT_MAX];
    (void)fprintf(stream, "<li><p class=\"price\">%s<small>bytes less</small></p><h3>",
                  grouped((uint64_t)part->saving, text));
    if (moved->section) {
        (void)fputs("Section <span class=\"code\">", stream);
        html_text(stream, moved->section);
        (void)fputs("</span>", stream);
    } else {
        (void)fputs("A stretch of the image", stream);
    }
    (void)fprintf(stream, "</h3><p class=\"where\"><span class=\"code\">%s</span>, %s bytes</p>",
                  report_address(of->view, moved->offset, address), grouped(moved->size, text));
    (void)fputs("<p class=\"advice\">", stream);
    html_text(stream, kept_advice(part, text));
    (void)fputs("</p></li>\n", stream);
}

/* The whole section, if there is anything to tell. */
static void write_kept(FILE *stream, const void *context) {
    const page *of = page_of(context);
    const kept_parts *kept = of->view->kept;
    if (kept->count == 0 || !kept_part_pays(of->report, &kept->list[0])) {
        return;
    }
    (void)fputs("\n<section aria-labelledby=\"kept-title\">\n"
                "<h2 id=\"kept-title\">Addresses that could have stayed</h2>\n"
                "<p class=\"note\">Measured, by making the patch to an image that is the same but "
                "for this: one part of it kept its address.</p>\n"
                "<ol class=\"places\" id=\"kept\">\n",
                stream);
    for (size_t i = 0; i < kept->count && kept_part_pays(of->report, &kept->list[i]); i++) {
        write_kept_part(stream, of, &kept->list[i]);
    }
    (void)fputs("</ol>\n</section>\n", stream);
}

/* ---- Places ---- */

static void write_item_name(FILE *stream, const page *of, const whittle_item *item) {
    char text[ADDRESS_TEXT_MAX];
    char name[SYMBOL_NAME_MAX];
    if (item->kind == WHITTLE_SYMBOL_RANGE) {
        (void)fputs(report_address(of->view, item->offset, text), stream);
        return;
    }
    (void)fputs(item->kind == WHITTLE_SYMBOL_SECTION ? "the rest of " : "", stream);
    html_text(stream, symbol_name(item->name, name));
}

/* The name in an element; the linker's name, if it is another, shows when one points there. */
static void write_item_code(FILE *stream, const page *of, const whittle_item *item) {
    char name[SYMBOL_NAME_MAX];
    (void)fputs("<span class=\"code\"", stream);
    if (item->name && symbol_name_decoded(item->name, name)) {
        (void)fputs(" title=\"", stream);
        html_text(stream, item->name);
        (void)fputs("\"", stream);
    }
    (void)fputs(">", stream);
    write_item_name(stream, of, item);
    (void)fputs("</span>", stream);
}

static void write_places_note(FILE *stream, const void *context) {
    const page *of = page_of(context);
    uint64_t sum = 0;
    for (size_t i = 0; i < of->report->place_count; i++) {
        sum += of->report->places[i].cost;
    }
    if (sum == 0) {
        (void)fputs("<p class=\"note\">No place of the image takes more than a bit.</p>", stream);
        return;
    }
    char cost[NUMBER_MAX];
    (void)fprintf(stream, "<p class=\"note\">Together they take %s of the patch’s ",
                  cost_in_bytes((int64_t)sum, cost));
    (void)fprintf(stream, "%s bytes.</p>", grouped(of->trace->header.total_size, cost));
}

static void write_place(FILE *stream, const page *of, const whittle_place *place) {
    char text[SENTENCE_MAX];
    char address[ADDRESS_TEXT_MAX];
    (void)fprintf(stream, "<li><p class=\"price\">%s<small>bytes</small></p><h3>%s",
                  cost_in_bytes((int64_t)place->cost, text), finding_in_words(place->finding));
    if (place->item->kind != WHITTLE_SYMBOL_RANGE) {
        (void)fputs(": ", stream);
        write_item_code(stream, of, place->item);
    }
    (void)fprintf(stream, "</h3><p class=\"where\"><span class=\"code\">%s</span>, %s bytes",
                  report_address(of->view, place->offset, address), grouped(place->size, text));
    if (place->item->section) {
        (void)fputs(" in ", stream);
        html_text(stream, place->item->section);
    }
    if (place->item->unit) {
        (void)fputs(", ", stream);
        html_text(stream, place->item->unit);
    }
    (void)fputs("</p><p class=\"advice\">", stream);
    html_text(stream, place_advice(place, text));
    (void)fputs("</p></li>\n", stream);
}

static void write_places(FILE *stream, const void *context) {
    const page *of = page_of(context);
    for (size_t i = 0; i < of->report->place_count; i++) {
        write_place(stream, of, &of->report->places[i]);
    }
}

/* ---- Items ---- */

static bool has_names(const page *of) {
    return of->report->input->new_symbols != NULL;
}

static void write_items_title(FILE *stream, const void *context) {
    (void)fputs(has_names(page_of(context)) ? "Cost by function and object" : "Cost by address",
                stream);
}

static void write_items_second(FILE *stream, const void *context) {
    (void)fputs(has_names(page_of(context)) ? "Section" : "Offset", stream);
}

static void write_treemap(FILE *stream, const void *context) {
    const page *of = page_of(context);
    if (has_names(of)) {
        treemap_write(of->report, of->ranks, stream);
    }
}

static void write_mix(FILE *stream, const whittle_item *item) {
    (void)fputs("<td class=\"origins\"><span class=\"mix\" title=\"", stream);
    for (whittle_origin origin = 0; origin < WHITTLE_ORIGIN_COUNT; origin++) {
        (void)fprintf(stream, "%s%lu %s", origin > 0 ? ", " : "",
                      (unsigned long)item->bytes[origin], origin_in_words(origin));
    }
    (void)fputs("\">", stream);
    for (whittle_origin origin = 0; origin < WHITTLE_ORIGIN_COUNT; origin++) {
        if (item->bytes[origin] > 0) {
            (void)fprintf(stream, "<i class=\"%s\" style=\"flex:%lu\"></i>",
                          origin_in_words(origin), (unsigned long)item->bytes[origin]);
        }
    }
    (void)fputs("</span></td>", stream);
}

/* The last columns of a row. */
static void write_numbers(FILE *stream, const page *of, uint32_t size, uint64_t cost) {
    char text[NUMBER_MAX];
    double share = 100 * (double)cost / (double)(of->trace->header.total_size * WHITTLE_COST_BYTE);
    double per_byte = size > 0 ? bits_of((int64_t)cost) / size : 0;
    (void)fprintf(stream, "<td class=\"number\" data-value=\"%lu\">%s</td>", (unsigned long)size,
                  grouped(size, text));
    (void)fprintf(stream, "<td class=\"number\" data-value=\"%llu\">%s</td>",
                  (unsigned long long)cost, cost_in_bytes((int64_t)cost, text));
    (void)fprintf(stream, "<td class=\"number\" data-value=\"%.6f\">%.1f %%</td>", share, share);
    (void)fprintf(stream, "<td class=\"number\" data-value=\"%.6f\">%.2f</td>", per_byte, per_byte);
}

static void write_item(FILE *stream, const page *of, uint32_t number) {
    const whittle_item *item = &of->report->items[number];
    char text[ADDRESS_TEXT_MAX];
    (void)fprintf(stream, "<tr id=\"item-%lu\" data-name=\"", (unsigned long)number);
    write_item_name(stream, of, item);
    (void)fputs("\"><td data-value=\"", stream);
    write_item_name(stream, of, item);
    (void)fputs("\">", stream);
    write_item_code(stream, of, item);
    if (item->unit) {
        (void)fputs("<span class=\"unit\">", stream);
        html_text(stream, item->unit);
        (void)fputs("</span>", stream);
    }
    (void)fputs("</td><td class=\"section\">", stream);
    if (item->kind == WHITTLE_SYMBOL_RANGE) {
        (void)snprintf(text, sizeof text, "%lu", (unsigned long)item->offset);
    }
    html_text(stream, item->kind == WHITTLE_SYMBOL_RANGE ? text : item->section);
    (void)fputs("</td>", stream);
    write_numbers(stream, of, item->size, item->cost);
    write_mix(stream, item);
    (void)fputs("</tr>\n", stream);
}

static size_t row_count(const page *of) {
    return of->report->item_count < ROWS_MAX ? of->report->item_count : ROWS_MAX;
}

static void write_items(FILE *stream, const void *context) {
    const page *of = page_of(context);
    for (size_t i = 0; i < row_count(of); i++) {
        write_item(stream, of, of->ranks[i]);
    }
}

static void write_total_row(FILE *stream, const page *of, const char *class, const char *name,
                            uint32_t size, uint64_t cost) {
    (void)fprintf(stream, "<tr%s><td>%s</td><td class=\"section\"></td>", class, name);
    write_numbers(stream, of, size, cost);
    (void)fputs("<td></td></tr>\n", stream);
}

static void write_items_total(FILE *stream, const void *context) {
    const page *of = page_of(context);
    const whittle_header *header = &of->trace->header;
    uint64_t rest_cost = 0;
    uint64_t cost = 0;
    uint32_t rest_size = 0;
    char name[64];
    for (size_t i = 0; i < of->report->item_count; i++) {
        const whittle_item *item = &of->report->items[of->ranks[i]];
        cost += item->cost;
        rest_cost += i >= row_count(of) ? item->cost : 0;
        rest_size += i >= row_count(of) ? item->size : 0;
    }
    if (of->report->item_count > row_count(of)) {
        (void)snprintf(name, sizeof name, "%zu more", of->report->item_count - row_count(of));
        write_total_row(stream, of, "", name, rest_size, rest_cost);
    }
    uint64_t whole = header->total_size * WHITTLE_COST_BYTE;
    /* Rounding may take more than all of these add. */
    write_total_row(stream, of, "", "Header, address map, trailer", 0, whole - cost);
    write_total_row(stream, of, " class=\"total\"", "Patch", header->target_size, whole);
}

/* ---- The rest ---- */

static void write_footer(FILE *stream, const void *context) {
    (void)context;
    (void)fputs("Every figure was measured by decoding the patch and weighing each bit of it; none "
                "is an estimate but the instructions, which are for RV32. “Confirming” is what it "
                "takes to say that copied bytes are right.",
                stream);
}

static void write_style(FILE *stream, const void *context) {
    (void)context;
    write_embedded(stream, &template_style);
}

static void write_colours(FILE *stream, const void *context) {
    (void)context;
    write_embedded(stream, &template_colours);
}

static void write_script(FILE *stream, const void *context) {
    (void)context;
    write_embedded(stream, &template_script);
}

void report_write_page(const report_view *view, FILE *stream) {
    static const html_slot slots[] = {
        {"title", write_title},
        {"colours", write_colours},
        {"style", write_style},
        {"script", write_script},
        {"heading", write_heading},
        {"lead", write_lead},
        {"figures", write_figures},
        {"bar", write_bar},
        {"parts", write_parts},
        {"parts_total", write_parts_total},
        {"map_note", write_map_note},
        {"map_data", write_map_data},
        {"map", write_map},
        {"map_ends", write_map_ends},
        {"changes_note", write_changes_note},
        {"changes", write_changes},
        {"kept", write_kept},
        {"places_note", write_places_note},
        {"places", write_places},
        {"items_title", write_items_title},
        {"items_second", write_items_second},
        {"treemap", write_treemap},
        {"items", write_items},
        {"items_total", write_items_total},
        {"footer", write_footer},
    };
    page of = {.view = view, .report = view->report, .trace = view->report->input->trace};
    of.ranks = report_rank_items(of.report);
    if (picture_make(of.report, &of.cells) && of.ranks) {
        html_fill(stream, template_page.text, template_page.size, slots,
                  sizeof slots / sizeof *slots, &of);
    }
    picture_free(&of.cells);
    free(of.ranks);
}
