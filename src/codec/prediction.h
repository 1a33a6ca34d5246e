/* Prediction: what the next few bytes of a copied segment should become in the target.
 *
 * A unit is an instruction or a pointer of the source. Its prediction is its own bytes, or, where
 * they refer to an address, these bytes with the address moved as the map or the learned shifts
 * say. What the unit really became is fed back.
 */
#ifndef WHITTLE_CODEC_PREDICTION_H
#define WHITTLE_CODEC_PREDICTION_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/address_map.h"
#include "codec/images.h"
#include "codec/isa/isa.h"
#include "codec/shifts.h"

/* How an address was predicted. */
typedef enum whittle_certainty {
    WHITTLE_CERTAINTY_NONE,    /* no address, or nothing known of it */
    WHITTLE_CERTAINTY_MAP,     /* by the map */
    WHITTLE_CERTAINTY_LEARNED, /* seen before */
    WHITTLE_CERTAINTY_NEAR,    /* by a close neighbour */
    WHITTLE_CERTAINTY_FAR,     /* by a neighbour */
} whittle_certainty;

#define WHITTLE_KIND_PLAIN   0 /* bytes that refer to nothing */
#define WHITTLE_KIND_POINTER 8 /* a word that is an address; kinds between are the ISA's */
#define WHITTLE_KIND_WORD    9 /* a word that may be one outside the image */
#define WHITTLE_KIND_COUNT   10

typedef struct whittle_unit {
    uint8_t size; /* bytes, 1 to WHITTLE_UNIT_MAX */
    uint8_t kind; /* WHITTLE_KIND_..., or the ISA's kind 1 to 7 */
    uint8_t certainty;
    uint32_t source;    /* the bytes in the source, first one in the low bits */
    uint32_t predicted; /* what they should become; equal to source where nothing says otherwise */
    uint32_t referred;  /* the source address that they refer to */
    uint32_t expected;  /* the target address predicted for it */
    uint32_t place;     /* the address of the unit in the target */
    whittle_reference reference;
} whittle_unit;

typedef struct whittle_predictor {
    whittle_images *images;
    const whittle_isa_model *isa; /* NULL: none */
    const whittle_region *source_regions;
    const whittle_region *target_regions;
    unsigned source_region_count;
    unsigned target_region_count;
    whittle_map map;
    whittle_shifts shifts;
    uint32_t boundary; /* source offset of an instruction, found by walking from one to the next */
} whittle_predictor;

/* A new segment begins at that source offset: finds the instruction boundaries around it. */
void whittle_predictor_seek(whittle_predictor *predictor, uint32_t source);

/* Predicts the unit at the source offset for the next target position; at most limit bytes. */
void whittle_predict(whittle_predictor *predictor, uint32_t source, uint32_t limit,
                     whittle_unit *unit);

/* Tells what the unit at the source offset became, after its bytes were appended to the target;
 * copied: bytes of the segment so far, this unit's included. */
void whittle_predictor_learn(whittle_predictor *predictor, const whittle_unit *unit,
                             uint32_t source, uint32_t copied, uint32_t actual);

#endif
