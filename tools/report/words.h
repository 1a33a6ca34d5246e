/* What a report says in words: the same sentences for every form of it. */
#ifndef TOOLS_REPORT_WORDS_H
#define TOOLS_REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kept.h"
#include "whittle/report.h"

/* Room for any sentence that is made here. */
#define SENTENCE_MAX 640

/* Room for a number with its separators. */
#define NUMBER_MAX 40

/* "1,460,144". */
const char *grouped(uint64_t number, char text[NUMBER_MAX]);

/* A cost as a number of bits. */
double bits_of(int64_t cost);

/* A cost in bytes with one digit behind the point: "1,234.5". */
const char *cost_in_bytes(int64_t cost, char text[NUMBER_MAX]);

/* Names for the eye, and for JSON. */
const char *origin_in_words(whittle_origin origin);
const char *part_in_words(whittle_patch_part part);
const char *part_name(whittle_patch_part part);
const char *part_explained(whittle_patch_part part);
const char *kind_in_words(whittle_symbol_kind kind);
const char *finding_name(whittle_finding finding);
const char *finding_in_words(whittle_finding finding);

/* Tells a sentence; it is gone when the call returns. */
typedef void sentence_teller(void *context, const char *sentence);

/* What changed from the old image to the new one. */
void tell_changes(const whittle_report *report, sentence_teller *tell, void *context);

/* What would be if a part had kept its address, and how it keeps it. */
const char *kept_advice(const kept_part *part, char text[SENTENCE_MAX]);

/* "+3,848" or "−24". */
const char *with_sign(int64_t number, char text[NUMBER_MAX]);

/* What a place shows, and what can be done about it. */
const char *place_advice(const whittle_place *place, char text[SENTENCE_MAX]);

#endif
