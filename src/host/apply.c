/* Applying a patch in memory: what the tools and the encoder's proof use. It runs the very decoder
 * that devices run, in exactly the memory that the patch declares, and adds what a decoder leaves
 * to its caller: the digests of both images. It knows no files.
 */
#include "whittle/apply.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "whittle/decoder.h"
#include "whittle/sha256.h"

typedef struct application {
    const uint8_t *source;
    size_t source_size;
    uint8_t *target;
    uint32_t target_size; /* as the header promises; 0 until it has arrived */
    whittle_progress progress;
    void *progress_context;
} application;

static bool has_digest(const uint8_t *data, size_t size, const uint8_t *digest,
                       size_t digest_size) {
    uint8_t actual[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, data, size);
    whittle_sha256_finish(&hash, actual);
    return memcmp(actual, digest, digest_size) == 0;
}

static int accept(void *context, const whittle_header *header) {
    application *work = context;
    if (header->flags & WHITTLE_FLAG_SOURCE) {
        if (header->source_size != work->source_size ||
            !has_digest(work->source, work->source_size, header->source_digest,
                        WHITTLE_SOURCE_DIGEST_SIZE)) {
            return WHITTLE_ERROR_SOURCE;
        }
    }
    work->target = malloc(header->target_size ? header->target_size : 1);
    work->target_size = header->target_size;
    return work->target ? WHITTLE_OK : WHITTLE_ERROR_MEMORY;
}

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const application *work = context;
    if (offset > work->source_size || size > work->source_size - offset) {
        return WHITTLE_ERROR_CORRUPT;
    }
    memcpy(data, work->source + offset, size);
    return WHITTLE_OK;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    application *work = context;
    if (offset > work->target_size || size > work->target_size - offset) {
        return WHITTLE_ERROR_CORRUPT;
    }
    memcpy(work->target + offset, data, size);
    return WHITTLE_OK;
}

/* Feeds the patch in pieces, so that progress can be told. */
static int feed(application *work, whittle_decoder *decoder, const uint8_t *patch, size_t size) {
    const size_t piece = 1024;
    for (size_t fed = 0; fed < size; fed += piece) {
        size_t count = size - fed < piece ? size - fed : piece;
        int error = whittle_decoder_feed(decoder, patch + fed, count);
        if (error) {
            return error;
        }
        if (work->progress) {
            work->progress(work->progress_context, (unsigned)((fed + count) * 1000 / size));
        }
    }
    return whittle_decoder_finish(decoder);
}

static int decode(application *work, const whittle_header *header, const uint8_t *patch,
                  size_t size) {
    void *memory = malloc(header->ram);
    if (!memory) {
        return WHITTLE_ERROR_MEMORY;
    }
    const whittle_decoder_io io = {.context = work,
                                   .accept = accept,
                                   .read_source = read_source,
                                   .write_target = write_target};
    whittle_decoder *decoder;
    int error = whittle_decoder_init(memory, header->ram, &io, &decoder);
    if (!error) {
        error = feed(work, decoder, patch, size);
    }
    free(memory);
    if (!error && !has_digest(work->target, work->target_size, header->target_digest,
                              WHITTLE_TARGET_DIGEST_SIZE)) {
        error = WHITTLE_ERROR_TARGET;
    }
    return error;
}

int whittle_apply(const uint8_t *source, size_t source_size, const uint8_t *patch,
                  size_t patch_size, whittle_progress progress, void *progress_context,
                  uint8_t **target, size_t *target_size) {
    whittle_header header;
    int error = whittle_patch_check(patch, patch_size, &header);
    if (error) {
        return error;
    }
    application work = {.source = source,
                        .source_size = source_size,
                        .progress = progress,
                        .progress_context = progress_context};
    error = decode(&work, &header, patch, patch_size);
    if (error) {
        free(work.target);
        return error;
    }
    *target = work.target;
    *target_size = work.target_size;
    return WHITTLE_OK;
}
