/* Adapts libbz2, whose sizes are unsigned int: callers keep every size below 2 GiB. */
#include "bsdiff40/bzip2_stream.h"

#include <limits.h>

#include "whittle/error.h"

size_t bzip2_bound(size_t size) {
    return size + size / 100 + 600; /* as libbz2's manual promises */
}

int bzip2_compress(const uint8_t *data, size_t size, int level, uint8_t *compressed, size_t room,
                   size_t *written) {
    if (size > INT_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    unsigned capacity = room < UINT_MAX ? (unsigned)room : UINT_MAX;
    /* libbz2 does not write to its input, but says so nowhere in its types. */
    int result = BZ2_bzBuffToBuffCompress((char *)compressed, &capacity, (char *)(uintptr_t)data,
                                          (unsigned)size, level, 0, 0);
    *written = capacity;
    switch (result) {
    case BZ_OK:
        return WHITTLE_OK;
    case BZ_OUTBUFF_FULL:
        return WHITTLE_ERROR_TOO_LARGE;
    case BZ_PARAM_ERROR:
        return WHITTLE_ERROR_ARGUMENT;
    default:
        return WHITTLE_ERROR_MEMORY;
    }
}

unsigned bzip2_level(const uint8_t *data, size_t size) {
    bool begins = size >= 4 && data[0] == 'B' && data[1] == 'Z' && data[2] == 'h';
    return begins && data[3] >= '1' && data[3] <= '9' ? (unsigned)data[3] - '0' : 0;
}

int bzip2_reader_open(bzip2_reader *reader, const uint8_t *data, size_t size) {
    *reader = (bzip2_reader){.ended = false};
    if (size > INT_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    reader->state.next_in = (char *)(uintptr_t)data;
    reader->state.avail_in = (unsigned)size;
    return BZ2_bzDecompressInit(&reader->state, 0, 0) == BZ_OK ? WHITTLE_OK : WHITTLE_ERROR_MEMORY;
}

void bzip2_reader_close(bzip2_reader *reader) {
    (void)BZ2_bzDecompressEnd(&reader->state); /* refuses a reader that is not open: harmless */
}

/* Decompresses until the room that the state tells is full or the stream ends. */
static int advance(bzip2_reader *reader) {
    while (reader->state.avail_out > 0 && !reader->ended) {
        unsigned room = reader->state.avail_out;
        unsigned left = reader->state.avail_in;
        int result = BZ2_bzDecompress(&reader->state);
        if (result == BZ_STREAM_END) {
            reader->ended = true;
        } else if (result == BZ_MEM_ERROR) {
            return WHITTLE_ERROR_MEMORY;
        } else if (result != BZ_OK) {
            return WHITTLE_ERROR_CORRUPT;
        } else if (room == reader->state.avail_out && left == reader->state.avail_in) {
            return WHITTLE_ERROR_INCOMPLETE; /* it wants bytes, and there are none */
        }
    }
    return WHITTLE_OK;
}

int bzip2_reader_read(bzip2_reader *reader, uint8_t *data, size_t size) {
    if (size > INT_MAX) {
        return WHITTLE_ERROR_TOO_LARGE;
    }
    reader->state.next_out = (char *)data;
    reader->state.avail_out = (unsigned)size;
    int error = advance(reader);
    return !error && reader->state.avail_out > 0 ? WHITTLE_ERROR_CORRUPT : error;
}

int bzip2_reader_finish(bzip2_reader *reader, size_t *unread) {
    char excess;
    reader->state.next_out = &excess;
    reader->state.avail_out = 1;
    int error = advance(reader);
    *unread = reader->state.avail_in;
    return !error && reader->state.avail_out == 0 ? WHITTLE_ERROR_CORRUPT : error;
}
