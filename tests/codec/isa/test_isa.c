/* Finding the model of an instruction set by its number. */
#include "codec/isa/isa.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_finds_its_model),
        cmocka_unit_test(none_and_unknown_numbers_find_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
