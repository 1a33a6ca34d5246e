/* Applies a patch. All of it may be hostile: memory is taken only as fast as the streams prove that
 * they fill it, the work is bounded by the size of the target, and every stream must end, whole,
 * exactly where the last segment has used it up. */
#include <stdlib.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "bsdiff40/header.h"
#include "whittle/bsdiff40.h"

enum {
    PIECE_SIZE = 65536, /* bytes decompressed at a time */
};

/* The place in the source may stray out of it, but never so far that a sum could overflow. */
#define POSITION_LIMIT ((int64_t)1 << 62)

typedef struct application {
    const uint8_t *source;
    size_t source_size;
    int64_t position; /* in the source */
    bzip2_reader control;
    bzip2_reader difference;
    bzip2_reader extra;
    uint8_t *target;
    size_t target_size; /* when all is done */
    size_t written;     /* bytes so far */
    size_t capacity;    /* bytes allocated */
} application;

typedef struct segment {
    size_t copied;
    size_t inserted;
    int64_t seek;
} segment;

/* Makes room for size more bytes, which stay within the target's size. */
static int grow(application *work, size_t size) {
    size_t wanted = work->written + size;
    if (wanted <= work->capacity) {
        return WHITTLE_OK;
    }
    size_t capacity = wanted > work->target_size / 2 ? work->target_size : 2 * wanted;
    uint8_t *target = realloc(work->target, capacity);
    if (!target) {
        return WHITTLE_ERROR_MEMORY;
    }
    work->target = target;
    work->capacity = capacity;
    return WHITTLE_OK;
}

static int read_segment(application *work, segment *next) {
    uint8_t numbers[CONTROL_SIZE];
    int error = bzip2_reader_read(&work->control, numbers, sizeof numbers);
    if (error) {
        return error;
    }
    int64_t copied = load_number(numbers);
    int64_t inserted = load_number(numbers + NUMBER_SIZE);
    size_t room = work->target_size - work->written;
    /* Negative numbers become larger than any room. */
    if ((uint64_t)copied > room || (uint64_t)inserted > room - (size_t)copied) {
        return WHITTLE_ERROR_CORRUPT;
    }
    next->copied = (size_t)copied;
    next->inserted = (size_t)inserted;
    next->seek = load_number(numbers + 2 * NUMBER_SIZE);
    return WHITTLE_OK;
}

/* Appends size bytes of a stream to the target. */
static int append(application *work, bzip2_reader *stream, size_t size) {
    int error = grow(work, size);
    if (!error) {
        error = bzip2_reader_read(stream, work->target + work->written, size);
    }
    work->written += error ? 0 : size;
    return error;
}

/* Adds the source to the last size bytes of the target, as far as there is a source. Places before
 * it become ones far behind it. */
static void add_source(application *work, size_t size) {
    uint8_t *sum = work->target + work->written - size;
    for (size_t i = 0; i < size; i++, work->position++) {
        if ((uint64_t)work->position < work->source_size) {
            sum[i] = (uint8_t)(sum[i] + work->source[work->position]);
        }
    }
}

static int apply_segment(application *work, const segment *next) {
    size_t size;
    for (size_t left = next->copied; left > 0; left -= size) {
        size = left < PIECE_SIZE ? left : PIECE_SIZE;
        int error = append(work, &work->difference, size);
        if (error) {
            return error;
        }
        add_source(work, size);
    }
    for (size_t left = next->inserted; left > 0; left -= size) {
        size = left < PIECE_SIZE ? left : PIECE_SIZE;
        int error = append(work, &work->extra, size);
        if (error) {
            return error;
        }
    }
    if (next->seek > POSITION_LIMIT - llabs(work->position) ||
        next->seek < llabs(work->position) - POSITION_LIMIT) {
        return WHITTLE_ERROR_CORRUPT;
    }
    work->position += next->seek;
    return WHITTLE_OK;
}

/* A stream must hold nothing more. */
static int finish(bzip2_reader *stream, int error_if_unread) {
    size_t unread;
    int error = bzip2_reader_finish(stream, &unread);
    return !error && unread > 0 ? error_if_unread : error;
}

static int apply_segments(application *work) {
    /* A segment may write nothing, only to move in the source. bsdiff's search goes on by at least
     * a byte between two segments, so one more segment than bytes is the most that it makes. */
    size_t count = 0;
    while (work->written < work->target_size) {
        segment next;
        int error = count++ > work->target_size ? WHITTLE_ERROR_CORRUPT : read_segment(work, &next);
        if (!error) {
            error = apply_segment(work, &next);
        }
        if (error) {
            return error;
        }
    }
    int error = finish(&work->control, WHITTLE_ERROR_CORRUPT);
    if (!error) {
        error = finish(&work->difference, WHITTLE_ERROR_CORRUPT);
    }
    return error ? error : finish(&work->extra, WHITTLE_ERROR_TRAILING);
}

static int open_streams(application *work, const bsdiff40_parts *parts) {
    int error = bzip2_reader_open(&work->control, parts->control.data, parts->control.size);
    if (!error) {
        error =
            bzip2_reader_open(&work->difference, parts->difference.data, parts->difference.size);
    }
    if (!error) {
        error = bzip2_reader_open(&work->extra, parts->extra.data, parts->extra.size);
    }
    return error;
}

int whittle_bsdiff40_apply(const uint8_t *source, size_t source_size, const uint8_t *patch,
                           size_t patch_size, uint8_t **target, size_t *target_size) {
    bsdiff40_parts parts;
    int error = bsdiff40_take_apart(patch, patch_size, &parts);
    if (error) {
        return error;
    }
    application work = {.source = source,
                        .source_size = source_size,
                        .target_size = parts.target_size,
                        .target = malloc(1), /* an empty target has an address, too */
                        .capacity = 1};
    error = work.target ? open_streams(&work, &parts) : WHITTLE_ERROR_MEMORY;
    if (!error) {
        error = apply_segments(&work);
    }
    bzip2_reader_close(&work.control);
    bzip2_reader_close(&work.difference);
    bzip2_reader_close(&work.extra);
    if (error) {
        free(work.target);
        return error;
    }
    *target = work.target;
    *target_size = work.written;
    return WHITTLE_OK;
}
