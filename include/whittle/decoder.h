/* The streaming decoder: patch bytes in, the old image through a callback, the new image out.
 *
 * Push style: feed any number of bytes at a time, from one to all. The caller owns all memory; the
 * decoder never allocates, never recurses, keeps no global state, and uses exactly the RAM that the
 * patch's header declares. It checks everything that it reads; a hostile patch can waste time
 * bounded by the target size, and nothing else.
 *
 * The decoder checks the patch's structure and its CRC-32. It does not compute image digests: check
 * the source image against header.source_digest before you feed (the accept callback is the place),
 * and what was written against header.target_digest after whittle_decoder_finish.
 */
#ifndef WHITTLE_DECODER_H
#define WHITTLE_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"
#include "whittle/patch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct whittle_decoder whittle_decoder;

/* How the decoder reaches the world. Each callback returns 0, or a negative number that ends the
 * decoding and is returned unchanged. */
typedef struct whittle_decoder_io {
    void *context; /* passed to each callback */

    /* Called once, when the header has arrived, before any image byte is read or written: the place
     * to refuse a patch. May be NULL. */
    int (*accept)(void *context, const whittle_header *header);

    /* Reads size bytes of the source image from offset; always within header.source_size. */
    int (*read_source)(void *context, uint32_t offset, uint8_t *data, size_t size);

    /* Takes the next size bytes of the target image, which begin at offset. In order, without gaps,
     * at most WHITTLE_DECODER_WRITE_MAX at a time. */
    int (*write_target)(void *context, uint32_t offset, const uint8_t *data, size_t size);
} whittle_decoder_io;

#define WHITTLE_DECODER_WRITE_MAX 64

/* Sets up a decoder in the caller's memory.
 *
 * memory, size   at least header.ram bytes for the patches to be decoded, aligned for uint64_t;
 *                WHITTLE_RAM_MIN at least. The decoder uses its first header.ram bytes only.
 * io             copied
 * decoder        set to the decoder, which lives inside memory until the caller reuses it */
int whittle_decoder_init(void *memory, size_t size, const whittle_decoder_io *io,
                         whittle_decoder **decoder);

/* Feeds the next size bytes of the patch, from its very first byte on. After an error every further
 * call returns that error. WHITTLE_ERROR_RAM: the memory is smaller than the patch needs.
 * WHITTLE_ERROR_TRAILING: the patch ended before the last byte of data. */
int whittle_decoder_feed(whittle_decoder *decoder, const uint8_t *data, size_t size);

/* Ends the decoding: all was fed, all was written, and the checksum is right.
 * WHITTLE_ERROR_INCOMPLETE: the patch was cut short. */
int whittle_decoder_finish(whittle_decoder *decoder);

/* The header, or NULL as long as it has not arrived whole. */
const whittle_header *whittle_decoder_header(const whittle_decoder *decoder);

/* Bytes of the target image decoded so far: for progress. */
uint32_t whittle_decoder_position(const whittle_decoder *decoder);

#ifdef __cplusplus
}
#endif

#endif
