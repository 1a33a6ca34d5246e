/* Bits are moved run by run. A field that cannot hold an address is noticed by reading it back. */
#include "codec/isa/displacement.h"

#include "codec/bytes.h"

static uint32_t base_of(const whittle_displacement *field, uint32_t address) {
    return (address + field->ahead) & ~(uint32_t)field->cleared;
}

/* What the bits of a run are to be changed by; the first run itself is never inverted. */
static uint32_t inversion(const whittle_displacement *field, const whittle_bit_run *run,
                          uint32_t bits) {
    return run->inverted && !(bits >> field->runs[0].from & 1);
}

static uint32_t extend(const whittle_displacement *field, uint32_t value) {
    switch ((whittle_extension)field->extension) {
    case WHITTLE_EXTENSION_SIGN:
        return (uint32_t)sign_extend(value, field->bits);
    case WHITTLE_EXTENSION_BACKWARD:
        return value | UINT32_MAX << field->bits;
    case WHITTLE_EXTENSION_FORWARD:
        break;
    }
    return value;
}

uint32_t whittle_displacement_resolve(const whittle_displacement *field, uint32_t address,
                                      uint32_t bits) {
    uint32_t value = 0;
    for (unsigned i = 0; i < field->run_count; i++) {
        const whittle_bit_run *run = &field->runs[i];
        uint32_t part = bits_of(bits, run->from, run->count) ^ inversion(field, run, bits);
        value |= part << run->to;
    }
    return base_of(field, address) + extend(field, value);
}

bool whittle_displacement_rewrite(const whittle_displacement *field, uint32_t address,
                                  uint32_t referred, uint32_t *bits) {
    uint32_t distance = referred - base_of(field, address);
    uint32_t changed = *bits;
    for (unsigned i = 0; i < field->run_count; i++) {
        const whittle_bit_run *run = &field->runs[i];
        uint32_t mask = (((uint32_t)1 << run->count) - 1) << run->from;
        uint32_t part = bits_of(distance, run->to, run->count) ^ inversion(field, run, changed);
        changed = (changed & ~mask) | part << run->from;
    }
    *bits = changed;
    return whittle_displacement_resolve(field, address, changed) == referred;
}
