/* A report, step by step. */
#include "whittle/report.h"

#include <stdlib.h>

#include "report/steps.h"

int whittle_report_make(const whittle_report_input *input, whittle_report *report) {
    *report = (whittle_report){.input = input};
    int error = report_list_items(report);
    if (!error) {
        error = report_list_changes(report);
    }
    if (!error) {
        report_list_moved(report);
        error = report_list_places(report);
    }
    if (error) {
        whittle_report_free(report);
    }
    return error;
}

void whittle_report_free(whittle_report *report) {
    free(report->items);
    free(report->owners);
    free(report->changes.added);
    free(report->changes.removed);
    free(report->changes.resized);
    free(report->pairs);
    *report = (whittle_report){.items = NULL};
}
