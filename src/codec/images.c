/* Windows on the images. Invariant: window holds source bytes [window_start, +window_size), and
 * recent holds the last target bytes, of which those since the last multiple of its size are not
 * written yet. */
#include "codec/images.h"

#include "codec/bytes.h"
#include "whittle/error.h"

/* How far before the wanted byte the window is placed: the model looks back as well as ahead. */
enum { WINDOW_BEHIND = 48 };

static void move_window(whittle_images *images, uint32_t offset) {
    uint32_t start = offset > WINDOW_BEHIND ? offset - WINDOW_BEHIND : 0;
    uint32_t size = images->source_size - start;
    if (size > WHITTLE_SOURCE_WINDOW) {
        size = WHITTLE_SOURCE_WINDOW;
    }
    int error = images->read_source(images->context, start, images->window, size);
    if (error && !images->error) {
        images->error = error;
    }
    images->window_start = start;
    images->window_size = size;
}

uint8_t whittle_source_byte(whittle_images *images, uint32_t offset) {
    if (offset - images->window_start >= images->window_size) {
        if (offset >= images->source_size) {
            return 0;
        }
        move_window(images, offset);
    }
    return images->window[offset - images->window_start];
}

uint32_t whittle_source_load(whittle_images *images, uint32_t offset, unsigned count) {
    uint32_t value = 0;
    uint32_t start = offset - images->window_start;
    if (start < images->window_size && images->window_size - start >= 4) {
        value = load_le32(images->window + start);
        return count < 4 ? value & (((uint32_t)1 << 8 * count) - 1) : value;
    }
    for (unsigned i = count; i > 0; i--) {
        value = value << 8 | whittle_source_byte(images, offset + i - 1);
    }
    return value;
}

uint32_t whittle_target_load(const whittle_images *images, uint32_t back, unsigned count) {
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (uint32_t)whittle_target_recent(images, back - i) << 8 * i;
    }
    return value;
}

/* Passes on the bytes from start, a multiple of WHITTLE_TARGET_RECENT. */
static void write_recent(whittle_images *images, uint32_t start) {
    int error = images->error;
    if (!error) {
        error =
            images->write_target(images->context, start, images->recent, images->position - start);
    }
    images->error = error;
}

void whittle_target_append(whittle_images *images, uint8_t byte) {
    images->recent[images->position % WHITTLE_TARGET_RECENT] = byte;
    images->position++;
    if (images->position % WHITTLE_TARGET_RECENT == 0) {
        write_recent(images, images->position - WHITTLE_TARGET_RECENT);
    }
}

void whittle_target_flush(whittle_images *images) {
    uint32_t pending = images->position % WHITTLE_TARGET_RECENT;
    if (pending) {
        write_recent(images, images->position - pending);
    }
}

bool whittle_offset_to_address(const whittle_region *regions, unsigned count, uint32_t offset,
                               uint32_t *address) {
    for (unsigned i = 0; i < count; i++) {
        if (offset - regions[i].offset < regions[i].size) {
            *address = regions[i].address + (offset - regions[i].offset);
            return true;
        }
    }
    return false;
}

bool whittle_address_to_offset(const whittle_region *regions, unsigned count, uint32_t address,
                               uint32_t *offset) {
    for (unsigned i = 0; i < count; i++) {
        if (address - regions[i].address < regions[i].size) {
            *offset = regions[i].offset + (address - regions[i].address);
            return true;
        }
    }
    return false;
}
