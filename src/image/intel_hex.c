/* Intel HEX: lines of hexadecimal digits, ":CCAAAATT...SS": count, address, type, data, and a byte
 * that makes the sum of all bytes zero. Larger addresses come from records of their own: those of
 * type 02 give a segment, in which addresses wrap round at 64 KiB; those of type 04 give the upper
 * half of the address. The record of type 01 ends the file: it shows that nothing was cut off. */
#include "codec/bytes.h"
#include "image/forms.h"

enum { RECORD_OVERHEAD = 5, RECORD_DATA_MAX = 255, SEGMENT_SIZE = 0x10000 };

typedef enum record_type {
    RECORD_DATA = 0,
    RECORD_END = 1,
    RECORD_SEGMENT = 2,
    RECORD_SEGMENT_START = 3,
    RECORD_UPPER_HALF = 4,
    RECORD_LINEAR_START = 5,
} record_type;

typedef struct record {
    uint8_t count; /* bytes of data */
    uint16_t offset;
    uint8_t type;
    uint8_t data[RECORD_DATA_MAX];
} record;

typedef struct reading {
    const uint8_t *file;
    size_t size;
    size_t position;
    uint8_t *bytes;  /* the data of all records, one after the other */
    uint32_t base;   /* what is added to the offset of a record */
    bool in_segment; /* the base is a segment's */
    piece_list *pieces;
} reading;

/* The value of a hexadecimal digit, or 16 for anything else. */
static unsigned digit_value(uint8_t character) {
    if (character >= '0' && character <= '9') {
        return character - (unsigned)'0';
    }
    unsigned lower = character | 0x20u;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10u : 16;
}

static bool take_byte(reading *in, uint8_t *byte) {
    if (in->size - in->position < 2) {
        return false;
    }
    unsigned high = digit_value(in->file[in->position]);
    unsigned low = digit_value(in->file[in->position + 1]);
    in->position += 2;
    *byte = (uint8_t)(high << 4 | low);
    return high < 16 && low < 16;
}

static bool take_record(reading *in, record *taken) {
    uint8_t start[4]; /* count, offset, type */
    uint8_t checksum = 0;
    uint8_t sum = 0;
    bool right = in->position < in->size && in->file[in->position++] == ':';
    for (unsigned i = 0; right && i < sizeof start; i++) {
        right = take_byte(in, &start[i]);
        sum = (uint8_t)(sum + (right ? start[i] : 0));
    }
    if (!right) {
        return false;
    }
    taken->count = start[0];
    taken->offset = (uint16_t)(start[1] << 8 | start[2]);
    taken->type = start[3];
    for (unsigned i = 0; right && i < taken->count; i++) {
        right = take_byte(in, &taken->data[i]);
        sum = (uint8_t)(sum + (right ? taken->data[i] : 0));
    }
    return right && take_byte(in, &checksum) && (uint8_t)(sum + checksum) == 0;
}

bool hex_recognise(const uint8_t *file, size_t size) {
    reading in = {.file = file, .size = size};
    record first;
    return take_record(&in, &first) && first.type <= RECORD_LINEAR_START;
}

static bool is_space(uint8_t character) {
    return character == '\r' || character == '\n' || character == ' ' || character == '\t';
}

static void skip_space(reading *in) {
    while (in->position < in->size && is_space(in->file[in->position])) {
        in->position++;
    }
}

static int add_piece(reading *in, uint32_t address, size_t size) {
    const piece added = {.address = address, .runs_at = address, .data = in->bytes, .size = size};
    in->bytes += size;
    return pieces_add(in->pieces, &added);
}

static int take_data(reading *in, const record *taken) {
    for (unsigned i = 0; i < taken->count; i++) {
        in->bytes[i] = taken->data[i];
    }
    if (!in->in_segment) {
        bool fits = taken->count == 0 || taken->count - 1u <= UINT32_MAX - in->base - taken->offset;
        return fits ? add_piece(in, in->base + taken->offset, taken->count) : WHITTLE_ERROR_IMAGE;
    }
    unsigned room = SEGMENT_SIZE - taken->offset;
    unsigned before = taken->count < room ? taken->count : room;
    int error = add_piece(in, in->base + taken->offset, before);
    return error ? error : add_piece(in, in->base, taken->count - before);
}

static int take_base(reading *in, const record *taken) {
    if (taken->count != 2) {
        return WHITTLE_ERROR_IMAGE;
    }
    uint32_t value = (uint32_t)taken->data[0] << 8 | taken->data[1];
    in->in_segment = taken->type == RECORD_SEGMENT;
    in->base = in->in_segment ? value << 4 : value << 16;
    return WHITTLE_OK;
}

static int take_content(reading *in, const record *taken) {
    switch (taken->type) {
    case RECORD_DATA:
        return take_data(in, taken);
    case RECORD_END:
        return taken->count == 0 ? WHITTLE_OK : WHITTLE_ERROR_IMAGE;
    case RECORD_SEGMENT:
    case RECORD_UPPER_HALF:
        return take_base(in, taken);
    case RECORD_SEGMENT_START: /* where the program starts is of no concern to its flash */
    case RECORD_LINEAR_START:
        return taken->count == 4 ? WHITTLE_OK : WHITTLE_ERROR_IMAGE;
    default:
        return WHITTLE_ERROR_IMAGE;
    }
}

int hex_read(const uint8_t *file, size_t size, uint8_t *bytes, piece_list *pieces) {
    reading in = {.file = file, .size = size, .bytes = bytes, .pieces = pieces};
    record taken = {.type = RECORD_DATA};
    int error = WHITTLE_OK;
    while (!error && taken.type != RECORD_END) {
        error = take_record(&in, &taken) ? take_content(&in, &taken) : WHITTLE_ERROR_IMAGE;
        skip_space(&in);
    }
    return error || in.position == size ? error : WHITTLE_ERROR_IMAGE;
}
