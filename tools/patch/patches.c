/* Patches of either format. What the library reports is told of the file that it is about: a wrong
 * source of the source, all else of the patch. */
#include "patches.h"

#include <stdlib.h>
#include <string.h>

#include "../common/message.h"
#include "whittle/apply.h"
#include "whittle/signed_patch.h"

const char *format_name(patch_format format) {
    return format == FORMAT_WHITTLE ? "whittle" : "bsdiff40";
}

int patch_examine(patch *read) {
    const file *content = &read->content;
    if (whittle_bsdiff40_recognise(content->data, content->size)) {
        read->format = FORMAT_BSDIFF40;
        return whittle_bsdiff40_read_info(content->data, content->size, &read->legacy);
    }
    read->format = FORMAT_WHITTLE;
    return content->size > 0 ? whittle_patch_check(content->data, content->size, &read->header)
                             : WHITTLE_ERROR_NOT_A_PATCH;
}

int patch_read(patch *read, const char *path) {
    int status = file_read(&read->content, path);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = patch_examine(read);
    if (error) {
        status = message_failed(path, whittle_error_text(error));
        patch_free(read);
    }
    return status;
}

void patch_free(patch *read) {
    file_free(&read->content);
}

/* ---- Making ---- */

static const input_image no_image = {.told.isa = WHITTLE_ISA_AUTO};

static int encode(file *content, const input_image *source, const input_image *target,
                  const whittle_encoder_options *options) {
    whittle_encoder_options told = *options;
    const file *from = &source->content;
    const file *to = &target->content;
    whittle_image_hint(&source->told, &target->told, &told);
    return whittle_encode(from->data, from->size, to->data, to->size, &told, &content->data,
                          &content->size);
}

static int sign(file *content, const whittle_private_key *key) {
    file plain = *content;
    content->data = NULL;
    int error = whittle_patch_sign(plain.data, plain.size, key, &content->data, &content->size);
    file_free(&plain);
    return error;
}

int patch_make(patch *made, const input_image *source, const input_image *target,
               const whittle_encoder_options *options, const whittle_private_key *key) {
    int error = encode(&made->content, source ? source : &no_image, target, options);
    if (!error && key) {
        error = sign(&made->content, key);
    }
    return error ? error : patch_examine(made);
}

static int prove_bsdiff40(const file *content, const file *source, const file *target) {
    uint8_t *rebuilt = NULL;
    size_t size = 0;
    int error = whittle_bsdiff40_apply(source->data, source->size, content->data, content->size,
                                       &rebuilt, &size);
    bool same = !error && size == target->size && memcmp(rebuilt, target->data, size) == 0;
    free(rebuilt);
    return error || same ? error : WHITTLE_ERROR_TARGET;
}

int patch_make_bsdiff40(patch *made, const input_image *source, const input_image *target,
                        int level) {
    const file *from = source ? &source->content : &no_image.content;
    const file *to = &target->content;
    file *content = &made->content;
    int error = whittle_bsdiff40_encode(from->data, from->size, to->data, to->size, level,
                                        &content->data, &content->size);
    if (!error) {
        error = prove_bsdiff40(content, from, to);
    }
    return error ? error : patch_examine(made);
}

/* ---- Applying ---- */

/* Three decompressors, each 2.5 x 100,000 bytes a level and its tables (src/bsdiff40/encode.c). */
static uint64_t bsdiff40_ram(unsigned level) {
    return 3 * (250000u * (uint64_t)level + 65536u);
}

uint64_t patch_ram(const patch *read) {
    return read->format == FORMAT_BSDIFF40 ? bsdiff40_ram(read->legacy.level) + read->content.size
                                           : read->header.ram;
}

bool patch_is_self_contained(const patch *read) {
    return read->format == FORMAT_WHITTLE && !(read->header.flags & WHITTLE_FLAG_SOURCE);
}

int patch_apply(const patch *read, const file *source, progress *shown, file *target) {
    const file *content = &read->content;
    int error = read->format == FORMAT_BSDIFF40
                    ? whittle_bsdiff40_apply(source->data, source->size, content->data,
                                             content->size, &target->data, &target->size)
                    : whittle_apply(source->data, source->size, content->data, content->size,
                                    progress_report, shown, &target->data, &target->size);
    progress_stop(shown);
    if (!error) {
        return STATUS_DONE;
    }
    bool about_source = error == WHITTLE_ERROR_SOURCE && source->path;
    return message_failed(about_source ? source->path : content->path, whittle_error_text(error));
}
