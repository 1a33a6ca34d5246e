/* Costs and segments, in words and as JSON. */
#include "info_costs.h"

#include <stdio.h>

#include "words.h"

enum { DIGITS = 3 };

/* ---- In words ---- */

void print_costs(const whittle_trace *trace) {
    double size = (double)trace->header.total_size * 8;
    (void)printf("\n%-20s%12s%9s\n", "where its bytes go", "bytes", "share");
    for (whittle_patch_part part = 0; part < WHITTLE_PART_COUNT; part++) {
        double cost = bits_of(trace->parts[part]);
        if (trace->parts[part] != 0) {
            (void)printf("%-20s%12.1f%7.1f %%\n", part_in_words(part), cost / 8, 100 * cost / size);
        }
    }
}

void print_segments(const whittle_trace *trace) {
    (void)printf("\n%10s%10s  %-10s%10s%12s\n", "offset", "size", "segment", "from", "bytes");
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        (void)printf("%10lu%10lu  %-10s", (unsigned long)segment->target,
                     (unsigned long)segment->size, segment->copied ? "copied" : "inserted");
        if (segment->copied) {
            (void)printf("%10lu", (unsigned long)segment->source);
        } else {
            (void)printf("%10s", "");
        }
        (void)printf("%12.1f\n", bits_of((int64_t)segment->cost) / 8);
    }
}

/* ---- As JSON ---- */

void write_costs(json *out, const whittle_trace *trace) {
    json_object_start(out, "parts");
    for (whittle_patch_part part = 0; part < WHITTLE_PART_COUNT; part++) {
        json_decimal(out, part_name(part), bits_of(trace->parts[part]), DIGITS);
    }
    json_object_end(out);
}

void write_segments(json *out, const whittle_trace *trace) {
    json_array_start(out, "segments");
    for (size_t i = 0; i < trace->segment_count; i++) {
        const whittle_traced_segment *segment = &trace->segments[i];
        json_object_start(out, NULL);
        json_text(out, "kind", segment->copied ? "copied" : "inserted");
        json_number(out, "offset", segment->target);
        json_number(out, "size", segment->size);
        if (segment->copied) {
            json_number(out, "source", segment->source);
        }
        json_decimal(out, "bits", bits_of((int64_t)segment->cost), DIGITS);
        json_object_end(out);
    }
    json_array_end(out);
}
