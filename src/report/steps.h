/* The steps in which a report is made; each fills in a part of it. */
#ifndef WHITTLE_REPORT_STEPS_H
#define WHITTLE_REPORT_STEPS_H

#include "whittle/report.h"

/* items, item_count and owners. */
int report_list_items(whittle_report *report);

/* changes. */
int report_list_changes(whittle_report *report);

/* The symbol of the old image that one of the new image was, by name; NULL where there was none, or
 * symbols are not known. Static functions of the same name are told apart by their files, and then
 * by their order. */
const whittle_symbol *report_old_symbol(const whittle_report *report, const whittle_symbol *symbol);

/* moved */
void report_list_moved(whittle_report *report);

/* places; needs the items. */
int report_list_places(whittle_report *report);

/* Says what a place shows. */
void report_judge_place(const whittle_report *report, whittle_place *place);

#endif
