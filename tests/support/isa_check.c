/* Instructions lie in a small image, with other bytes before and after them. */
#include "support/isa_check.h"

#include <string.h>

#include "support/generate.h"
#include "support/unit_test.h"

enum { MARGIN = 64, IMAGE_SIZE = 4096 };

typedef struct code {
    whittle_images images;
    uint8_t bytes[IMAGE_SIZE];
} code;

static int read_code(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const code *in = context;
    assert_true(offset <= in->images.source_size);
    assert_true(size <= in->images.source_size - offset);
    memcpy(data, in->bytes + offset, size);
    return 0;
}

static void start_code(code *new, const whittle_isa_model *isa, uint32_t size) {
    memset(new, 0, sizeof *new);
    new->images.read_source = read_code;
    new->images.context = new;
    new->images.source_size = size;
    new->images.big_endian = isa == &whittle_isa_mips_be;
}

static unsigned length_at(const whittle_isa_model *isa, whittle_images *images, uint32_t offset) {
    return isa->length(whittle_source_load(images, offset, 2), offset);
}

/* The bits of the instruction at the offset, as the instruction set counts them. */
static uint32_t instruction_at(const whittle_isa_model *isa, whittle_images *images,
                               uint32_t offset) {
    unsigned length = length_at(isa, images, offset);
    uint32_t bits = whittle_source_load(images, offset, length);
    return length == 4 ? whittle_word_order(images, bits) : bits;
}

static bool refer_at(const whittle_isa_model *isa, whittle_images *images, uint32_t offset,
                     uint32_t address, whittle_reference *reference) {
    return whittle_isa_refer(isa, images, offset, address, instruction_at(isa, images, offset),
                             reference);
}

/* The example at offset MARGIN of an image of zeros. */
static void place_example(code *new, const whittle_isa_model *isa, const isa_example *example) {
    start_code(new, isa, 2 * MARGIN + example->size);
    memcpy(new->bytes + MARGIN, example->bytes, example->size);
}

static bool is_pair(const isa_example *example) {
    return example->size == 8;
}

static unsigned size_of(const isa_example *example) {
    return is_pair(example) ? 4 : example->size;
}

static uint32_t bits_at(const whittle_isa_model *isa, const isa_example *example, unsigned at) {
    uint32_t bits = 0;
    for (unsigned i = 0; i < size_of(example); i++) {
        bits |= (uint32_t)example->bytes[at + i] << 8 * i;
    }
    const whittle_images order = {.big_endian = isa == &whittle_isa_mips_be};
    return size_of(example) == 4 ? whittle_word_order(&order, bits) : bits;
}

static whittle_reference refer_to(const whittle_isa_model *isa, const isa_example *example,
                                  unsigned at) {
    code in;
    whittle_reference reference = {0};
    place_example(&in, isa, example);
    assert_int_equal(length_at(isa, &in.images, MARGIN + at), size_of(example));
    (void)refer_at(isa, &in.images, MARGIN + at, example->address + at, &reference);
    return reference;
}

/* Rewrites the instruction of one example, at that offset, into the other's. */
static void check_change(const whittle_isa_model *isa, const whittle_reference *reference,
                         const isa_example *to, unsigned at) {
    uint32_t bits = 0;
    uint32_t place = to->address + at;
    assert_true(isa->rewrite(reference, place, to->referred, &bits));
    assert_int_equal(bits, bits_at(isa, to, at));
    if (!is_pair(to) || at > 0) { /* a first half cannot know its new second half */
        assert_int_equal(isa->resolve(reference, place, bits, bits_at(isa, to, 0)), to->referred);
    }
}

void isa_check_examples(const whittle_isa_model *isa, const isa_example *examples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const isa_example *example = &examples[i];
        for (unsigned at = 0; at < example->size; at += size_of(example)) {
            whittle_reference reference = refer_to(isa, example, at);
            if (!reference.kind || reference.referred != example->referred) {
                fail_msg("%s at %#x + %u: kind %u, refers to %#x instead of %#x", example->assembly,
                         (unsigned)example->address, at, reference.kind,
                         (unsigned)reference.referred, (unsigned)example->referred);
            }
            for (size_t k = 0; k < count; k++) {
                if (examples[k].group == example->group) {
                    check_change(isa, &reference, &examples[k], at);
                }
            }
        }
    }
}

static uint32_t base_of(const isa_reach *reach, uint32_t address) {
    return (address + reach->add) & ~reach->mask;
}

void isa_check_reach(const whittle_isa_model *isa, const isa_example *example,
                     const isa_reach *reach) {
    generator random = generator_start(90);
    whittle_reference reference = refer_to(isa, example, 0);
    uint32_t steps = (uint32_t)((reach->high - reach->low) / reach->unit) + 1;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t address = generate_word(&random) / reach->address_unit * reach->address_unit;
        uint32_t step = generate_below(&random, steps);
        step = round == 0 ? 0 : round == 1 ? steps - 1 : step;
        uint32_t base = base_of(reach, address);
        uint32_t low = base + (uint32_t)reach->low;
        uint32_t bits = 0;
        assert_true(isa->rewrite(&reference, address, low + step * reach->unit, &bits));
        assert_int_equal(isa->resolve(&reference, address, bits, 0), low + step * reach->unit);
        assert_false(isa->rewrite(&reference, address, low - reach->unit, &bits));
        assert_false(isa->rewrite(&reference, address, low + steps * reach->unit, &bits));
    }
}

void isa_check_plain(const whittle_isa_model *isa, const isa_example *examples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        whittle_reference reference = refer_to(isa, &examples[i], 0);
        if (reference.kind) {
            fail_msg("%s refers to %#x", examples[i].assembly, (unsigned)reference.referred);
        }
    }
}

void isa_check_any_bytes(const whittle_isa_model *isa, uint32_t untold) {
    generator random = generator_start(91);
    for (unsigned round = 0; round < 40; round++) {
        code in;
        start_code(&in, isa, round % 3 ? IMAGE_SIZE : 1 + generate_below(&random, 200));
        generate_bytes(&random, in.bytes, in.images.source_size);
        uint32_t base = generate_word(&random) & ~3u;
        for (uint32_t at = 0; at < in.images.source_size; at++) {
            whittle_reference reference = {0};
            uint32_t bits = 0;
            assert_in_range(length_at(isa, &in.images, at), 1, WHITTLE_UNIT_MAX);
            (void)refer_at(isa, &in.images, at, base + at, &reference);
            assert_in_range(reference.kind, 0, 7);
            assert_true(reference.back <= at);
            if (reference.kind) {
                assert_true(isa->rewrite(&reference, base + at, reference.referred, &bits));
                assert_int_equal(bits & ~untold, reference.bits & ~untold);
            }
        }
    }
}
