/* whittle diff OLD NEW PATCH, and diff_creator: makes a patch.
 *
 * Names are checked before images are read, and the patch is written when it has been proven: the
 * encoder proves its own, and a BSDIFF40 patch is applied here with our own reader. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "diff_options.h"
#include "files.h"
#include "json.h"
#include "message.h"
#include "output.h"
#include "patches.h"
#include "progress.h"
#include "whittle/apply.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"
#include "words.h"

typedef struct diff {
    diff_settings settings;
    diff_files files;
    file source; /* empty where none is read */
    file target;
    patch made;
    output out;
    double seconds;
} diff;

static double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- Making the patch ---- */

static int encode_with(const diff *work, const whittle_encoder_options *options, file *made) {
    return whittle_encode(work->source.data, work->source.size, work->target.data,
                          work->target.size, options, &made->data, &made->size);
}

/* Both byte orders are tried, and the smaller patch stays. */
static int encode_mips(const diff *work, whittle_encoder_options *options, file *made) {
    file other = {.path = made->path};
    options->isa = WHITTLE_ISA_MIPS_LE;
    int error = encode_with(work, options, made);
    if (error) {
        return error;
    }
    options->isa = WHITTLE_ISA_MIPS_BE;
    error = encode_with(work, options, &other);
    if (!error && other.size < made->size) {
        file larger = *made;
        *made = other;
        other = larger;
    }
    file_free(&other);
    return error;
}

static int encode_whittle(diff *work, progress *shown) {
    whittle_encoder_options options;
    diff_options_for_encoder(&work->settings, &options);
    options.progress = progress_report;
    options.progress_context = shown;
    return options.isa == ISA_MIPS ? encode_mips(work, &options, &work->made.content)
                                   : encode_with(work, &options, &work->made.content);
}

static int prove_bsdiff40(const diff *work) {
    const file *content = &work->made.content;
    file rebuilt = {.path = work->files.patch};
    int error = whittle_bsdiff40_apply(work->source.data, work->source.size, content->data,
                                       content->size, &rebuilt.data, &rebuilt.size);
    bool same = !error && rebuilt.size == work->target.size &&
                memcmp(rebuilt.data, work->target.data, rebuilt.size) == 0;
    file_free(&rebuilt);
    return error || same ? error : WHITTLE_ERROR_TARGET;
}

static int encode_bsdiff40(diff *work) {
    const given_number *wanted = &work->settings.bzip2_level;
    int level = wanted->given ? (int)wanted->value : WHITTLE_BSDIFF40_LEVEL_DEFAULT;
    int error = whittle_bsdiff40_encode(work->source.data, work->source.size, work->target.data,
                                        work->target.size, level, &work->made.content.data,
                                        &work->made.content.size);
    return error ? error : prove_bsdiff40(work);
}

static int make_patch(diff *work) {
    double start = seconds_now();
    progress *shown =
        progress_start(reporting_progress(&work->settings.report), "making the patch");
    int error = work->settings.format == FORMAT_WHITTLE ? encode_whittle(work, shown)
                                                        : encode_bsdiff40(work);
    progress_stop(shown);
    if (!error) {
        error = patch_examine(&work->made);
    }
    work->seconds = seconds_now() - start;
    return error ? message_failed(work->files.target, whittle_error_text(error)) : STATUS_DONE;
}

/* ---- Reporting ---- */

/* Why the patch holds the whole image, or NULL if it does not. */
static const char *reason_for_whole_image(const diff *work) {
    if (!patch_is_self_contained(&work->made)) {
        return NULL;
    }
    return work->settings.full ? "asked for by --full"
                               : "a differential patch would not be smaller";
}

/* The sizes, for example "2389 bytes, 0.58 % of 413556". */
static void print_sizes(const diff *work, FILE *stream) {
    char text[WORDS_MAX];
    (void)fputs(bytes_in_words(work->made.content.size, text), stream);
    if (work->target.size > 0) {
        (void)fprintf(stream, ", %s of %zu; ",
                      percentage(work->made.content.size, work->target.size, text),
                      work->target.size);
    } else {
        (void)fputs(" for an empty image; ", stream);
    }
}

static void report_line(const diff *work, FILE *stream) {
    const patch *made = &work->made;
    const char *reason = reason_for_whole_image(work);
    char ram[WORDS_MAX];
    (void)fprintf(stream, "%s: ", work->files.patch);
    if (reason) {
        (void)fprintf(stream, "a self-contained image (%s), ", reason);
    }
    print_sizes(work, stream);
    (void)fprintf(stream, "RAM %s; ", size_in_words(patch_ram(made), ram));
    if (made->format == FORMAT_WHITTLE) {
        (void)fprintf(stream, "ISA %s; ", isa_name(made->header.isa));
    }
    (void)fprintf(stream, "%.2f s\n", work->seconds);
}

static void report_json(const diff *work, FILE *stream) {
    const patch *made = &work->made;
    json out;
    json_start(&out, stream);
    json_text(&out, "patch", work->files.patch);
    json_text(&out, "format", format_name(made->format));
    json_bool(&out, "self_contained", patch_is_self_contained(made));
    json_text(&out, "self_contained_reason", reason_for_whole_image(work));
    json_number(&out, "patch_size", made->content.size);
    json_number(&out, "source_size", work->source.size);
    json_number(&out, "target_size", work->target.size);
    json_number(&out, "ram", patch_ram(made));
    if (made->format == FORMAT_WHITTLE) {
        json_text(&out, "isa", isa_name(made->header.isa));
    } else {
        json_number(&out, "bzip2_level", made->legacy.level);
    }
    json_decimal(&out, "seconds", work->seconds, 3);
    json_finish(&out);
}

/* Results go to stdout, but for a patch that goes there itself. */
static void report(const diff *work, FILE *stream) {
    if (work->settings.report.json) {
        report_json(work, stream);
    } else if (!work->settings.report.quiet) {
        report_line(work, stream);
    }
}

/* ---- The command ---- */

static int read_images(diff *work) {
    int status = work->files.source ? file_read(&work->source, work->files.source) : STATUS_DONE;
    return status == STATUS_DONE ? file_read(&work->target, work->files.target) : status;
}

static int run(diff *work) {
    const diff_files *files = &work->files;
    const char *const inputs[] = {files->source, files->target, files->unread};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, files->patch);
    if (status == STATUS_DONE) {
        status = output_prepare(&work->out, files->patch);
    }
    if (status == STATUS_DONE) {
        status = read_images(work);
    }
    if (status == STATUS_DONE) {
        status = make_patch(work);
    }
    if (status == STATUS_DONE) {
        status = output_save(&work->out, work->made.content.data, work->made.content.size);
    }
    if (status == STATUS_DONE) {
        report(work, work->out.is_stdout ? stderr : stdout);
    }
    return status;
}

int command_diff(const char *invocation, char **arguments) {
    diff work = {.out = {.descriptor = -1}};
    int status;
    if (!diff_options_parse(invocation, arguments, &work.settings, &work.files, &status)) {
        return status;
    }
    status = run(&work);
    output_discard(&work.out);
    file_free(&work.source);
    file_free(&work.target);
    patch_free(&work.made);
    return status;
}
