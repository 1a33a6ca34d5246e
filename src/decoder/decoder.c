/* The push-style decoder: collects the header, then runs the stream whenever enough payload is
 * there.
 *
 * The trick that keeps the model's code straight: no element of the stream takes more than
 * WHITTLE_STREAM_ELEMENT_MAX payload bytes, so an element is only begun when that many are at hand
 * (or the payload is complete), and nothing ever has to stop in the middle.
 *
 * Memory: this struct, then the model's tables. Until the header is there, it is collected in the
 * place of tables that are not in use yet.
 */
#include "whittle/decoder.h"

#include <assert.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "codec/stream.h"
#include "decoder/range_decoder.h"

enum { INPUT_SIZE = 256, CRC_SIZE = 4 };

typedef enum decoder_state { IN_HEADER, IN_PAYLOAD, IN_TRAILER, AT_END } decoder_state;

struct whittle_decoder {
    whittle_decoder_io io;
    uint8_t *memory; /* what follows this struct's reserved room */
    size_t size;
    decoder_state state;
    int error;         /* the first error; it stays */
    uint32_t received; /* bytes of the patch so far */
    uint32_t crc;      /* of the bytes received, the stored checksum left out */
    bool started;      /* the range decoder has taken its first bytes */
    uint16_t input_size;
    uint8_t stored_crc[CRC_SIZE];
    uint8_t input[INPUT_SIZE]; /* payload bytes not used yet */
    range_decoder range;
    whittle_stream stream;
    whittle_header header;
};

static_assert(sizeof(whittle_decoder) <= WHITTLE_STREAM_RESERVED, "the structs must fit");
static_assert(INPUT_SIZE > WHITTLE_STREAM_ELEMENT_MAX, "an element must fit");
static_assert(WHITTLE_DECODER_WRITE_MAX == WHITTLE_TARGET_RECENT, "pieces as documented");
static_assert(WHITTLE_RAM_MIN >= WHITTLE_STREAM_RESERVED + WHITTLE_HEADER_MAX +
                                     2 * WHITTLE_REGION_MAX * sizeof(whittle_region),
              "the header must not overlap the regions read from it");

/* Where the header is collected: at the end of the smallest memory. */
static uint8_t *header_bytes(const whittle_decoder *decoder) {
    return decoder->memory + (WHITTLE_RAM_MIN - WHITTLE_STREAM_RESERVED - WHITTLE_HEADER_MAX);
}

int whittle_decoder_init(void *memory, size_t size, const whittle_decoder_io *io,
                         whittle_decoder **decoder) {
    if (!memory || !io || !io->read_source || !io->write_target || (uintptr_t)memory % 8 != 0) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (size < WHITTLE_RAM_MIN) {
        return WHITTLE_ERROR_RAM;
    }
    whittle_decoder *new = memory;
    memset(new, 0, sizeof *new);
    new->io = *io;
    new->memory = (uint8_t *)memory + WHITTLE_STREAM_RESERVED;
    new->size = size - WHITTLE_STREAM_RESERVED;
    *decoder = new;
    return WHITTLE_OK;
}

static int start_payload(whittle_decoder *decoder) {
    const whittle_header *header = &decoder->header;
    if (header->ram - WHITTLE_STREAM_RESERVED > decoder->size) {
        return WHITTLE_ERROR_RAM;
    }
    if (decoder->io.accept) {
        int refused = decoder->io.accept(decoder->io.context, header);
        if (refused) {
            return refused;
        }
    }
    whittle_images *images = &decoder->stream.images;
    images->read_source = decoder->io.read_source;
    images->write_target = decoder->io.write_target;
    images->context = decoder->io.context;
    range_decoder_init(&decoder->range);
    decoder->stream.coder = &decoder->range.coder;
    return whittle_stream_init(&decoder->stream, header, header_bytes(decoder), decoder->memory,
                               header->ram - WHITTLE_STREAM_RESERVED);
}

/* Takes header bytes one by one, since only the whole header tells where it ends. */
static int feed_header(whittle_decoder *decoder, uint8_t byte) {
    uint8_t *bytes = header_bytes(decoder);
    bytes[decoder->received++] = byte;
    decoder->crc = whittle_crc32(decoder->crc, &byte, 1);
    int error = whittle_header_read(bytes, decoder->received, &decoder->header);
    if (error == WHITTLE_ERROR_INCOMPLETE) {
        return WHITTLE_OK;
    }
    if (error == WHITTLE_OK) {
        decoder->state = IN_PAYLOAD;
        error = start_payload(decoder);
    }
    return error;
}

