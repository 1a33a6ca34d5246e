/* whittle batch OLDS NEW OUT: patches for all old versions in the field. batch.h tells the whole
 * story. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../common/json.h"
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/stopwatch.h"
#include "../common/words.h"
#include "../common/workers.h"
#include "batch.h"
#include "progress.h"

/* ---- The tasks: the self-contained image, then the versions ---- */

typedef struct run_state {
    batch *work;
    bar shown;
} run_state;

static int work_on(void *context, unsigned task) {
    const run_state *state = context;
    return task == 0 ? batch_make_full(state->work) : batch_make_patch(state->work, task - 1);
}

static void say_killed(const batch *work, unsigned task, int number) {
    char text[160];
    char *path = task == 0 ? batch_full_path(work) : batch_old_path(work, task - 1);
    (void)snprintf(
        text, sizeof text,
        "its process was ended by signal %d, %s (run again; with fewer --jobs, if memory "
        "is short)",
        number, strsignal(number));
    (void)message_failed(path, text);
    free(path);
}

static void task_ended(void *context, unsigned task, int status, int number) {
    run_state *state = context;
    if (number) {
        bar_wipe(&state->shown);
        say_killed(state->work, task, number);
    }
    state->shown.done += task > 0;
    state->shown.failed += status != STATUS_DONE;
    bar_draw(&state->shown);
}

static void task_waiting(void *context, bool messages_follow) {
    run_state *state = context;
    if (messages_follow) {
        bar_wipe(&state->shown);
    } else {
        bar_draw(&state->shown);
    }
}

/* Counts the failed tasks. */
static int run_tasks(batch *work, unsigned *failed) {
    run_state state = {.work = work};
    const workers all = {.task_count = 1 + work->version_count,
                         .jobs = work->jobs.given ? work->jobs.value : workers_processors(),
                         .context = &state,
                         .work = work_on,
                         .ended = task_ended,
                         .waiting = task_waiting};
    bar_start(&state.shown, reporting_progress(&work->report), work->version_count);
    int status = workers_run(&all);
    bar_wipe(&state.shown);
    *failed = state.shown.failed;
    return status;
}

static int say_failed(const batch *work, unsigned failed) {
    char text[128];
    (void)snprintf(text, sizeof text,
                   "%u of %u versions failed, and there is no manifest (mend that and run again: "
                   "the others are kept)",
                   failed, work->version_count);
    return message_failed(work->out, text);
}

/* The rest needs both the patches and the self-contained image. */
static int complete(batch *work) {
    unsigned failed;
    int status = run_tasks(work, &failed);
    for (unsigned i = 0; status == STATUS_DONE && failed == 0 && i < work->version_count; i++) {
        failed += batch_choose(work, i) != STATUS_DONE;
    }
    if (status == STATUS_DONE && failed > 0) {
        status = say_failed(work, failed);
    }
    if (status != STATUS_DONE) {
        batch_withdraw_manifest(work); /* of an earlier call, which lists less */
        return status;
    }
    return batch_write_manifest(work);
}

static int make_patches(batch *work) {
    size_t size = (work->version_count + 1u) * sizeof *work->outcomes;
    void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return message_system(work->out, errno);
    }
    work->full = shared;
    work->outcomes = work->full + 1;
    return complete(work);
}

/* ---- Reporting ---- */

typedef struct tally {
    unsigned patches;
    unsigned full;
    unsigned kept;
    unsigned current;    /* they are the new image already */
    uint64_t patch_size; /* of all patches, bytes */
} tally;

static tally count(const batch *work) {
    tally sum = {.patches = 0};
    for (unsigned i = 0; i < work->version_count; i++) {
        const batch_outcome *outcome = &work->outcomes[i];
        sum.kept += outcome->kept;
        sum.current += outcome->update == BATCH_NOTHING;
        sum.full += outcome->update == BATCH_FULL;
        sum.patches += outcome->update == BATCH_PATCH;
        sum.patch_size += outcome->update == BATCH_PATCH ? outcome->patch.size : 0;
    }
    return sum;
}

static void report_version(const batch *work, unsigned version) {
    const batch_outcome *outcome = &work->outcomes[version];
    const char *name = batch_name(work, version);
    char text[WORDS_MAX];
    if (outcome->update == BATCH_NOTHING) {
        (void)printf("%s: it is the new image\n", name);
        return;
    }
    (void)printf("%s: %s%s", name,
                 outcome->update == BATCH_FULL ? "a patch does not pay: the full image, " : "",
                 bytes_in_words(outcome->patch.size, text));
    if (work->target_file.size > 0) {
        (void)printf(", %s", percentage(outcome->patch.size, work->target_file.size, text));
    }
    (void)printf("%s\n", outcome->kept ? "; kept" : "");
}

static void report_json(const batch *work, const tally *sum, const char *manifest, double seconds) {
    json out;
    json_start(&out, stdout);
    json_text(&out, "manifest", manifest);
    json_number(&out, "versions", work->version_count);
    json_number(&out, "patches", sum->patches);
    json_number(&out, "full", sum->full);
    json_number(&out, "up_to_date", sum->current);
    json_number(&out, "kept", sum->kept);
    json_number(&out, "patch_bytes", sum->patch_size);
    json_decimal(&out, "seconds", seconds, 3);
    json_finish(&out);
}

static void report_words(const batch *work, const tally *sum, const char *manifest,
                         double seconds) {
    for (unsigned i = 0; i < work->version_count; i++) {
        report_version(work, i);
    }
    (void)printf("%s: %u version%s: %u by patch (%llu bytes in all), %u by full image, %u up to "
                 "date; %u kept; %.2f s\n",
                 manifest, work->version_count, work->version_count == 1 ? "" : "s", sum->patches,
                 (unsigned long long)sum->patch_size, sum->full, sum->current, sum->kept, seconds);
}

static void report(const batch *work, double seconds) {
    const tally sum = count(work);
    char *manifest = batch_manifest_path(work);
    if (work->report.json) {
        report_json(work, &sum, manifest, seconds);
    } else if (!work->report.quiet) {
        report_words(work, &sum, manifest, seconds);
    }
    free(manifest);
}

/* ---- The command ---- */

/* What every old image needs, once. */
static int prepare(batch *work) {
    const patch_settings *settings = &work->settings;
    const char *const inputs[] = {work->new_path, settings->key, settings->passphrase};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, NULL);
    if (status == STATUS_DONE && settings->key) {
        status = key_read_private(settings->key, settings->passphrase, &work->key);
    }
    if (status == STATUS_DONE) {
        status = input_image_read(&work->target, work->new_path, &settings->input);
    }
    if (status == STATUS_DONE) {
        work->target_file = batch_file_of(&work->target.content);
        status = batch_open_folders(work);
    }
    if (status == STATUS_DONE) {
        status = batch_settle(work);
    }
    return status;
}

static int run(batch *work) {
    double start = seconds_now();
    int status = prepare(work);
    if (status == STATUS_DONE) {
        status = make_patches(work);
    }
    if (status == STATUS_DONE) {
        report(work, seconds_now() - start);
    }
    return status;
}

int command_batch(const char *invocation, char **arguments) {
    batch work = {.olds = NULL};
    int status;
    if (!batch_options_parse(invocation, arguments, &work, &status)) {
        return status;
    }
    if (work.merge) {
        return batch_merge(&work);
    }
    status = run(&work);
    whittle_private_key_wipe(&work.key);
    batch_close_folders(&work);
    input_image_free(&work.target);
    return status;
}
