/* bzip2 sorts the bytes of a stream by their neighbourhood and codes each neighbourhood with few
 * bits where few values occur in it. What comes near to that: the frequency of a byte among those
 * that followed the same four bytes, mixed with its frequency after the same one byte, and that
 * with its frequency overall. A mixture weighs as much as WEIGHT occurrences: the longer context
 * takes over as it gathers experience.
 *
 * bzip2's real sizes are known for the parse that is learned from. They give the cost of a segment,
 * and set right that of inserted bytes, which the model takes for more regular than bzip2 does.
 */
#include "bsdiff40/costs.h"

#include <stdlib.h>

#include "whittle/error.h"

enum {
    WEIGHT = 16,
    LOG_BITS = 10,        /* of precision, and of the index into the table */
    HASH_BITS = 18,       /* of the tables for the four bytes before */
    STREAM_OVERHEAD = 40, /* bytes that bzip2 needs for any stream that is not empty */
    FIRST_SEGMENTS = 8,   /* as many at FIRST_BITS each are reckoned with beforehand */
    FIRST_BITS = 48,
    FIRST_INSERTS = 200, /* bytes for which the model's cost of inserting is taken as right */
};

/* Frequencies have 16 bits after the binary point. */
#define ONE 65536u

/* Byte frequencies after the same byte; then mixed with the overall ones. */
typedef struct pair_model {
    uint32_t counts[256][256];
    uint32_t frequencies[256][256];
} pair_model;

struct bsdiff40_costs {
    uint32_t logs[1u << LOG_BITS]; /* log2(1 + i / 1024) */
    pair_model differences;
    pair_model inserts;
    uint32_t context_counts[1u << HASH_BITS]; /* how often these four bytes came */
    uint32_t byte_counts[1u << HASH_BITS];    /* how often this byte followed them */
    uint32_t quiet;                           /* cost of a right byte after four right ones */
    uint32_t insert_scale;                    /* in 1/1024 */
    uint32_t segment;
};

/* ---- Logarithms ---- */

static void fill_logs(bsdiff40_costs *costs) {
    for (uint32_t i = 0; i < 1u << LOG_BITS; i++) {
        uint64_t value = (uint64_t)((1u << LOG_BITS) + i) << (30 - LOG_BITS);
        uint32_t log = 0;
        for (int bit = 0; bit < LOG_BITS; bit++) { /* squaring doubles the logarithm */
            value = value * value >> 30;
            log <<= 1;
            if (value >> 31) {
                value >>= 1;
                log |= 1;
            }
        }
        costs->logs[i] = log;
    }
}

/* log2(value) in COST_BIT; value is at least 1 and below 2^53. */
static uint32_t log2_of(const bsdiff40_costs *costs, uint64_t value) {
    uint32_t whole = 63u - (uint32_t)__builtin_clzll(value);
    uint64_t mantissa = (value << LOG_BITS) >> whole;
    return whole * COST_BIT + costs->logs[mantissa - (1u << LOG_BITS)];
}

/* ---- Byte frequencies ---- */

/* Turns the counts into frequencies, none of which is zero. */
static void mix_frequencies(pair_model *model) {
    uint64_t overall[256] = {0};
    uint64_t total = 256;
    for (unsigned before = 0; before < 256; before++) {
        for (unsigned value = 0; value < 256; value++) {
            overall[value] += model->counts[before][value];
            total += model->counts[before][value];
        }
    }
    for (unsigned before = 0; before < 256; before++) {
        uint64_t seen = WEIGHT;
        for (unsigned value = 0; value < 256; value++) {
            seen += model->counts[before][value];
        }
        for (unsigned value = 0; value < 256; value++) {
            uint64_t share = WEIGHT * ONE * (overall[value] + 1) / total;
            uint64_t mixed = (model->counts[before][value] * (uint64_t)ONE + share) / seen;
            model->frequencies[before][value] = (uint32_t)mixed + 1;
        }
    }
}

static uint32_t hash_of(uint64_t value) {
    return (uint32_t)(value * UINT64_C(0x9E3779B97F4A7C15) >> (64 - HASH_BITS));
}

static uint32_t *count_of_context(bsdiff40_costs *costs, uint32_t before) {
    return &costs->context_counts[hash_of(before)];
}

static uint32_t *count_of_byte(bsdiff40_costs *costs, uint32_t before, uint8_t value) {
    return &costs->byte_counts[hash_of((uint64_t)before << 8 | value)];
}

