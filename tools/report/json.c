/* A report as JSON. Costs are in bits, with three digits behind the point; those of the parts add
 * up to eight times the size of the patch. */
#include <stdlib.h>

#include "../common/json.h"
#include "../common/words.h"
#include "info_costs.h"
#include "output.h"
#include "symbol_name.h"
#include "words.h"

enum { DIGITS = 3 };

static void write_cost(json *out, const char *name, uint64_t cost) {
    json_decimal(out, name, bits_of((int64_t)cost), DIGITS);
}

static void write_origins(json *out, const uint32_t *bytes) {
    json_object_start(out, "bytes");
    for (whittle_origin origin = 0; origin < WHITTLE_ORIGIN_COUNT; origin++) {
        json_number(out, origin_in_words(origin), bytes[origin]);
    }
    json_object_end(out);
}

static void write_address(json *out, const report_view *view, uint32_t offset) {
    char text[ADDRESS_TEXT_MAX];
    json_number(out, "offset", offset);
    json_text(out, "address", report_address(view, offset, text));
}

/* As the linker has it, and as people write it where that is another name. */
static void write_name(json *out, const char *name) {
    char text[SYMBOL_NAME_MAX];
    json_text(out, "name", name);
    json_text(out, "decoded_name", name ? symbol_name_decoded(name, text) : NULL);
}

static void write_item(json *out, const report_view *view, const whittle_item *item) {
    json_object_start(out, NULL);
    json_text(out, "kind", kind_in_words(item->kind));
    write_name(out, item->name);
    json_text(out, "section", item->section);
    json_text(out, "unit", item->unit);
    write_address(out, view, item->offset);
    json_number(out, "size", item->size);
    write_cost(out, "bits", item->cost);
    write_origins(out, item->bytes);
    json_object_end(out);
}

static void write_items(json *out, const report_view *view) {
    const whittle_report *report = view->report;
    uint32_t *ranks = report_rank_items(report);
    json_array_start(out, "items");
    for (size_t i = 0; ranks && i < report->item_count; i++) {
        write_item(out, view, &report->items[ranks[i]]);
    }
    json_array_end(out);
    free(ranks);
}

static void write_places(json *out, const report_view *view) {
    const whittle_report *report = view->report;
    json_array_start(out, "places");
    for (size_t i = 0; i < report->place_count; i++) {
        const whittle_place *place = &report->places[i];
        char text[SENTENCE_MAX];
        json_object_start(out, NULL);
        write_address(out, view, place->offset);
        json_number(out, "size", place->size);
        write_cost(out, "bits", place->cost);
        write_name(out, place->item->name);
        json_text(out, "finding", finding_name(place->finding));
        json_text(out, "advice", place_advice(place, text));
        write_origins(out, place->bytes);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_moved(json *out, const report_view *view) {
    json_array_start(out, "kept_addresses");
    for (size_t i = 0; i < view->kept->count; i++) {
        const kept_part *part = &view->kept->list[i];
        char text[SENTENCE_MAX];
        bool pays = kept_part_pays(view->report, part);
        json_object_start(out, NULL);
        json_text(out, "section", part->moved->section);
        write_address(out, view, part->moved->offset);
        json_number(out, "size", part->moved->size);
        json_decimal(out, "distance", (double)part->moved->distance, 0);
        json_number(out, "references", part->references);
        json_decimal(out, "saving", (double)part->saving, 0);
        json_text(out, "advice", pays ? kept_advice(part, text) : NULL);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_sentence(void *context, const char *sentence) {
    json_text(context, NULL, sentence);
}

static void write_changes(json *out, const whittle_report *report) {
    const whittle_changes *changes = &report->changes;
    json_object_start(out, "changes");
    json_bool(out, "by_symbols", changes->by_symbols);
    json_array_start(out, "moves");
    for (size_t i = 0; i < changes->move_count; i++) {
        const whittle_move *move = &changes->moves[i];
        json_object_start(out, NULL);
        json_decimal(out, "distance", (double)move->distance, 0);
        json_number(out, "functions", move->functions);
        json_number(out, "objects", move->objects);
        json_number(out, "bytes", move->bytes);
        json_object_end(out);
    }
    json_array_end(out);
    json_array_start(out, "sentences");
    tell_changes(report, write_sentence, out);
    json_array_end(out);
    json_object_end(out);
}

void report_write_json(const report_view *view, FILE *stream) {
    const whittle_trace *trace = view->report->input->trace;
    const whittle_header *header = &trace->header;
    json out;
    json_start(&out, stream);
    json_text(&out, "old", view->old_path);
    json_text(&out, "new", view->new_path);
    json_number(&out, "patch_size", header->total_size);
    json_number(&out, "source_size", header->source_size);
    json_number(&out, "target_size", header->target_size);
    json_bool(&out, "self_contained", !(header->flags & WHITTLE_FLAG_SOURCE));
    json_number(&out, "ram", header->ram);
    json_text(&out, "isa", isa_name(header->isa));
    json_number(&out, "instructions_per_byte", view->decode_cost);
    write_costs(&out, trace);
    write_changes(&out, view->report);
    write_moved(&out, view);
    write_places(&out, view);
    write_items(&out, view);
    write_segments(&out, trace);
    json_finish(&out);
}
