/* A forger of signed patches: what someone can make who has patches that are right, knows the
 * format and the mathematics, and lacks the key. Every forgery ends in a right CRC-32, so that it
 * gets as far as it can. */
#ifndef TESTS_SUPPORT_FORGERY_H
#define TESTS_SUPPORT_FORGERY_H

#include <stdbool.h>
#include <stdint.h>

#include "support/device_rig.h"
#include "support/generate.h"

#define FORGERY_PATTERNS_MAX 4
#define FORGERY_MAX          8192 /* bytes; patterns have half of it at most */
#define FORGERY_WAYS         12

typedef struct forgery {
    rig_bytes patterns[FORGERY_PATTERNS_MAX]; /* signed patches; not owned */
    unsigned pattern_count;
    generator random;
    uint8_t bytes[FORGERY_MAX];
    uint32_t size; /* of bytes */
} forgery;

/* Makes a forgery of the first pattern, or seldom of another one, in way number 0 to FORGERY_WAYS -
 * 1. It differs from all patterns, and from what they are with the other form of their
 * signature. */
void forge(forgery *made, unsigned way);

/* What a way does. */
const char *forgery_way_name(unsigned way);

/* Gives a patch the other form of its signature, (r, n - s), which anyone can compute and which is
 * as right as the first. */
void forgery_turn_signature(uint8_t *patch, uint32_t size);

#endif
