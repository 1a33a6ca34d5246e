/* bzip2 streams in memory: written in one go, read piece by piece. The only code that knows libbz2.
 */
#ifndef WHITTLE_BSDIFF40_BZIP2_STREAM_H
#define WHITTLE_BSDIFF40_BZIP2_STREAM_H

#include <bzlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BZIP2_SIZE_MIN 14 /* bytes of the shortest stream, which holds nothing */

/* Room that the compressed form of size bytes never exceeds. */
size_t bzip2_bound(size_t size);

/* Compresses data at level 1 to 9 to room bytes of memory, of which *written are used. */
int bzip2_compress(const uint8_t *data, size_t size, int level, uint8_t *compressed, size_t room,
                   size_t *written);

/* The level that a stream was made with, 1 to 9; 0 where data is no bzip2 stream. */
unsigned bzip2_level(const uint8_t *data, size_t size);

typedef struct bzip2_reader {
    bz_stream state;
    bool ended; /* the end of the stream was met, and its checksum was right */
} bzip2_reader;

/* Starts reading; data must stay until bzip2_reader_close, which every opened reader needs. */
int bzip2_reader_open(bzip2_reader *reader, const uint8_t *data, size_t size);
void bzip2_reader_close(bzip2_reader *reader);

/* Reads exactly size bytes. WHITTLE_ERROR_CORRUPT: damaged, or the stream holds less.
 * WHITTLE_ERROR_INCOMPLETE: the data ends within the stream. */
int bzip2_reader_read(bzip2_reader *reader, uint8_t *data, size_t size);

/* Makes sure that the stream ends here and is whole. *unread is the number of bytes after it. */
int bzip2_reader_finish(bzip2_reader *reader, size_t *unread);

#endif
