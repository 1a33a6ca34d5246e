/* Instructions lie in a small image, with zeros before and after them, and are predicted by a
 * stream's predictor for an image of the same size that lies elsewhere. */
#include "support/isa_check.h"

#include <string.h>

#include "codec/stream.h"
#include "support/generate.h"
#include "support/unit_test.h"
#include "whittle/error.h"

enum { MARGIN = 64, IMAGE_SIZE = 1024 };

typedef struct scene {
    whittle_stream stream;
    uint32_t size; /* of both images */
    uint8_t source[IMAGE_SIZE];
    uint64_t memory[WHITTLE_RAM_MIN / 8];
} scene;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const scene *in = context;
    assert_true(offset <= in->size && size <= in->size - offset);
    memcpy(data, in->source + offset, size);
    return WHITTLE_OK;
}

/* Sets up the model over the source bytes, which lie at address from and will at address to. */
static void start(scene *in, whittle_isa isa, uint32_t from, uint32_t to) {
    const whittle_region regions[] = {{0, in->size, from}, {0, in->size, to}};
    whittle_header header = {.flags = WHITTLE_FLAG_SOURCE | WHITTLE_FLAG_REGIONS,
                             .isa = (uint8_t)isa,
                             .source_region_count = 1,
                             .target_region_count = 1,
                             .source_size = in->size,
                             .target_size = in->size,
                             .ram = WHITTLE_RAM_MIN};
    uint8_t bytes[WHITTLE_HEADER_MAX];
    assert_int_equal(whittle_header_write(&header, regions, bytes), WHITTLE_OK);
    memset(&in->stream, 0, sizeof in->stream);
    in->stream.images.read_source = read_source;
    in->stream.images.context = in;
    assert_int_equal(whittle_stream_init(&in->stream, &header, bytes, in->memory,
                                         WHITTLE_RAM_MIN - WHITTLE_STREAM_RESERVED),
                     WHITTLE_OK);
}

/* Predicts the instruction at that offset. */
static whittle_unit predict(scene *in, uint32_t offset) {
    whittle_unit unit;
    memset(&unit, 0, sizeof unit);
    in->stream.images.position = offset;
    in->stream.predictor.boundary = offset;
    whittle_predict(&in->stream.predictor, offset, WHITTLE_UNIT_MAX, &unit);
    return unit;
}

/* Tells that what lay at address from lies at address to. */
static void move(scene *in, uint32_t from, uint32_t to) {
    whittle_shifts_learn(&in->stream.predictor.shifts, from, to - from);
}

static void place_example(scene *in, const isa_example *example) {
    memset(in->source, 0, sizeof in->source);
    in->size = 2 * MARGIN + example->size;
    memcpy(in->source + MARGIN, example->bytes, example->size);
}

static bool has_field(const whittle_unit *unit) {
    return unit->kind != WHITTLE_KIND_PLAIN && unit->kind < WHITTLE_KIND_POINTER;
}

static unsigned size_of(const isa_example *example) {
    return example->size == 8 ? 4 : example->size;
}

static uint32_t bits_at(const isa_example *example, unsigned at) {
    uint32_t bits = 0;
    for (unsigned i = 0; i < size_of(example); i++) {
        bits |= (uint32_t)example->bytes[at + i] << 8 * i;
    }
    return bits;
}

/* The instruction of one example, at that offset in it, becomes the other's. */
static void check_change(whittle_isa isa, const isa_example *from, const isa_example *to,
                         unsigned at) {
    static scene in;
    place_example(&in, from);
    start(&in, isa, from->address - MARGIN, to->address - MARGIN);
    whittle_unit unit = predict(&in, MARGIN + at);
    assert_int_equal(unit.size, size_of(from));
    assert_int_equal(unit.source, bits_at(from, at));
    if (!has_field(&unit) || unit.referred != from->referred) {
        fail_msg("%s at %#x + %u: kind %u, refers to %#x instead of %#x", from->assembly,
                 (unsigned)from->address, at, unit.kind, (unsigned)unit.referred,
                 (unsigned)from->referred);
    }
    move(&in, from->referred, to->referred);
    assert_int_equal(predict(&in, MARGIN + at).predicted, bits_at(to, at));
}

static void instructions_become_what_the_assembler_makes(void **state) {
    const isa_expectations *expected = *state;
    const isa_example *examples = expected->examples;
    for (size_t i = 0; i < expected->example_count; i++) {
        for (size_t k = 0; k < expected->example_count; k++) {
            for (unsigned at = 0; at < examples[i].size; at += size_of(&examples[i])) {
                if (examples[i].group == examples[k].group) {
                    check_change(expected->isa, &examples[i], &examples[k], at);
                }
            }
        }
    }
}

