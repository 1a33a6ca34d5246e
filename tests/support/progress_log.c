/* What a test is told of progress. */
#include "support/progress_log.h"

#include "support/unit_test.h"

void note_progress(void *context, unsigned permille) {
    progress_log *log = context;
    assert_true(permille >= log->last);
    assert_true(permille <= 1000);
    log->last = permille;
    log->calls++;
}
