/* whittle report OLD NEW: where the bytes of the patch go, as a page, as JSON, as a picture.
 *
 * The patch is made as `whittle diff` makes it, and then traced. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../command.h"
#include "../common/document.h"
#include "../common/files.h"
#include "../common/message.h"
#include "../common/output.h"
#include "../common/progress.h"
#include "../common/words.h"
#include "../patch/input_image.h"
#include "../patch/patch_options.h"
#include "../patch/patches.h"
#include "output.h"

/* The forms of a report, and the files that they go to. */
enum { PAGE, JSON, PICTURE, FORM_COUNT };

typedef struct explanation {
    const char *old_path;
    const char *new_path;
    const char *new_elf; /* NULL: none was named */
    const char *old_elf;
    const char *map;
    const char *outputs[FORM_COUNT]; /* NULL: not wanted */
    patch_settings settings;
    reporting how;
    input_image source;
    input_image target;
    patch made;
    uint32_t decode_cost;
    whittle_encoder_options options; /* that it was made with */
    whittle_trace trace;
    whittle_region regions[2 * WHITTLE_REGION_MAX]; /* the source's, then the target's */
    whittle_symbols old_symbols;
    whittle_symbols new_symbols;
    bool old_is_named;
    bool new_is_named;
    whittle_report report;
    kept_parts kept;
    output outs[FORM_COUNT];
} explanation;

/* ---- Options ---- */

/* Of the options of patches, those that decide where their bytes go. */
static unsigned choose_options(patch_settings *settings, option *into) {
    static const char *const wanted[] = {"input", "ram", "isa", "base", "decode-budget"};
    option all[PATCH_OPTION_COUNT];
    unsigned count = 0;
    patch_options_list(settings, all);
    for (size_t i = 0; i < PATCH_OPTION_COUNT; i++) {
        for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++) {
            if (strcmp(all[i].name, wanted[j]) == 0) {
                into[count++] = all[i];
            }
        }
    }
    return count;
}

