/* whittle diff OLD NEW PATCH, and diff_creator: makes a patch.
 *
 * Names are checked before images are read, and the patch is written when it has been proven: the
 * encoder proves its own, and patches.c a BSDIFF40 one. */
#include "../command.h"
#include "../common/files.h"
#include "../common/json.h"
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/output.h"
#include "../common/progress.h"
#include "../common/stopwatch.h"
#include "../common/words.h"
#include "diff_options.h"
#include "input_image.h"
#include "patches.h"

typedef struct diff {
    diff_settings settings;
    diff_files files;
    whittle_private_key key; /* where it is to be signed */
    input_image source;      /* empty where none is read */
    input_image target;
    patch made;
    uint32_t decode_cost; /* instructions of the decoder per byte, estimated; of format whittle */
    output out;
    double seconds;
} diff;

/* ---- Making the patch ---- */

static int make_whittle(diff *work, const input_image *source, progress *shown) {
    const whittle_private_key *key = work->settings.patch.key ? &work->key : NULL;
    whittle_encoder_options options;
    diff_options_for_encoder(&work->settings, &options);
    options.decode_cost = &work->decode_cost;
    options.progress = progress_report;
    options.progress_context = shown;
    return patch_make(&work->made, source, &work->target, &options, key);
}

static int make_bsdiff40(diff *work, const input_image *source) {
    const given_number *wanted = &work->settings.bzip2_level;
    int level = wanted->given ? (int)wanted->value : WHITTLE_BSDIFF40_LEVEL_DEFAULT;
    return patch_make_bsdiff40(&work->made, source, &work->target, level);
}

/* What keeps a patch from being made is mostly the new image. */
static int say_why(const diff *work, int error) {
    if (error == WHITTLE_ERROR_BUDGET) {
        char text[WORDS_MAX];
        (void)snprintf(text, sizeof text,
                       "no patch decodes within the budget (allow --decode-budget %lu)",
                       (unsigned long)work->decode_cost);
        return message_failed(work->files.target, text);
    }
    return message_failed(work->files.target, whittle_error_text(error));
}

static int make_patch(diff *work) {
    double start = seconds_now();
    progress *shown =
        progress_start(reporting_progress(&work->settings.report), "making the patch");
    const input_image *source = work->files.source ? &work->source : NULL;
    int error = work->settings.format == FORMAT_WHITTLE ? make_whittle(work, source, shown)
                                                        : make_bsdiff40(work, source);
    progress_stop(shown);
    work->seconds = seconds_now() - start;
    return error ? say_why(work, error) : STATUS_DONE;
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
    size_t target_size = work->target.content.size;
    if (target_size > 0) {
        (void)fprintf(stream, ", %s of %zu; ",
                      percentage(work->made.content.size, target_size, text), target_size);
    } else {
        (void)fputs(" for an empty image; ", stream);
    }
}

/* What the images were taken for, where not both are raw. */
static void print_forms(const diff *work, FILE *stream) {
    whittle_image_form source = work->source.told.form;
    whittle_image_form target = work->target.told.form;
    if (work->files.source && (source || target)) {
        (void)fprintf(stream, "OLD %s, ", form_in_words(source));
    }
    if (source || target) {
        (void)fprintf(stream, "NEW %s; ", form_in_words(target));
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
    print_forms(work, stream);
    if (work->settings.patch.key) {
        (void)fputs("signed; ", stream);
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
    json_number(&out, "source_size", work->source.content.size);
    json_number(&out, "target_size", work->target.content.size);
    json_text(&out, "source_input", work->files.source ? form_name(work->source.told.form) : NULL);
    json_text(&out, "target_input", form_name(work->target.told.form));
    json_number(&out, "ram", patch_ram(made));
    if (made->format == FORMAT_WHITTLE) {
        json_text(&out, "isa", isa_name(made->header.isa));
        json_bool(&out, "signed", made->header.flags & WHITTLE_FLAG_SIGNED);
        json_number(&out, "instructions_per_byte", work->decode_cost);
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
    const whittle_image_choice *choice = &work->settings.patch.input;
    int status = work->files.source ? input_image_read(&work->source, work->files.source, choice)
                                    : STATUS_DONE;
    return status == STATUS_DONE ? input_image_read(&work->target, work->files.target, choice)
                                 : status;
}

/* Who is to be asked for a passphrase is asked at once, before the long work. */
static int read_key(diff *work) {
    const patch_settings *settings = &work->settings.patch;
    return settings->key ? key_read_private(settings->key, settings->passphrase, &work->key)
                         : STATUS_DONE;
}

static int run(diff *work) {
    const diff_files *files = &work->files;
    const char *const inputs[] = {files->source, files->target, files->unread,
                                  work->settings.patch.key, work->settings.patch.passphrase};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, files->patch);
    if (status == STATUS_DONE) {
        status = output_prepare(&work->out, files->patch);
    }
    if (status == STATUS_DONE) {
        status = read_key(work);
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
    whittle_private_key_wipe(&work.key);
    input_image_free(&work.source);
    input_image_free(&work.target);
    patch_free(&work.made);
    return status;
}
