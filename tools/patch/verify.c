/* whittle verify [--key KEY] [--old OLD] PATCH: a dry run of what a device does. It says what was
 * checked and what was not, so that nobody takes half a check for a whole one. */
#include <stdio.h>

#include "../command.h"
#include "../common/files.h"
#include "../common/json.h"
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/options.h"
#include "input_image.h"
#include "patches.h"
#include "whittle/signed_patch.h"

typedef struct verification {
    reporting report;
    const char *source_path; /* NULL: no old image was named */
    const char *key_path;    /* NULL: the signature is not to be checked */
    const char *patch_path;
    whittle_image_choice input;
    input_image source;
    patch patch;
    bool decoded;
} verification;

static bool parse(verification *work, const char *invocation, char **arguments, int *status) {
    const option known[] = {
        {"old", "OLD", "the old image: compared, and the patch applied to it", read_text,
         &work->source_path},
        {"input", "FORM", INPUT_HELP, read_input, &work->input},
        {"key", "KEY", "check the signature with the public key in a PEM file", read_text,
         &work->key_path},
        QUIET_OPTION(work->report),
        PROGRESS_OPTION(work->report),
        JSON_OPTION(work->report),
    };
    const syntax rules = {
        .operands = "PATCH",
        .purpose = "Checks a patch as a device would, without writing anything.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    work->patch_path = found.names[0];
    return true;
}

/* The signature comes first, as on a device: nothing is decoded that is not by the right hand. */
static int check_signature(const verification *work) {
    uint8_t key[WHITTLE_PUBLIC_KEY_SIZE];
    const file *content = &work->patch.content;
    if (!work->key_path) {
        return STATUS_DONE;
    }
    if (work->patch.format != FORMAT_WHITTLE) {
        return message_failed(work->patch_path, "BSDIFF40 has no signatures (leave out --key)");
    }
    int status = key_read_public(work->key_path, key);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = whittle_patch_verify(content->data, content->size, key);
    return error ? message_failed(work->patch_path, whittle_error_text(error)) : STATUS_DONE;
}

/* The streams of BSDIFF40 can be decoded to their end without an old image; nothing of what comes
 * out is looked at. */
static int decode(verification *work) {
    bool possible = work->source_path || work->patch.format == FORMAT_BSDIFF40 ||
                    patch_is_self_contained(&work->patch);
    if (!possible) {
        return STATUS_DONE;
    }
    progress *shown = progress_start(reporting_progress(&work->report), "decoding the patch");
    file target = {.path = NULL};
    int status = patch_apply(&work->patch, &work->source.content, shown, &target);
    file_free(&target);
    work->decoded = status == STATUS_DONE;
    return status;
}

/* ---- Reporting ---- */

/* One check: what it is about, whether it was made, and how it went, in words. */
typedef struct check {
    const char *name;
    bool made;
    const char *words;
} check;

enum { CHECK_MAX = 6 };

static unsigned list_whittle_checks(const verification *work, check *checks) {
    bool self_contained = patch_is_self_contained(&work->patch);
    bool is_signed = work->patch.header.flags & WHITTLE_FLAG_SIGNED;
    unsigned count = 0;
    checks[count++] = (check){"header", true, "right, and every field within its bounds"};
    checks[count++] = (check){"checksum", true, "right, over the whole length of the patch"};
    checks[count++] = (check){"signature", work->key_path != NULL,
                              work->key_path ? "right, by the key that was named"
                              : is_signed    ? "not checked (name the signer's key with --key)"
                                             : "none: the patch is not signed"};
    if (!self_contained) {
        checks[count++] = (check){"old image", work->decoded,
                                  work->decoded ? "it is the one that the patch is for"
                                                : "not checked (name it with --old)"};
    }
    checks[count++] = (check){"decoding", work->decoded,
                              work->decoded ? "whole, within the RAM that the patch declares"
                                            : "not checked (name the old image with --old)"};
    checks[count++] = (check){"new image", work->decoded,
                              work->decoded ? "has the digest that the patch promises"
                                            : "not checked (name the old image with --old)"};
    return count;
}

static unsigned list_bsdiff40_checks(const verification *work, check *checks) {
    unsigned count = 0;
    checks[count++] = (check){"header", true, "right, and every field within its bounds"};
    checks[count++] = (check){"decoding", work->decoded, "all three streams, to their ends"};
    checks[count++] = (check){"old image", false, "not checked (BSDIFF40 has no digest of it)"};
    checks[count++] = (check){"new image", false, "not checked (BSDIFF40 has no digest of it)"};
    return count;
}

static void write_json(const verification *work, const check *checks, unsigned count) {
    json out;
    json_start(&out, stdout);
    json_text(&out, "file", work->patch_path);
    json_text(&out, "format", format_name(work->patch.format));
    json_bool(&out, "decoded", work->decoded);
    json_array_start(&out, "checks");
    for (unsigned i = 0; i < count; i++) {
        json_object_start(&out, NULL);
        json_text(&out, "name", checks[i].name);
        json_bool(&out, "checked", checks[i].made);
        json_text(&out, "result", checks[i].words);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_finish(&out);
}

static void report(const verification *work) {
    check checks[CHECK_MAX];
    unsigned count = work->patch.format == FORMAT_WHITTLE ? list_whittle_checks(work, checks)
                                                          : list_bsdiff40_checks(work, checks);
    if (work->report.json) {
        write_json(work, checks, count);
    } else if (!work->report.quiet) {
        for (unsigned i = 0; i < count; i++) {
            (void)printf("%-12s%s\n", checks[i].name, checks[i].words);
        }
    }
}

/* ---- The command ---- */

static int run(verification *work) {
    const char *const inputs[] = {work->source_path, work->patch_path, work->key_path};
    int status = files_check(inputs, sizeof inputs / sizeof *inputs, NULL);
    if (status == STATUS_DONE) {
        status = patch_read(&work->patch, work->patch_path);
    }
    if (status == STATUS_DONE) {
        status = check_signature(work);
    }
    if (status == STATUS_DONE && work->source_path) {
        status = input_image_read(&work->source, work->source_path, &work->input);
    }
    if (status == STATUS_DONE) {
        status = decode(work);
    }
    if (status == STATUS_DONE) {
        report(work);
    }
    return status;
}

int command_verify(const char *invocation, char **arguments) {
    verification work = {.decoded = false};
    int status;
    if (!parse(&work, invocation, arguments, &status)) {
        return status;
    }
    status = run(&work);
    input_image_free(&work.source);
    patch_free(&work.patch);
    return status;
}