static bool parse(const char *invocation, char **arguments, explanation *work, int *status) {
    const option own[] = {
        {"output", "FILE", "write the page there", read_text, &work->outputs[PAGE]},
        {"json", "FILE", "write all numbers as JSON", read_text, &work->outputs[JSON]},
        {"svg", "FILE", "write the map of NEW as a picture", read_text, &work->outputs[PICTURE]},
        {"elf", "FILE", "the ELF file of NEW: names for its pieces", read_text, &work->new_elf},
        {"old-elf", "FILE", "the ELF file of OLD: tells what moved, by name", read_text,
         &work->old_elf},
        {"map", "FILE", "the linker's map of NEW (GNU ld -Map), if no ELF file", read_text,
         &work->map},
        QUIET_OPTION(work->how),
        PROGRESS_OPTION(work->how),
    };
    option known[sizeof own / sizeof *own + PATCH_OPTION_COUNT];
    memcpy(known, own, sizeof own);
    unsigned count = sizeof own / sizeof *own;
    count += choose_options(&work->settings, known + count);
    const syntax rules = {
        .operands = "OLD NEW",
        .purpose = "Makes the patch from OLD to NEW, and tells where its bytes go and why.\n",
        .options = known,
        .option_count = count,
        .operand_min = 2,
        .operand_max = 2,
        .output = "output",
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    work->old_path = found.names[0];
    work->new_path = found.names[1];
    if (!work->outputs[PAGE] && !work->outputs[JSON] && !work->outputs[PICTURE]) {
        *status = message_usage(invocation, NULL, "no output is wanted: -o FILE, --json or --svg");
    } else if (work->map && work->new_elf) {
        *status = message_usage(invocation, "--map", "this option is for images without --elf");
    }
    return *status == STATUS_DONE;
}

/* ---- Reading ---- */

static int check_files(const explanation *work) {
    const char *const *outputs = work->outputs;
    const char *const inputs[] = {work->old_path, work->new_path, work->new_elf, work->old_elf,
                                  work->map};
    enum { INPUT_COUNT = sizeof inputs / sizeof *inputs };
    const char *files[INPUT_COUNT + FORM_COUNT];
    int status = STATUS_DONE;
    memcpy(files, inputs, sizeof inputs);
    for (unsigned i = 0; i < FORM_COUNT && status == STATUS_DONE; i++) {
        /* No output is an input, nor another output. */
        status = files_check(files, INPUT_COUNT + i, outputs[i]);
        files[INPUT_COUNT + i] = NULL;
        for (unsigned j = 0; j < i && status == STATUS_DONE; j++) {
            if (outputs[i] && outputs[j] && strcmp(outputs[i], outputs[j]) == 0) {
                status =
                    message_failed(outputs[i], "two outputs have the same name (choose another)");
            }
        }
    }
    return status;
}

static int prepare_outputs(explanation *work) {
    int status = STATUS_DONE;
    unsigned to_stdout = 0;
    for (unsigned i = 0; i < FORM_COUNT && status == STATUS_DONE; i++) {
        if (work->outputs[i]) {
            status = output_prepare(&work->outs[i], work->outputs[i]);
        }
        to_stdout += work->outs[i].is_stdout;
        if (to_stdout > 1) {
            status = message_failed(work->outputs[i], "another output goes to standard output, "
                                                      "too (choose a file for one of them)");
        }
    }
    return status;
}

static int read_images(explanation *work) {
    const whittle_image_choice *choice = &work->settings.input;
    int status = input_image_read(&work->source, work->old_path, choice);
    return status == STATUS_DONE ? input_image_read(&work->target, work->new_path, choice) : status;
}

/* ---- The patch ---- */

static int make_patch(explanation *work, progress *shown) {
    whittle_encoder_options *options = &work->options;
    patch_options_for_encoder(&work->settings, options);
    whittle_image_hint(&work->source.told, &work->target.told, options);
    options->decode_cost = &work->decode_cost;
    options->progress = progress_report;
    options->progress_context = shown;
    return patch_make(&work->made, &work->source, &work->target, options, NULL);
}

static int explain_patch(explanation *work) {
    const file *source = &work->source.content;
    const file *made = &work->made.content;
    progress *shown = progress_start(reporting_progress(&work->how), "making the patch");
    int error = make_patch(work, shown);
    progress_stop(shown);
    if (!error) {
        error =
            whittle_trace_patch(source->data, source->size, made->data, made->size, &work->trace);
    }
    if (!error && work->trace.header.flags & WHITTLE_FLAG_REGIONS) {
        whittle_header_regions(made->data, &work->trace.header, work->regions);
    }
    return error ? message_failed(work->new_path, whittle_error_text(error)) : STATUS_DONE;
}

/* ---- Names ---- */

static const whittle_region *target_regions(const explanation *work) {
    return work->regions + work->trace.header.source_region_count;
}

static whittle_named_image named_image(const explanation *work, bool old) {
    const whittle_header *header = &work->trace.header;
    const file *content = old ? &work->source.content : &work->target.content;
    return (whittle_named_image){
        .data = content->data,
        .size = content->size,
        .regions = old ? work->regions : target_regions(work),
        .region_count = old ? header->source_region_count : header->target_region_count,
    };
}

/* Of the bytes that an ELF file tells, so many in a hundred must be those of the image. */
enum { MATCH_MIN = 90 };

static int check_match(const whittle_symbols *symbols, const char *path) {
    if (symbols->compared > 0 && symbols->matched * 100 >= symbols->compared * MATCH_MIN) {
        return STATUS_DONE;
    }
    return message_failed(path, "it is not of that image: their contents differ "
                                "(give the ELF file of the same build)");
}

static int read_elf(const explanation *work, bool old, const char *path, whittle_symbols *symbols) {
    file content;
    whittle_named_image image = named_image(work, old);
    int status = file_read(&content, path);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = whittle_symbols_read_elf(content.data, content.size, &image, symbols);
    file_free(&content);
    if (error) {
        return message_failed(path, error == WHITTLE_ERROR_IMAGE
                                        ? "this is no ELF file, or a damaged one (name what the "
                                          "linker wrote)"
                                        : whittle_error_text(error));
    }
    /* An image is its own file, also if it was stripped of all sections. */
    bool is_image = path == (old ? work->old_path : work->new_path);
    return is_image ? STATUS_DONE : check_match(symbols, path);
}

static int read_map(explanation *work) {
    file content;
    whittle_named_image image = named_image(work, false);
    int status = file_read(&content, work->map);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = whittle_symbols_read_map((const char *)content.data, content.size, &image,
                                         &work->new_symbols);
    file_free(&content);
    work->new_is_named = !error;
    if (error == WHITTLE_ERROR_MEMORY) {
        return message_failed(work->map, whittle_error_text(error));
    }
    return error ? message_failed(work->map, "there is no memory map of GNU ld in it "
                                             "(link with -Wl,-Map=FILE)")
                 : STATUS_DONE;
}

static bool has_names(const whittle_symbols *symbols) {
    return symbols->count > 0 || symbols->section_count > 0;
}

/* An image that is an ELF file brings its names along, if it was not stripped of them. */
static int read_names(explanation *work) {
    const char *old_elf = work->old_elf;
    const char *new_elf = work->new_elf;
    if (!old_elf && work->source.told.form == WHITTLE_IMAGE_ELF) {
        old_elf = work->old_path;
    }
    if (!new_elf && !work->map && work->target.told.form == WHITTLE_IMAGE_ELF) {
        new_elf = work->new_path;
    }
    int status = STATUS_DONE;
    if (old_elf) {
        status = read_elf(work, true, old_elf, &work->old_symbols);
        work->old_is_named = status == STATUS_DONE && has_names(&work->old_symbols);
    }
    if (new_elf && status == STATUS_DONE) {
        status = read_elf(work, false, new_elf, &work->new_symbols);
        work->new_is_named = status == STATUS_DONE && has_names(&work->new_symbols);
    }
    return work->map && status == STATUS_DONE ? read_map(work) : status;
}

/* ---- Writing ---- */

static int write_form(const explanation *work, unsigned form, document *text) {
    static void (*const writers[FORM_COUNT])(const report_view *view, FILE *stream) = {
        [PAGE] = report_write_page, [JSON] = report_write_json, [PICTURE] = report_write_picture};
    const report_view view = {
        .report = &work->report,
        .kept = &work->kept,
        .old_path = work->old_path,
        .new_path = work->new_path,
        .decode_cost = work->decode_cost,
        .regions = target_regions(work),
        .region_count = work->trace.header.target_region_count,
    };
    bool started = document_start(text);
    if (started) {
        writers[form](&view, text->stream);
    }
    return started && document_finish(text) ? STATUS_DONE
                                            : message_system(work->outputs[form], ENOMEM);
}

/* All texts are there before the first one is saved. */
static int save_forms(explanation *work) {
    document texts[FORM_COUNT] = {{.text = NULL}};
    int status = STATUS_DONE;
    for (unsigned i = 0; i < FORM_COUNT && status == STATUS_DONE; i++) {
        status = work->outputs[i] ? write_form(work, i, &texts[i]) : STATUS_DONE;
    }
    for (unsigned i = 0; i < FORM_COUNT; i++) {
        if (work->outputs[i] && status == STATUS_DONE) {
            status = output_save(&work->outs[i], (const uint8_t *)texts[i].text, texts[i].size);
        }
        document_free(&texts[i]);
    }
    return status;
}

static int write_forms(explanation *work) {
    const whittle_report_input input = {
        .trace = &work->trace,
        .source = work->source.content.data,
        .source_size = work->source.content.size,
        .old_symbols = work->old_is_named ? &work->old_symbols : NULL,
        .new_symbols = work->new_is_named ? &work->new_symbols : NULL,
    };
    int error = whittle_report_make(&input, &work->report);
    if (!error) {
        error = kept_parts_measure(&work->report, work->regions, &work->options, &work->kept);
    }
    int status =
        error ? message_failed(work->new_path, whittle_error_text(error)) : save_forms(work);
    whittle_report_free(&work->report);
    return status;
}

/* Results go to stdout, but where an output goes there itself. */
static void tell(const explanation *work) {
    const whittle_header *header = &work->trace.header;
    char text[WORDS_MAX];
    FILE *stream = stdout;
    for (unsigned i = 0; i < FORM_COUNT; i++) {
        stream = work->outs[i].is_stdout ? stderr : stream;
    }
    for (unsigned i = 0; i < FORM_COUNT && !work->how.quiet; i++) {
        if (work->outputs[i]) {
            (void)fprintf(stream, "%s: where the %s of the patch go\n", work->outputs[i],
                          bytes_in_words(header->total_size, text));
        }
    }
}

/* ---- The command ---- */

static int run(explanation *work) {
    int status = check_files(work);
    if (status == STATUS_DONE) {
        status = prepare_outputs(work);
    }
    if (status == STATUS_DONE) {
        status = read_images(work);
    }
    if (status == STATUS_DONE) {
        status = explain_patch(work);
    }
    if (status == STATUS_DONE) {
        status = read_names(work);
    }
    if (status == STATUS_DONE) {
        status = write_forms(work);
    }
    if (status == STATUS_DONE) {
        tell(work);
    }
    return status;
}

int command_report(const char *invocation, char **arguments) {
    explanation work = {.old_path = NULL};
    int status = STATUS_DONE;
    for (unsigned i = 0; i < FORM_COUNT; i++) {
        work.outs[i].descriptor = -1;
    }
    if (!parse(invocation, arguments, &work, &status)) {
        return status;
    }
    status = run(&work);
    for (unsigned i = 0; i < FORM_COUNT; i++) {
        output_discard(&work.outs[i]);
    }
    whittle_symbols_free(&work.old_symbols);
    whittle_symbols_free(&work.new_symbols);
    whittle_trace_free(&work.trace);
    input_image_free(&work.source);
    input_image_free(&work.target);
    patch_free(&work.made);
    return status;
}
