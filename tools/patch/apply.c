/* whittle apply [OLD] PATCH NEW: rebuilds the new image. NEW is written when it is whole and, where
 * the format has digests, verified. */
#include <stdio.h>

#include "../command.h"
#include "../common/files.h"
#include "../common/json.h"
#include "../common/message.h"
#include "../common/options.h"
#include "../common/output.h"
#include "../common/words.h"
#include "input_image.h"
#include "patches.h"

typedef struct application {
    reporting report;
    const char *source_path; /* NULL: no old image was named */
    const char *patch_path;
    const char *target_path;
    whittle_image_choice input;
    input_image source;
    patch patch;
    file target;
    output out;
} application;

static bool parse(application *work, const char *invocation, char **arguments, int *status) {
    const option known[] = {
        {"input", "FORM", INPUT_HELP, read_input, &work->input},
        QUIET_OPTION(work->report),
        PROGRESS_OPTION(work->report),
        JSON_OPTION(work->report),
    };
    const syntax rules = {
        .operands = "OLD PATCH NEW",
        .purpose = "Rebuilds the firmware image NEW from OLD and PATCH, of format whittle or\n"
                   "BSDIFF40. A self-contained patch needs no OLD: it may be left out. OLD may be\n"
                   "raw, ELF, Intel HEX or UF2; NEW is raw.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 2,
        .operand_max = 3,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    bool old_named = found.count == 3;
    work->source_path = old_named ? found.names[0] : NULL;
    work->patch_path = found.names[old_named];
    work->target_path = found.names[1 + old_named];
    return true;
}

static int read_source(application *work) {
    if (work->source_path) {
        return input_image_read(&work->source, work->source_path, &work->input);
    }
    if (!patch_is_self_contained(&work->patch)) {
        return message_failed(work->patch_path,
                              "the patch needs an old image (whittle apply OLD PATCH NEW)");
    }
    return STATUS_DONE;
}

static int rebuild(application *work) {
    progress *shown = progress_start(reporting_progress(&work->report), "rebuilding the image");
    work->target.path = work->target_path;
    return patch_apply(&work->patch, &work->source.content, shown, &work->target);
}

static void report(const application *work, FILE *stream) {
    bool verified = work->patch.format == FORMAT_WHITTLE;
    if (work->report.json) {
        json out;
        json_start(&out, stream);
        json_text(&out, "target", work->target_path);
        json_text(&out, "format", format_name(work->patch.format));
        json_text(&out, "source_input",
                  work->source_path ? form_name(work->source.told.form) : NULL);
        json_number(&out, "target_size", work->target.size);
        json_bool(&out, "verified", verified);
        json_finish(&out);
    } else if (!work->report.quiet) {
        char size[WORDS_MAX];
        bool from_raw = work->source.told.form == WHITTLE_IMAGE_RAW;
        (void)fprintf(
            stream, "%s: %s, %s%s%s\n", work->target_path, bytes_in_words(work->target.size, size),
            verified ? "rebuilt and verified"
                     : "rebuilt (BSDIFF40 has no digests: compare it yourself)",
            from_raw ? "" : "; OLD ", from_raw ? "" : form_in_words(work->source.told.form));
    }
}

static int run(application *work) {
    const char *const inputs[] = {work->source_path, work->patch_path};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, work->target_path);
    if (status == STATUS_DONE) {
        status = output_prepare(&work->out, work->target_path);
    }
    if (status == STATUS_DONE) {
        status = patch_read(&work->patch, work->patch_path);
    }
    if (status == STATUS_DONE) {
        status = read_source(work);
    }
    if (status == STATUS_DONE) {
        status = rebuild(work);
    }
    if (status == STATUS_DONE) {
        status = output_save(&work->out, work->target.data, work->target.size);
    }
    if (status == STATUS_DONE) {
        report(work, work->out.is_stdout ? stderr : stdout);
    }
    return status;
}

int command_apply(const char *invocation, char **arguments) {
    application work = {.out = {.descriptor = -1}};
    int status;
    if (!parse(&work, invocation, arguments, &status)) {
        return status;
    }
    status = run(&work);
    output_discard(&work.out);
    input_image_free(&work.source);
    file_free(&work.target);
    patch_free(&work.patch);
    return status;
}
