/* Writing a patch. The header's size depends on the payload's, which comes first: so the header is
 * written twice, once for the model to be set up from, once with the final numbers. */
#include "encoder/payload.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "codec/crc32.h"
#include "encoder/plan.h"
#include "encoder/range_encoder.h"
#include "whittle/error.h"
#include "whittle/sha256.h"

static void digest_into(uint8_t *digest, size_t digest_size, const uint8_t *data, size_t size) {
    uint8_t whole[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, data, size);
    whittle_sha256_finish(&hash, whole);
    memcpy(digest, whole, digest_size);
}

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const payload_input *input = context;
    memcpy(data, input->source + offset, size);
    return WHITTLE_OK;
}

static int discard_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context, (void)offset, (void)data, (void)size;
    return WHITTLE_OK;
}

static uint32_t count_mapped(const payload_input *input) {
    uint32_t count = 0;
    for (size_t i = 0; i < input->copy_count; i++) {
        count += input->copies[i].mapped;
    }
    return count;
}

static int write_header(const payload_input *input, whittle_header *header, uint8_t *bytes) {
    whittle_region regions[2 * LAYOUT_REGION_MAX];
    if (header->flags & WHITTLE_FLAG_REGIONS) {
        unsigned count = 0;
        header->isa = input->isa;
        header->source_region_count = (uint8_t)input->source_layout->count;
        header->target_region_count = (uint8_t)input->target_layout->count;
        for (unsigned i = 0; i < input->source_layout->count; i++) {
            regions[count++] = input->source_layout->regions[i];
        }
        for (unsigned i = 0; i < input->target_layout->count; i++) {
            regions[count++] = input->target_layout->regions[i];
        }
    }
    return whittle_header_write(header, regions, bytes);
}

static void fill_header(const payload_input *input, whittle_header *header) {
    *header = *input->fields;
    header->target_size = (uint32_t)input->target_size;
    header->map_entries = count_mapped(input);
    digest_into(header->target_digest, sizeof header->target_digest, input->target,
                input->target_size);
    if (header->flags & WHITTLE_FLAG_SOURCE) {
        header->source_size = (uint32_t)input->source_size;
        digest_into(header->source_digest, sizeof header->source_digest, input->source,
                    input->source_size);
    }
    if ((input->isa || input->source_layout->count) && header->flags & WHITTLE_FLAG_SOURCE) {
        header->flags |= WHITTLE_FLAG_REGIONS;
    }
}

static int write_payload(const payload_input *input, const whittle_header *header,
                         const uint8_t *header_bytes, range_encoder *encoder) {
    plan what;
    plan_init(&what, input->target, header->target_size, input->copies, input->copy_count);
    size_t size = header->ram - WHITTLE_STREAM_RESERVED;
    void *memory = malloc(size);
    if (!memory) {
        return WHITTLE_ERROR_MEMORY;
    }
    whittle_stream stream = {
        .coder = &encoder->coder,
        .writer = &what.writer,
        .images = {.read_source = read_source,
                   .write_target = discard_target,
                   .context = (void *)(uintptr_t)input},
    };
    int error = whittle_stream_init(&stream, header, header_bytes, memory, size);
    while (!error && stream.state != WHITTLE_STREAM_END) {
        error = whittle_stream_step(&stream);
    }
    free(memory);
    int finish_error = range_encoder_finish(encoder);
    return error ? error : finish_error;
}

static int assemble(const uint8_t *header_bytes, const whittle_header *header,
                    const range_encoder *encoder, uint8_t **patch, size_t *size) {
    uint8_t *bytes = malloc(header->total_size);
    if (!bytes) {
        return WHITTLE_ERROR_MEMORY;
    }
    memcpy(bytes, header_bytes, header->header_size);
    if (encoder->size) {
        memcpy(bytes + header->header_size, encoder->data, encoder->size);
    }
    size_t covered = header->total_size - 4;
    store_le32(bytes + covered, whittle_crc32(0, bytes, covered));
    *patch = bytes;
    *size = header->total_size;
    return WHITTLE_OK;
}

static coded_elements count_coded(const payload_input *input, const whittle_header *header,
                                  uint64_t decisions) {
    coded_elements coded = {
        .isa = header->isa,
        .contexts = header->contexts,
        .target_size = header->target_size,
        .decisions = decisions,
        .copies = input->copy_count,
    };
    for (size_t i = 0; i < input->copy_count; i++) {
        coded.copied_bytes += input->copies[i].size;
    }
    return coded;
}

int payload_write_patch(const payload_input *input, uint8_t **patch, size_t *size,
                        coded_elements *coded) {
    uint8_t header_bytes[WHITTLE_HEADER_MAX];
    whittle_header header;
    fill_header(input, &header);
    int error = write_header(input, &header, header_bytes);
    if (error) {
        return error;
    }
    range_encoder encoder;
    range_encoder_init(&encoder);
    error = write_payload(input, &header, header_bytes, &encoder);
    if (!error) {
        header.payload_size = (uint32_t)encoder.size;
        *coded = count_coded(input, &header, encoder.decisions);
        error = write_header(input, &header, header_bytes);
    }
    if (!error) {
        error = assemble(header_bytes, &header, &encoder, patch, size);
    }
    free(encoder.data);
    return error;
}
