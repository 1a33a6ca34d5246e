/* The two images as the model sees them: any byte of the source by way of a small window, and the
 * last bytes of the target. The same for a decoder, whose source is a flash, and for an encoder. */
#ifndef WHITTLE_CODEC_IMAGES_H
#define WHITTLE_CODEC_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/patch.h"

#define WHITTLE_SOURCE_WINDOW 128 /* bytes of the source held; a power of two */
#define WHITTLE_TARGET_RECENT 64  /* bytes of the target held; a power of two */

typedef struct whittle_images {
    int (*read_source)(void *context, uint32_t offset, uint8_t *data, size_t size);
    int (*write_target)(void *context, uint32_t offset, const uint8_t *data, size_t size);
    void *context;
    bool big_endian; /* the order of the bytes of words */
    int error;       /* the first that a callback returned */
    uint32_t source_size;
    uint32_t target_size;
    uint32_t window_start; /* source offset of window[0] */
    uint32_t window_size;  /* bytes that window holds */
    uint32_t position;     /* target bytes so far */
    uint8_t window[WHITTLE_SOURCE_WINDOW];
    uint8_t recent[WHITTLE_TARGET_RECENT]; /* target byte i is at i % WHITTLE_TARGET_RECENT */
} whittle_images;

/* The source byte at offset, 0 outside the image. */
uint8_t whittle_source_byte(whittle_images *images, uint32_t offset);

/* count bytes of the source from offset, 1 to 4, least significant first. */
uint32_t whittle_source_load(whittle_images *images, uint32_t offset, unsigned count);

/* The four bytes as a word of the images' byte order, or a word as four bytes. */
static inline uint32_t whittle_word_order(const whittle_images *images, uint32_t word) {
    if (!images->big_endian) {
        return word;
    }
    return word << 24 | (word & 0xFF00) << 8 | (word >> 8 & 0xFF00) | word >> 24;
}

/* The word at an offset of the source. */
static inline uint32_t whittle_source_word(whittle_images *images, uint32_t offset) {
    return whittle_word_order(images, whittle_source_load(images, offset, 4));
}

/* The target byte back bytes before the next one (1: the last), 0 before the start. back is at most
 * WHITTLE_TARGET_RECENT. */
static inline uint8_t whittle_target_recent(const whittle_images *images, uint32_t back) {
    uint32_t offset = images->position - back;
    return back <= images->position ? images->recent[offset % WHITTLE_TARGET_RECENT] : 0;
}

/* The target byte at an offset, which is one of the last WHITTLE_TARGET_RECENT or of those next. */
static inline uint8_t *whittle_target_at(whittle_images *images, uint32_t offset) {
    return &images->recent[offset % WHITTLE_TARGET_RECENT];
}

/* count bytes of the target that start back bytes before the next one, least significant first. */
uint32_t whittle_target_load(const whittle_images *images, uint32_t back, unsigned count);

/* Appends a byte to the target; passes it on in pieces of WHITTLE_TARGET_RECENT. */
void whittle_target_append(whittle_images *images, uint8_t byte);

/* Passes on what has not been passed on yet. */
void whittle_target_flush(whittle_images *images);

/* The address of an image offset, or the offset of an address; false outside all regions. */
bool whittle_offset_to_address(const whittle_region *regions, unsigned count, uint32_t offset,
                               uint32_t *address);
bool whittle_address_to_offset(const whittle_region *regions, unsigned count, uint32_t address,
                               uint32_t *offset);

#endif
