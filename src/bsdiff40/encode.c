/* Makes a patch: parses, writes the three streams, compresses them.
 *
 * The default level. A device of the reference firmware has all three streams open at once, each
 * with a bzip2 decompressor of 2.5 x 100,000 x level bytes and some 64 KiB beside it, and holds the
 * patch in the same RAM, which is 4 MiB on the smallest part:
 *
 *     level 3: 3 x (750,000 + 65,536)   = 2,446,608, leaves 1,747,696 bytes for the patch
 *     level 4: 3 x (1,000,000 + 65,536) = 3,196,608, leaves   997,696
 *     level 5: 3 x (1,250,000 + 65,536) = 3,946,608, leaves   247,696
 *
 * Firmware for such a part is up to about 1.7 MB, and a patch is hardly larger than the image even
 * where nothing of the old one is left. So level 3 is the highest that always works. */
#include <stdlib.h>
#include <string.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "bsdiff40/parse.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

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

static void write_segments(streams *out, const bsdiff40_segment *segments, size_t count,
                           const uint8_t *source, const uint8_t *target) {
    for (size_t i = 0; i < count; i++) {
        const bsdiff40_segment *now = &segments[i];
        size_t end = now->source + now->copied;
        size_t next = i + 1 < count ? segments[i + 1].source : end;
        write_control(out, now->copied, now->inserted, (int64_t)next - (int64_t)end);
        for (size_t j = 0; j < now->copied; j++) {
            out->difference[out->difference_size++] =
                (uint8_t)(target[j] - source[now->source + j]);
        }
        target += now->copied;
        memcpy(out->extra + out->extra_size, target, now->inserted);
        out->extra_size += now->inserted;
        target += now->inserted;
    }
}

/* Fills the streams. What was allocated is released by the caller, also after an error. */
static int make_streams(streams *out, const uint8_t *source, size_t source_size,
                        const uint8_t *target, size_t target_size) {
    bsdiff40_segment *segments;
    size_t count;
    int error = bsdiff40_parse(source, source_size, target, target_size, &segments, &count);
    if (error) {
        return error;
    }
    out->control = malloc((count + 1) * CONTROL_SIZE);
    out->difference = malloc(target_size + 1);
    out->extra = malloc(target_size + 1);
    if (out->control && out->difference && out->extra) {
        write_segments(out, segments, count, source, target);
    } else {
        error = WHITTLE_ERROR_MEMORY;
    }
    free(segments);
    return error;
}

typedef struct patch_writer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    int level;
} patch_writer;

static int append_compressed(patch_writer *patch, const uint8_t *data, size_t size,
                             size_t *written) {
    int error = bzip2_compress(data, size, patch->level, patch->data + patch->size,
                               patch->capacity - patch->size, written);
    patch->size += error ? 0 : *written;
    return error;
}

static int write_patch(patch_writer *patch, const streams *parts, size_t target_size) {
    patch->size = HEADER_SIZE;
    patch->capacity = HEADER_SIZE + bzip2_bound(parts->control_size) +
                      bzip2_bound(parts->difference_size) + bzip2_bound(parts->extra_size);
    patch->data = malloc(patch->capacity);
    if (!patch->data) {
        return WHITTLE_ERROR_MEMORY;
    }
    size_t control = 0;
    size_t difference = 0;
    size_t extra;
    int error = append_compressed(patch, parts->control, parts->control_size, &control);
    if (!error) {
        error = append_compressed(patch, parts->difference, parts->difference_size, &difference);
    }
    if (!error) {
        error = append_compressed(patch, parts->extra, parts->extra_size, &extra);
    }
    memcpy(patch->data, BSDIFF40_MAGIC, MAGIC_SIZE);
    store_number(patch->data + MAGIC_SIZE, (int64_t)control);
    store_number(patch->data + MAGIC_SIZE + NUMBER_SIZE, (int64_t)difference);
    store_number(patch->data + MAGIC_SIZE + 2 * NUMBER_SIZE, (int64_t)target_size);
    return error;
}

int whittle_bsdiff40_encode(const uint8_t *source, size_t source_size, const uint8_t *target,
                            size_t target_size, int level, uint8_t **patch, size_t *size) {
    if (level < 1 || level > 9) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (source_size > WHITTLE_IMAGE_MAX || target_size > WHITTLE_IMAGE_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    streams parts = {0};
    patch_writer writer = {.level = level};
    int error = make_streams(&parts, source, source_size, target, target_size);
    if (!error) {
        error = write_patch(&writer, &parts, target_size);
    }
    free(parts.control);
    free(parts.difference);
    free(parts.extra);
    if (error) {
        free(writer.data);
        return error;
    }
    *patch = writer.data;
    *size = writer.size;
    return WHITTLE_OK;
}
