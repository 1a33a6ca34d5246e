/* The forger. See forgery.h. */
#include "support/forgery.h"

#include <assert.h>
#include <string.h>

#include "support/signing.h"
#include "support/unit_test.h"
#include "whittle/patch.h"
#include "whittle/signature.h"

enum { CRC_SIZE = 4, NUMBER_SIZE = 32 };

/* What signature numbers are compared with and reduced by: the curve's order and its field's prime.
 */
static const uint8_t order[NUMBER_SIZE] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
static const uint8_t prime[NUMBER_SIZE] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/* number = order - number, of 256 bits and big-endian. */
static void negate(uint8_t *number) {
    int borrow = 0;
    for (int i = NUMBER_SIZE - 1; i >= 0; i--) {
        int digit = order[i] - number[i] - borrow;
        borrow = digit < 0;
        number[i] = (uint8_t)(digit & 0xFF);
    }
}

/* number += addend. What is carried out is lost. */
static void add(uint8_t *number, const uint8_t *addend) {
    int carry = 0;
    for (int i = NUMBER_SIZE - 1; i >= 0; i--) {
        int digit = number[i] + addend[i] + carry;
        carry = digit >> 8;
        number[i] = (uint8_t)(digit & 0xFF);
    }
}

static uint8_t *block_of(uint8_t *patch, uint32_t size) {
    return patch + size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE;
}

void forgery_turn_signature(uint8_t *patch, uint32_t size) {
    negate(block_of(patch, size) + NUMBER_SIZE);
    seal_patch(patch, size);
}

static uint32_t below(forgery *made, uint32_t limit) {
    return generate_below(&made->random, limit);
}

static uint8_t other_byte(forgery *made) {
    return (uint8_t)(1 + below(made, 255)); /* to be added or xored */
}

static const rig_bytes *any_pattern(forgery *made) {
    return &made->patterns[below(made, made->pattern_count)];
}

static void copy_pattern(forgery *made) {
    const rig_bytes *from = below(made, 4) ? made->patterns : any_pattern(made);
    assert_in_range(from->size, WHITTLE_PATCH_MIN, FORGERY_MAX / 2);
    memcpy(made->bytes, from->data, from->size);
    made->size = from->size;
}

/* ---- Changes of a patch as bytes ---- */

