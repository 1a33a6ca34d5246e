/* Finding the model of an instruction set by its number, and the two halves of a pair. */
#include "codec/isa/isa.h"

#include <string.h>

#include "codec/bytes.h"
#include "support/unit_test.h"
#include "whittle/patch.h"

static void each_number_finds_its_model(void **state) {
    (void)state;
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_THUMB), &whittle_isa_thumb);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_XTENSA), &whittle_isa_xtensa);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_RISCV), &whittle_isa_riscv);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_AARCH64), &whittle_isa_aarch64);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_AVR), &whittle_isa_avr);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_MIPS_LE), &whittle_isa_mips_le);
    assert_ptr_equal(whittle_isa_find(WHITTLE_ISA_MIPS_BE), &whittle_isa_mips_be);
}

static void none_and_unknown_numbers_find_nothing(void **state) {
    (void)state;
    assert_null(whittle_isa_find(WHITTLE_ISA_NONE));
    for (unsigned isa = WHITTLE_ISA_COUNT; isa < 256; isa++) {
        assert_null(whittle_isa_find((uint8_t)isa));
    }
}

/* ---- References of RISC-V, whose instructions may lie at any even offset ---- */

enum { SIZE = 64, JAL = 0x000000EF, LUI = 0x000017B7, ADDI = 0x00478793 }; /* a5 of 0x1004 */

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const uint8_t *source = context;
    memcpy(data, source + offset, size);
    return 0;
}

/* What the instruction at the offset refers to; the reference held something else before. */
static bool refer(uint8_t source[SIZE], uint32_t offset, whittle_reference *reference) {
    whittle_images images = {.read_source = read_source, .context = source, .source_size = SIZE};
    memset(reference, 0xA5, sizeof *reference);
    return whittle_isa_refer(&whittle_isa_riscv, &images, offset, offset,
                             load_le32(source + offset), reference);
}

static void the_halves_of_a_pair_find_each_other_within_40_bytes(void **state) {
    (void)state;
    for (uint32_t distance = 4; distance <= SIZE - 4; distance += 2) {
        uint8_t source[SIZE] = {0};
        whittle_reference high;
        whittle_reference low;
        store_le32(source, LUI);
        store_le32(source + distance, ADDI);
        assert_int_equal(refer(source, 0, &high), distance <= 40);
        assert_int_equal(refer(source, distance, &low), distance <= 40);
        if (distance <= 40) {
            assert_int_equal(high.first, ADDI);
            assert_int_equal(high.back, 0);
            assert_int_equal(high.referred, 0x1004);
            assert_int_equal(low.first, LUI);
            assert_int_equal(low.back, distance);
            assert_int_equal(low.referred, 0x1004);
        }
    }
}

static void half_a_pair_is_of_no_kind(void **state) {
    (void)state;
    uint8_t source[SIZE] = {0};
    whittle_reference reference;
    store_le32(source, LUI);
    assert_false(refer(source, 0, &reference));
    assert_int_equal(reference.kind, 0);
}

static void what_is_no_pair_has_no_first_instruction(void **state) {
    (void)state;
    uint8_t source[SIZE] = {0};
    whittle_reference reference;
    store_le32(source, JAL);
    assert_true(refer(source, 0, &reference));
    assert_int_equal(reference.first, 0);
    assert_int_equal(reference.back, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_finds_its_model),
        cmocka_unit_test(none_and_unknown_numbers_find_nothing),
        cmocka_unit_test(the_halves_of_a_pair_find_each_other_within_40_bytes),
        cmocka_unit_test(half_a_pair_is_of_no_kind),
        cmocka_unit_test(what_is_no_pair_has_no_first_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
