/* The decoder's time goes into mixed decisions, each of which takes about the same, and into
 * walking through what is copied, which depends on the instruction set. The figures are for
 * RV32IMAC, gcc -O2, fitted to what scripts/bench-decoder measures on the emulated board; it prints
 * estimate and measurement side by side. Other cores differ, but not so much in proportion. */
#include "encoder/decode_cost.h"

#include "whittle/encoder.h"

enum {
    DECISION = 300,        /* instructions of a decision that mixes, */
    CONTEXT = 80,          /* and for each of its contexts */
    NUMBER_DECISION = 150, /* of one that does not mix: those of numbers */
};

static uint32_t decision_cost(uint8_t contexts) {
    return DECISION + (uint32_t)contexts * CONTEXT;
}

/* Numbers take about that many decisions for each copy. */
enum { COPY_DECISIONS = 24 };

/* Instructions for each byte that is copied as predicted. */
static const uint16_t copied_byte[WHITTLE_ISA_COUNT] = {
    [WHITTLE_ISA_NONE] = 95,     [WHITTLE_ISA_THUMB] = 225,   [WHITTLE_ISA_XTENSA] = 205,
    [WHITTLE_ISA_RISCV] = 300,   [WHITTLE_ISA_AARCH64] = 215, [WHITTLE_ISA_AVR] = 250,
    [WHITTLE_ISA_MIPS_LE] = 240, [WHITTLE_ISA_MIPS_BE] = 240,
};

/* Mixed decisions that a byte of the payload stands for: the least over real firmware, since
 * patches with more of them are small beside their targets. */
enum { PAYLOAD_BYTE_DECISIONS = 11 };

static uint32_t per_byte(uint64_t instructions, uint32_t target_size) {
    if (target_size == 0) {
        return 0;
    }
    uint64_t cost = (instructions + target_size - 1) / target_size;
    return cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
}

uint32_t decode_cost(const coded_elements *coded) {
    uint64_t numbers = (uint64_t)coded->copies * COPY_DECISIONS;
    numbers = numbers < coded->decisions ? numbers : coded->decisions;
    uint64_t instructions = coded->copied_bytes * copied_byte[coded->isa] +
                            (coded->decisions - numbers) * decision_cost(coded->contexts) +
                            numbers * NUMBER_DECISION;
    return per_byte(instructions, coded->target_size);
}

uint32_t whittle_decode_cost(const whittle_header *header) {
    /* A byte that is not copied takes about a byte of payload. */
    uint32_t copied =
        header->payload_size < header->target_size ? header->target_size - header->payload_size : 0;
    uint64_t walked = header->flags & WHITTLE_FLAG_SOURCE ? copied : 0;
    uint64_t decisions = (uint64_t)header->payload_size * PAYLOAD_BYTE_DECISIONS;
    return per_byte(walked * copied_byte[header->isa] + decisions * decision_cost(header->contexts),
                    header->target_size);
}

/* Decisions of each element, about. A miss also ends a run of hits, and the next ones are coded one
 * by one until there is a run again. */
enum { MISS = 20, EXPLAINED = 3, INSERT = 8, NEW_COPY = 6, START_INSERT = 2 };

parse_costs decode_cost_thrifty(uint32_t sixteenths) {
    parse_costs costs = parse_costs_default;
    costs.miss += sixteenths * MISS;
    costs.explained += sixteenths * EXPLAINED;
    costs.insert += sixteenths * INSERT;
    costs.new_copy += sixteenths * NEW_COPY;
    costs.start_insert += sixteenths * START_INSERT;
    costs.match_min = 3;
    costs.lead = 8;
    return costs;
}
