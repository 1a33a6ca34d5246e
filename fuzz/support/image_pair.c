/* Making pairs of images. Everything follows from the input; sizes are bounded. */
#include "fuzz/support/image_pair.h"

#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"

enum { SOURCE_MAX = 2048, TARGET_MAX = 6000, PIECE_MAX = 1024 };

/* Appends size bytes to the target, as far as there is room; returns how many. */
static size_t append(image *target, const uint8_t *data, size_t size) {
    size_t room = TARGET_MAX - target->size;
    size = size < room ? size : room;
    if (size > 0) {
        memcpy(target->data + target->size, data, size);
    }
    target->size += size;
    return size;
}

/* Moves the words of the target's last bytes, as addresses move when code is inserted. */
static void shift_words(image *target, size_t size, uint32_t shift, bool big_endian) {
    uint8_t *first = target->data + target->size - size;
    for (size_t i = 0; i + 4 <= size; i += 4) {
        if (big_endian) {
            store_be32(first + i, load_be32(first + i) + shift);
        } else {
            store_le32(first + i, load_le32(first + i) + shift);
        }
    }
}

/* A piece: copied, copied with words that differ, or new. */
static void add_piece(fuzz_input *input, const image *source, image *target) {
    uint8_t kind = fuzz_byte(input);
    size_t size = fuzz_number16(input) % PIECE_MAX;
    if (kind % 4 == 3) {
        image fresh = fuzz_bytes(input, size % 256);
        (void)append(target, fresh.data, fresh.size);
        image_free(&fresh);
        return;
    }
    size_t from = source->size ? fuzz_number16(input) % source->size : 0;
    size = size < source->size - from ? size : source->size - from;
    size = append(target, source->data + from, size);
    if (kind % 4 == 2) {
        shift_words(target, size, fuzz_number16(input) << (kind >> 4), kind & 4);
    }
}

image_pair fuzz_image_pair(fuzz_input *input) {
    image_pair made;
    made.source = fuzz_bytes(input, fuzz_number16(input) % (SOURCE_MAX + 1));
    made.target = image_of_value(0, TARGET_MAX);
    made.target.size = 0;
    while (input->size > 0) {
        add_piece(input, &made.source, &made.target);
    }
    return made;
}

void image_pair_free(image_pair *gone) {
    image_free(&gone->source);
    image_free(&gone->target);
}