static void flip_bits(forgery *made) {
    for (uint32_t count = 1 + below(made, 4); count > 0; count--) {
        uint32_t bit = below(made, 8 * (made->size - CRC_SIZE));
        made->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void overwrite_bytes(forgery *made) {
    uint32_t count = 1 + below(made, 32);
    uint32_t at = below(made, made->size - CRC_SIZE - count);
    generate_bytes(&made->random, made->bytes + at, count);
}

static void change_length(forgery *made) {
    uint32_t count = 1 + below(made, 80);
    if (below(made, 2)) {
        made->size -= count;
    } else {
        generate_bytes(&made->random, made->bytes + made->size, count);
        made->size += count;
    }
}

/* The start of one and the end of another, with the same place in both half of the time. */
static void splice(forgery *made) {
    const rig_bytes *other = any_pattern(made);
    uint32_t kept = below(made, made->size);
    uint32_t behind = below(made, other->size);
    if (kept < other->size && below(made, 2)) {
        behind = other->size - kept;
    }
    memcpy(made->bytes + kept, other->data + other->size - behind, behind);
    made->size = kept + behind;
}

/* ---- Changes of its parts, with every length right ---- */

typedef struct parts {
    whittle_header header;
    whittle_region regions[2 * WHITTLE_REGION_MAX];
    uint8_t payload[FORGERY_MAX / 2];
    uint8_t block[WHITTLE_SIGNATURE_BLOCK_SIZE];
} parts;

static void take_apart(const uint8_t *patch, uint32_t size, parts *of) {
    assert_int_equal(whittle_header_read(patch, size, &of->header), WHITTLE_OK);
    whittle_header_regions(patch, &of->header, of->regions);
    memcpy(of->payload, patch + of->header.header_size, of->header.payload_size);
    memcpy(of->block, patch + of->header.header_size + of->header.payload_size, sizeof of->block);
}

/* Where the format has no way to write such a header, nothing changes. */
static void put_together(forgery *made, parts *of) {
    uint8_t header[WHITTLE_HEADER_MAX];
    if (whittle_header_write(&of->header, of->regions, header) != WHITTLE_OK) {
        return;
    }
    uint32_t covered = of->header.header_size + of->header.payload_size;
    memcpy(made->bytes, header, of->header.header_size);
    memcpy(made->bytes + of->header.header_size, of->payload, of->header.payload_size);
    memcpy(made->bytes + covered, of->block, sizeof of->block);
    made->size = of->header.total_size;
}

static void rewrite_header(forgery *made) {
    parts of;
    take_apart(made->bytes, made->size, &of);
    whittle_header *header = &of.header;
    switch (below(made, 10)) {
    case 0:
        header->flags |= WHITTLE_FLAG_COUNTER;
        header->security_counter = generate_magnitude(&made->random);
        break;
    case 1:
        header->flags ^= WHITTLE_FLAG_COUNTER;
        break;
    case 2:
        header->flags |= WHITTLE_FLAG_HARDWARE;
        header->hardware = generate_magnitude(&made->random);
        break;
    case 3:
        header->flags ^= WHITTLE_FLAG_HARDWARE;
        break;
    case 4:
        header->target_digest[below(made, WHITTLE_TARGET_DIGEST_SIZE)] ^= other_byte(made);
        break;
    case 5:
        header->target_size += below(made, 9) - 4;
        break;
    case 6: /* self-contained */
        header->flags &= (uint8_t)~WHITTLE_FLAG_SOURCE;
        header->source_size = 0;
        break;
    case 7: /* from any image */
        generate_bytes(&made->random, header->source_digest, sizeof header->source_digest);
        break;
    case 8:
        header->ram += WHITTLE_RAM_UNIT * below(made, 8);
        break;
    default:
        header->flags |= WHITTLE_FLAG_VERSION;
        header->firmware_version_size = (uint8_t)(1 + below(made, 4));
        memset(header->firmware_version, 'A' + (char)below(made, 26), 4);
        break;
    }
    put_together(made, &of);
}

static void change_payload(forgery *made) {
    parts of;
    take_apart(made->bytes, made->size, &of);
    uint32_t *size = &of.header.payload_size;
    uint32_t choice = below(made, 3);
    if (choice == 0 || *size < 2) {
        of.payload[below(made, *size)] ^= other_byte(made);
    } else if (choice == 1) {
        *size -= 1 + below(made, *size - 1);
    } else {
        uint32_t more = 1 + below(made, 64);
        generate_bytes(&made->random, of.payload + *size, more);
        *size += more;
    }
    put_together(made, &of);
}

/* Header, payload, signature and key id, each of any pattern. */
static void graft(forgery *made) {
    parts of;
    parts other;
    take_apart(made->bytes, made->size, &of);
    const rig_bytes *pattern = any_pattern(made);
    take_apart(pattern->data, pattern->size, &other);
    uint32_t choice = 1 + below(made, 7);
    if (choice & 1) {
        memcpy(of.payload, other.payload, other.header.payload_size);
        of.header.payload_size = other.header.payload_size;
    }
    if (choice & 2) {
        memcpy(of.block, other.block, WHITTLE_SIGNATURE_SIZE);
    }
    if (choice & 4) {
        memcpy(of.block + WHITTLE_SIGNATURE_SIZE, other.block + WHITTLE_SIGNATURE_SIZE,
               WHITTLE_KEY_ID_SIZE);
    }
    put_together(made, &of);
}

static void remove_signature(forgery *made) {
    parts of;
    take_apart(made->bytes, made->size, &of);
    of.header.flags &= (uint8_t)~WHITTLE_FLAG_SIGNED;
    put_together(made, &of);
}

/* ---- Changes of the signature block ---- */

/* Numbers that code for signatures has tripped over. */
static void change_signature_number(forgery *made) {
    static const uint8_t one[NUMBER_SIZE] = {[NUMBER_SIZE - 1] = 1};
    uint8_t *number = block_of(made->bytes, made->size) + NUMBER_SIZE * below(made, 2);
    uint32_t choice = below(made, 9);
    switch (choice) {
    case 0:
        memset(number, 0, NUMBER_SIZE);
        break;
    case 1:
        memset(number, 0xFF, NUMBER_SIZE);
        break;
    case 2:
        memcpy(number, order, NUMBER_SIZE);
        break;
    case 3:
        memcpy(number, prime, NUMBER_SIZE);
        break;
    case 4:
        memcpy(number, one, NUMBER_SIZE);
        negate(number); /* the largest number that may be */
        break;
    case 5:
        add(number, order); /* the same one, not reduced, where that fits */
        break;
    case 6:
        add(number, one);
        break;
    case 7:
        memset(number, 0, NUMBER_SIZE);
        number[NUMBER_SIZE - 1] = other_byte(made);
        break;
    default:
        memset(number, 0, below(made, NUMBER_SIZE));
        break;
    }
}

/* The sign of the first number, both signs, or the numbers in each other's place; and the sign of
 * the second one, which alone is no forgery, above another payload. */
static void turn_signature(forgery *made) {
    uint8_t swapped[NUMBER_SIZE];
    uint32_t choice = below(made, 4);
    if (choice == 3) {
        change_payload(made);
    }
    uint8_t *first = block_of(made->bytes, made->size);
    uint8_t *second = first + NUMBER_SIZE;
    if (choice == 2) {
        memcpy(swapped, first, NUMBER_SIZE);
        memcpy(first, second, NUMBER_SIZE);
        memcpy(second, swapped, NUMBER_SIZE);
    } else {
        if (choice < 2) {
            negate(first);
        }
        if (choice > 0) {
            negate(second);
        }
    }
}

static void change_key_id(forgery *made) {
    uint8_t *id = block_of(made->bytes, made->size) + WHITTLE_SIGNATURE_SIZE;
    const rig_bytes *other = any_pattern(made);
    switch (below(made, 3)) {
    case 0:
        id[below(made, WHITTLE_KEY_ID_SIZE)] ^= other_byte(made);
        break;
    case 1:
        memset(id, 0, WHITTLE_KEY_ID_SIZE);
        break;
    default:
        memcpy(id, block_of(other->data, other->size) + WHITTLE_SIGNATURE_SIZE,
               WHITTLE_KEY_ID_SIZE);
        break;
    }
}

/* ---- One of them, or two ---- */

static void change_twice(forgery *made);

static const struct {
    const char *name;
    void (*change)(forgery *made);
} ways[] = {
    {"bits flipped", flip_bits},
    {"bytes overwritten", overwrite_bytes},
    {"shorter or longer", change_length},
    {"two patches spliced", splice},
    {"header fields", rewrite_header},
    {"payload", change_payload},
    {"parts of two patches", graft},
    {"signature taken away", remove_signature},
    {"signature numbers", change_signature_number},
    {"signature turned", turn_signature},
    {"key id", change_key_id},
    {"two changes", change_twice},
};

static_assert(COUNT_OF(ways) == FORGERY_WAYS, "the header tells how many ways there are");

const char *forgery_way_name(unsigned way) {
    return ways[way].name;
}

/* The first one leaves a patch whose parts can be found. */
static void change_twice(forgery *made) {
    static void (*const firsts[])(forgery *) = {rewrite_header, change_payload, graft,
                                                change_signature_number, change_key_id};
    static void (*const seconds[])(forgery *) = {flip_bits, rewrite_header, change_payload,
                                                 turn_signature, change_key_id};
    firsts[below(made, COUNT_OF(firsts))](made);
    seconds[below(made, COUNT_OF(seconds))](made);
}

/* True for a pattern, in either form of its signature. */
static bool is_no_forgery(forgery *made) {
    for (unsigned i = 0; i < made->pattern_count; i++) {
        const rig_bytes *pattern = &made->patterns[i];
        if (made->size == pattern->size) {
            bool same = memcmp(made->bytes, pattern->data, pattern->size) == 0;
            forgery_turn_signature(made->bytes, made->size);
            bool turned = memcmp(made->bytes, pattern->data, pattern->size) == 0;
            forgery_turn_signature(made->bytes, made->size);
            if (same || turned) {
                return true;
            }
        }
    }
    return false;
}

void forge(forgery *made, unsigned way) {
    do {
        copy_pattern(made);
        ways[way].change(made);
        if (made->size > CRC_SIZE) {
            seal_patch(made->bytes, made->size);
        }
    } while (is_no_forgery(made));
}
