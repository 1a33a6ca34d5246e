/* Writes the streams in memory, then compresses each behind the one before. */
#include "bsdiff40/streams.h"

#include <stdlib.h>
#include <string.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "whittle/error.h"

/* The streams before compression. */
typedef struct streams {
    uint8_t *control;
    size_t control_size;
    uint8_t *difference;
    size_t difference_size;
    uint8_t *extra;
    size_t extra_size;
} streams;

static void write_control(streams *out, size_t copied, size_t inserted, int64_t seek) {
    uint8_t *numbers = out->control + out->control_size;
    store_number(numbers, (int64_t)copied);
    store_number(numbers + NUMBER_SIZE, (int64_t)inserted);
    store_number(numbers + 2 * NUMBER_SIZE, seek);
    out->control_size += CONTROL_SIZE;
}

static void write_segments(streams *out, const bsdiff40_segments *segments,
                           const bsdiff40_images *images) {
    const uint8_t *target = images->target;
    if (segments->count > 0 && segments->items[0].source > 0) {
        write_control(out, 0, 0, (int64_t)segments->items[0].source);
    }
    for (size_t i = 0; i < segments->count; i++) {
        const bsdiff40_segment *now = &segments->items[i];
        size_t end = now->source + now->copied;
        size_t next = i + 1 < segments->count ? segments->items[i + 1].source : end;
        write_control(out, now->copied, now->inserted, (int64_t)next - (int64_t)end);
        for (size_t j = 0; j < now->copied; j++) {
            out->difference[out->difference_size++] =
                (uint8_t)(target[j] - images->source[now->source + j]);
        }
        target += now->copied;
        if (now->inserted > 0) {
            memcpy(out->extra + out->extra_size, target, now->inserted);
            out->extra_size += now->inserted;
            target += now->inserted;
        }
    }
}

static int append_compressed(bsdiff40_patch *patch, size_t capacity, const uint8_t *data,
                             size_t size, int level, size_t *written) {
    int error = bzip2_compress(data, size, level, patch->data + patch->size, capacity - patch->size,
                               written);
    patch->size += error ? 0 : *written;
    return error;
}

static int compress(bsdiff40_patch *patch, const streams *parts, int level) {
    size_t capacity = HEADER_SIZE + bzip2_bound(parts->control_size) +
                      bzip2_bound(parts->difference_size) + bzip2_bound(parts->extra_size);
    patch->data = malloc(capacity);
    if (!patch->data) {
        return WHITTLE_ERROR_MEMORY;
    }
    patch->size = HEADER_SIZE;
    int error = append_compressed(patch, capacity, parts->control, parts->control_size, level,
                                  &patch->control_size);
    if (!error) {
        error = append_compressed(patch, capacity, parts->difference, parts->difference_size, level,
                                  &patch->difference_size);
    }
    if (!error) {
        error = append_compressed(patch, capacity, parts->extra, parts->extra_size, level,
                                  &patch->extra_size);
    }
    return error;
}

static void write_header(bsdiff40_patch *patch, size_t target_size) {
    uint8_t *numbers = patch->data + MAGIC_SIZE;
    memcpy(patch->data, BSDIFF40_MAGIC, MAGIC_SIZE);
    store_number(numbers, (int64_t)patch->control_size);
    store_number(numbers + NUMBER_SIZE, (int64_t)patch->difference_size);
    store_number(numbers + 2 * NUMBER_SIZE, (int64_t)target_size);
}

int bsdiff40_write(const bsdiff40_images *images, const bsdiff40_segments *segments, int level,
                   bsdiff40_patch *patch) {
    streams parts = {
        .control = malloc((segments->count + 1) * CONTROL_SIZE),
        .difference = malloc(images->target_size + 1),
        .extra = malloc(images->target_size + 1),
    };
    *patch = (bsdiff40_patch){0};
    int error = WHITTLE_ERROR_MEMORY;
    if (parts.control && parts.difference && parts.extra) {
        write_segments(&parts, segments, images);
        error = compress(patch, &parts, level);
    }
    free(parts.control);
    free(parts.difference);
    free(parts.extra);
    if (error) {
        free(patch->data);
        patch->data = NULL;
        return error;
    }
    write_header(patch, images->target_size);
    uint8_t *fitting = realloc(patch->data, patch->size);
    patch->data = fitting ? fitting : patch->data;
    return WHITTLE_OK;
}