/* Runs the stream as far as the payload at hand allows. */
static int run(whittle_decoder *decoder, bool complete) {
    range_decoder *range = &decoder->range;
    whittle_stream *stream = &decoder->stream;
    range_decoder_supply(range, decoder->input, decoder->input_size);
    while (stream->state != WHITTLE_STREAM_END &&
           (complete || range->end - range->next >= WHITTLE_STREAM_ELEMENT_MAX)) {
        if (!decoder->started) {
            range_decoder_start(range);
            decoder->started = true;
        }
        int error = whittle_stream_step(stream);
        if (error) {
            return error;
        }
    }
    decoder->input_size = (uint16_t)(range->end - range->next);
    memmove(decoder->input, range->next, decoder->input_size);
    return WHITTLE_OK;
}

/* The payload is all there: what is left of the stream, and nothing more. */
static int end_payload(whittle_decoder *decoder) {
    int error = run(decoder, true);
    if (error) {
        return error;
    }
    decoder->state = IN_TRAILER;
    if (decoder->input_size) {
        return WHITTLE_ERROR_CORRUPT;
    }
    whittle_target_flush(&decoder->stream.images);
    return decoder->stream.images.error;
}

static int feed_payload(whittle_decoder *decoder, const uint8_t *data, size_t size, size_t *used) {
    uint32_t left = decoder->header.header_size + decoder->header.payload_size - decoder->received;
    size_t taken = INPUT_SIZE - decoder->input_size;
    taken = taken < size ? taken : size;
    taken = taken < left ? taken : left;
    memcpy(decoder->input + decoder->input_size, data, taken);
    decoder->input_size = (uint16_t)(decoder->input_size + taken);
    decoder->received += (uint32_t)taken;
    decoder->crc = whittle_crc32(decoder->crc, data, taken);
    *used = taken;
    if (taken == left) {
        return end_payload(decoder);
    }
    int error = run(decoder, false);
    if (!error && decoder->stream.state == WHITTLE_STREAM_END) {
        error = WHITTLE_ERROR_CORRUPT;
    }
    return error;
}

/* What follows the payload: a signature that this layer passes over, and the checksum. */
static int feed_trailer(whittle_decoder *decoder, uint8_t byte) {
    uint32_t left = decoder->header.total_size - decoder->received;
    decoder->received++;
    if (left > CRC_SIZE) {
        decoder->crc = whittle_crc32(decoder->crc, &byte, 1);
        return WHITTLE_OK;
    }
    decoder->stored_crc[CRC_SIZE - left] = byte;
    if (left > 1) {
        return WHITTLE_OK;
    }
    decoder->state = AT_END;
    return load_le32(decoder->stored_crc) == decoder->crc ? WHITTLE_OK : WHITTLE_ERROR_CHECKSUM;
}

static int feed_some(whittle_decoder *decoder, const uint8_t *data, size_t size, size_t *used) {
    *used = 1;
    switch (decoder->state) { /* GCOVR_EXCL_BR_LINE: there is no other value */
    case IN_HEADER:
        return feed_header(decoder, *data);
    case IN_PAYLOAD:
        return feed_payload(decoder, data, size, used);
    case IN_TRAILER:
        return feed_trailer(decoder, *data);
    case AT_END:
        break;
    }
    return WHITTLE_ERROR_TRAILING;
}

int whittle_decoder_feed(whittle_decoder *decoder, const uint8_t *data, size_t size) {
    while (size > 0 && !decoder->error) {
        size_t used;
        decoder->error = feed_some(decoder, data, size, &used);
        data += used;
        size -= used;
    }
    return decoder->error;
}

int whittle_decoder_finish(whittle_decoder *decoder) {
    if (!decoder->error && decoder->state != AT_END) {
        decoder->error = WHITTLE_ERROR_INCOMPLETE;
    }
    return decoder->error;
}

const whittle_header *whittle_decoder_header(const whittle_decoder *decoder) {
    return decoder->state == IN_HEADER ? NULL : &decoder->header;
}

uint32_t whittle_decoder_position(const whittle_decoder *decoder) {
    return decoder->stream.images.position;
}
