/* Reads the header: nothing of a patch is used before the sizes here have been checked. */
#include "bsdiff40/header.h"

#include <string.h>

#include "bsdiff40/bzip2_stream.h"
#include "bsdiff40/format.h"
#include "whittle/bsdiff40.h"
#include "whittle/encoder.h"

bool whittle_bsdiff40_recognise(const uint8_t *data, size_t size) {
    return size >= MAGIC_SIZE && memcmp(data, BSDIFF40_MAGIC, MAGIC_SIZE) == 0;
}

/* Cuts a stream of that many bytes off the front of what is left. */
static int cut_off(bsdiff40_stream *rest, int64_t size, bsdiff40_stream *stream) {
    if (size < BZIP2_SIZE_MIN) {
        return WHITTLE_ERROR_CORRUPT;
    }
    if ((uint64_t)size > rest->size) {
        return WHITTLE_ERROR_INCOMPLETE;
    }
    *stream = (bsdiff40_stream){rest->data, (size_t)size};
    rest->data += size;
    rest->size -= (size_t)size;
    return WHITTLE_OK;
}

int bsdiff40_take_apart(const uint8_t *patch, size_t size, bsdiff40_parts *parts) {
    size_t magic = size < MAGIC_SIZE ? size : MAGIC_SIZE;
    if (size == 0 || memcmp(patch, BSDIFF40_MAGIC, magic) != 0) {
        return WHITTLE_ERROR_NOT_A_PATCH;
    }
    if (size < HEADER_SIZE) {
        return WHITTLE_ERROR_INCOMPLETE;
    }
    const uint8_t *numbers = patch + MAGIC_SIZE;
    int64_t target_size = load_number(numbers + 2 * NUMBER_SIZE);
    if (target_size < 0) {
        return WHITTLE_ERROR_CORRUPT;
    }
    if (target_size > WHITTLE_IMAGE_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    parts->target_size = (size_t)target_size;
    bsdiff40_stream rest = {patch + HEADER_SIZE, size - HEADER_SIZE};
    int error = cut_off(&rest, load_number(numbers), &parts->control);
    if (!error) {
        error = cut_off(&rest, load_number(numbers + NUMBER_SIZE), &parts->difference);
    }
    parts->extra = rest;
    return !error && rest.size < BZIP2_SIZE_MIN ? WHITTLE_ERROR_INCOMPLETE : error;
}

int whittle_bsdiff40_read_info(const uint8_t *patch, size_t patch_size,
                               whittle_bsdiff40_info *info) {
    bsdiff40_parts parts;
    int error = bsdiff40_take_apart(patch, patch_size, &parts);
    if (error) {
        return error;
    }
    const bsdiff40_stream streams[] = {parts.control, parts.difference, parts.extra};
    *info = (whittle_bsdiff40_info){.control_size = parts.control.size,
                                    .difference_size = parts.difference.size,
                                    .extra_size = parts.extra.size,
                                    .target_size = parts.target_size};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        unsigned level = bzip2_level(streams[i].data, streams[i].size);
        if (level == 0) {
            return WHITTLE_ERROR_CORRUPT;
        }
        info->level = level > info->level ? level : info->level;
    }
    return WHITTLE_OK;
}