/* The example's instruction with another place and another target. */
static whittle_unit change(whittle_isa isa, const isa_example *from, uint32_t address,
                           uint32_t referred) {
    static scene in;
    place_example(&in, from);
    start(&in, isa, from->address - MARGIN, address - MARGIN);
    move(&in, from->referred, referred);
    return predict(&in, MARGIN);
}

static void check_reach(whittle_isa isa, const isa_example *example, const isa_reach *reach) {
    const uint32_t steps = (uint32_t)((reach->high - reach->low) / reach->unit) + 1;
    generator random = generator_start(90);
    for (unsigned round = 0; round < 5000; round++) {
        uint32_t address = MARGIN + generate_below(&random, UINT32_MAX - 4 * MARGIN);
        address -= address % reach->address_unit;
        uint32_t step = round < 2 ? round * (steps - 1) : generate_below(&random, steps);
        uint32_t low = ((address + reach->add) & ~reach->mask) + (uint32_t)reach->low;
        uint32_t referred = low + step * reach->unit;
        whittle_unit unit = change(isa, example, address, referred);
        isa_example changed = *example;
        changed.address = address;
        for (unsigned i = 0; i < example->size; i++) {
            changed.bytes[i] = (uint8_t)(unit.predicted >> 8 * i);
        }
        assert_int_equal(change(isa, &changed, address, 0).referred, referred);
        unit = change(isa, example, address, low - reach->unit);
        assert_int_equal(unit.predicted, unit.source);
        unit = change(isa, example, address, low + steps * reach->unit);
        assert_int_equal(unit.predicted, unit.source);
    }
}

static const isa_example *example_of(const isa_expectations *expected, unsigned group) {
    size_t i = 0;
    while (expected->examples[i].group != group) {
        i++;
        assert_true(i < expected->example_count);
    }
    return &expected->examples[i];
}

static void each_field_holds_its_reach_and_no_more(void **state) {
    const isa_expectations *expected = *state;
    for (size_t i = 0; i < expected->reach_count; i++) {
        const isa_reach *reach = &expected->reaches[i];
        check_reach(expected->isa, example_of(expected, reach->group), reach);
    }
}

static void other_instructions_refer_to_nothing(void **state) {
    const isa_expectations *expected = *state;
    for (size_t i = 0; i < expected->plain_count; i++) {
        static scene in;
        const isa_example *plain = &expected->plain[i];
        place_example(&in, plain);
        start(&in, expected->isa, 0x10000, 0x20000);
        whittle_unit unit = predict(&in, MARGIN);
        assert_int_equal(unit.size, size_of(plain));
        if (unit.kind != WHITTLE_KIND_PLAIN) {
            fail_msg("%s refers to %#x", plain->assembly, (unsigned)unit.referred);
        }
    }
}

/* The image lies where the instruction's bytes are an address of it. */
static void what_may_be_either_is_what_the_set_prefers(void **state) {
    const isa_expectations *expected = *state;
    static scene in;
    place_example(&in, &expected->examples[0]);
    start(&in, expected->isa, 0, 0);
    uint32_t base = whittle_source_word(&in.stream.images, MARGIN) - MARGIN;
    start(&in, expected->isa, base, base);
    whittle_unit unit = predict(&in, MARGIN);
    assert_int_equal(unit.kind == WHITTLE_KIND_POINTER, expected->prefers_pointers);
    assert_int_equal(has_field(&unit), !expected->prefers_pointers);
}

static void any_bytes_are_safe_and_stay_as_they_are(void **state) {
    const isa_expectations *expected = *state;
    const uint32_t told = ~expected->untold;
    generator random = generator_start(91);
    unsigned fields = 0;
    for (unsigned round = 0; round < 100; round++) {
        static scene in;
        in.size = round % 3 ? IMAGE_SIZE : 1 + generate_below(&random, 200);
        generate_bytes(&random, in.source, in.size);
        uint32_t base = generate_word(&random) & 0x7FFFFFFCu;
        start(&in, expected->isa, base, base);
        for (uint32_t at = 0; at < in.size; at++) {
            whittle_unit unit = predict(&in, at);
            assert_in_range(unit.size, 1, WHITTLE_UNIT_MAX);
            assert_true(unit.kind < WHITTLE_KIND_COUNT);
            if (has_field(&unit)) {
                move(&in, unit.referred, unit.referred);
                unit = predict(&in, at);
                assert_int_equal(unit.predicted & told, unit.source & told);
                fields++;
            }
        }
    }
    assert_true(fields > 100);
}

#define TEST(name) cmocka_unit_test_prestate(name, (void *)(uintptr_t)expected)

int isa_check(const isa_expectations *expected) {
    const struct CMUnitTest tests[] = {
        TEST(instructions_become_what_the_assembler_makes),
        TEST(other_instructions_refer_to_nothing),
        TEST(each_field_holds_its_reach_and_no_more),
        TEST(what_may_be_either_is_what_the_set_prefers),
        TEST(any_bytes_are_safe_and_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