static void learn_copy(bsdiff40_costs *costs, const uint8_t *source, const uint8_t *target,
                       size_t size) {
    uint32_t before = 0;
    for (size_t i = 0; i < size; i++) {
        uint8_t difference = (uint8_t)(target[i] - source[i]);
        costs->differences.counts[before & 0xFF][difference]++;
        ++*count_of_context(costs, before);
        ++*count_of_byte(costs, before, difference);
        before = before << 8 | difference;
    }
}

static void learn_segments(bsdiff40_costs *costs, const bsdiff40_images *images,
                           const bsdiff40_segments *segments) {
    size_t position = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const bsdiff40_segment *now = &segments->items[i];
        if (now->copied > 0) { /* an empty image may have no pointer to count from */
            learn_copy(costs, images->source + now->source, images->target + position, now->copied);
        }
        position += now->copied;
        for (size_t end = position + now->inserted; position < end; position++) {
            uint8_t before = position > 0 ? images->target[position - 1] : 0;
            costs->inserts.counts[before][images->target[position]]++;
        }
    }
    mix_frequencies(&costs->differences);
    mix_frequencies(&costs->inserts);
}

/* ---- What bzip2's sizes tell ---- */

static uint64_t without_overhead(size_t stream_size) {
    return stream_size > STREAM_OVERHEAD ? stream_size - STREAM_OVERHEAD : 0;
}

static uint32_t modelled_insert(const bsdiff40_costs *costs, uint8_t before, uint8_t inserted) {
    return log2_of(costs, ONE) - log2_of(costs, costs->inserts.frequencies[before][inserted]);
}

static void scale_inserts(bsdiff40_costs *costs, size_t extra_size) {
    uint64_t modelled = 0;
    for (unsigned before = 0; before < 256; before++) {
        for (unsigned value = 0; value < 256; value++) {
            modelled += (uint64_t)costs->inserts.counts[before][value] *
                        modelled_insert(costs, (uint8_t)before, (uint8_t)value);
        }
    }
    uint64_t modelled_bytes = modelled / (8 * COST_BIT) + FIRST_INSERTS;
    uint64_t scale = 1024 * (without_overhead(extra_size) + FIRST_INSERTS) / modelled_bytes;
    costs->insert_scale = scale < 512 ? 512 : scale > 2048 ? 2048 : (uint32_t)scale;
}

/* A segment costs its entry and a quarter more, because it breaks the regularity of the rest. */
static void reckon_segment(bsdiff40_costs *costs, size_t control_size, size_t count) {
    uint64_t bits = 8 * without_overhead(control_size) + FIRST_SEGMENTS * FIRST_BITS;
    costs->segment = (uint32_t)(bits * COST_BIT * 5 / 4 / (count + FIRST_SEGMENTS));
}

static uint32_t modelled_difference(const bsdiff40_costs *costs, uint32_t before,
                                    uint8_t difference) {
    uint64_t seen = costs->context_counts[hash_of(before)];
    uint64_t same = costs->byte_counts[hash_of((uint64_t)before << 8 | difference)];
    same = same < seen ? same : seen; /* contexts may share a slot */
    uint64_t mixed = costs->differences.frequencies[before & 0xFF][difference];
    return log2_of(costs, (seen + WEIGHT) * ONE) - log2_of(costs, same * ONE + WEIGHT * mixed);
}

int costs_learn(const bsdiff40_images *images, const bsdiff40_segments *segments,
                const bsdiff40_patch *patch, bsdiff40_costs **costs) {
    *costs = calloc(1, sizeof **costs);
    if (!*costs) {
        return WHITTLE_ERROR_MEMORY;
    }
    fill_logs(*costs);
    learn_segments(*costs, images, segments);
    scale_inserts(*costs, patch->extra_size);
    reckon_segment(*costs, patch->control_size, segments->count);
    (*costs)->quiet = modelled_difference(*costs, 0, 0);
    return WHITTLE_OK;
}

void costs_free(bsdiff40_costs *costs) {
    free(costs);
}

uint32_t costs_of_difference(const bsdiff40_costs *costs, uint32_t before, uint8_t difference) {
    return (before | difference) == 0 ? costs->quiet
                                      : modelled_difference(costs, before, difference);
}

uint32_t costs_of_insert(const bsdiff40_costs *costs, uint8_t before, uint8_t inserted) {
    return modelled_insert(costs, before, inserted) * costs->insert_scale / 1024;
}

uint32_t costs_of_segment(const bsdiff40_costs *costs) {
    return costs->segment;
}
