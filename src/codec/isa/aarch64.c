/* AArch64: branches, literal loads, and ADRP with the instruction that adds the low 12 bits.
 * Encodings: Arm Architecture Reference Manual Armv8-A, C4.1 and C6.2. */
#include "codec/bytes.h"
#include "codec/isa/isa.h"

enum {
    BRANCH = 1,
    BRANCH_CONDITION,
    PAGE = WHITTLE_KIND_HIGH,
    LOW = WHITTLE_KIND_LOW,
    TEST_BRANCH
};

static unsigned length(uint32_t bits, uint32_t offset) {
    (void)bits;
    return 4 - (offset & 3);
}

/* log2 of the unit that the low 12 bits count in. */
static unsigned scale_of(uint32_t bits) {
    if ((bits & 0x3B000000) != 0x39000000) {
        return 0;
    }
    bool quad = bits_of(bits, 26, 1) && bits_of(bits, 23, 1);
    return quad ? 4 : bits_of(bits, 30, 2);
}

static uint8_t classify(uint32_t bits, uint32_t offset) {
    if (offset & 3) {
        return 0;
    }
    if ((bits & 0x7C000000) == 0x14000000) {
        return BRANCH; /* B, BL */
    }
    if ((bits & 0xFF000010) == 0x54000000 || (bits & 0x7E000000) == 0x34000000 ||
        (bits & 0x3B000000) == 0x18000000) {
        return BRANCH_CONDITION; /* B.cond, CBZ, CBNZ, LDR literal: 19 bits at 5 */
    }
    if ((bits & 0x7E000000) == 0x36000000) {
        return TEST_BRANCH; /* TBZ, TBNZ: 14 bits at 5 */
    }
    if ((bits & 0x9F000000) == 0x90000000) {
        return PAGE; /* ADRP */
    }
    if ((bits & 0x7FC00000) == 0x11000000 || (bits & 0x3B000000) == 0x39000000) {
        /* ADD immediate; loads and stores with an unsigned offset, but for one that leaves the page
         * and so is no address's low part. */
        return bits_of(bits, 10, 12) << scale_of(bits) < 0x1000 ? LOW : 0;
    }
    return 0;
}

static uint32_t page_of(uint32_t bits, uint32_t address) {
    uint32_t pages = bits_of(bits, 5, 19) << 2 | bits_of(bits, 29, 2);
    return (address & ~0xFFFu) + (pages << 12);
}

static uint32_t resolve(const whittle_reference *reference, uint32_t address, uint32_t bits,
                        uint32_t first) {
    if (reference->kind == LOW) {
        return page_of(first, address - reference->back) +
               (bits_of(bits, 10, 12) << scale_of(bits));
    }
    /* PAGE: the low bits come later: take them from the source */
    return page_of(bits, address) +
           (bits_of(reference->first, 10, 12) << scale_of(reference->first));
}

/* An ADRP, and what later adds to the register that it sets. */
static bool is_partner(const whittle_reference *reference, uint32_t other) {
    bool is_page = reference->kind == PAGE;
    uint32_t low = is_page ? other : reference->bits;
    uint32_t page = is_page ? reference->bits : other;
    return classify(low, 0) == LOW && classify(page, 0) == PAGE &&
           bits_of(low, 5, 5) == bits_of(page, 0, 5);
}

static bool rewrite(const whittle_reference *reference, uint32_t address, uint32_t referred,
                    uint32_t *bits) {
    uint32_t old = reference->bits;
    if (reference->kind == LOW) {
        uint32_t scale = scale_of(old);
        *bits = (old & 0xFFC003FF) | bits_of(referred, scale, 12 - scale) << 10;
        return bits_of(referred, 0, scale) == 0;
    }
    uint32_t distance = (referred & ~0xFFFu) - (address & ~0xFFFu); /* its sign is the borrow */
    *bits = (old & 0x9F00001F) | bits_of(distance, 12, 2) << 29 | bits_of(distance, 14, 18) << 5 |
            (referred >> 12 < address >> 12 ? 1u << 23 : 0);
    return true;
}

static const whittle_bit_run branch_runs[] = {{0, 2, 26, false}};
static const whittle_bit_run branch_condition_runs[] = {{5, 2, 19, false}};
static const whittle_bit_run test_branch_runs[] = {{5, 2, 14, false}};

static const whittle_displacement displacements[] = {
    [BRANCH - 1] = {WHITTLE_RUNS(branch_runs), WHITTLE_EXTENSION_SIGN, 28, 0, 0},
    [BRANCH_CONDITION - 1] = {WHITTLE_RUNS(branch_condition_runs), WHITTLE_EXTENSION_SIGN, 21, 0,
                              0},
    [TEST_BRANCH - 1] = {WHITTLE_RUNS(test_branch_runs), WHITTLE_EXTENSION_SIGN, 16, 0, 0},
};

const whittle_isa_model whittle_isa_aarch64 = {
    .coded_unit = 4,
    .prefers_pointers = false,
    .opcode_mask = 0xFF000000u,
    .length = length,
    .classify = classify,
    .is_partner = is_partner,
    .displacements = displacements,
    .displacement_count = sizeof displacements / sizeof *displacements,
    .rewrite = rewrite,
    .resolve = resolve,
};
