/* Stand-ins for the two host libraries that the encoder needs, so that all of it can run on
 * machines that Debian has no build of them for. Slow and simple; only tests link them. That they
 * agree with the libraries is part of what tests/portability/run shows: the patches are the same.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "divsufsort.h"
#include "whittle/sha256.h"

/* ---- Suffix array: by prefix doubling (Manber and Myers, "Suffix arrays", 1990) ---- */

/* A suffix and what it is sorted by: the ranks of its two halves. */
typedef struct suffix {
    uint64_t key;
    int32_t start;
} suffix;

static int by_key(const void *left, const void *right) {
    uint64_t a = ((const suffix *)left)->key;
    uint64_t b = ((const suffix *)right)->key;
    return (a > b) - (a < b);
}

/* Gives each suffix the rank of its key, from 1 on; returns how many ranks there are. */
static int32_t rank_all(const suffix *sorted, uint32_t *ranks, int32_t size) {
    uint32_t rank = 0;
    for (int32_t i = 0; i < size; i++) {
        rank += i == 0 || sorted[i].key != sorted[i - 1].key;
        ranks[sorted[i].start] = rank;
    }
    return (int32_t)rank;
}

int32_t divsufsort(const uint8_t *text, int32_t *suffixes, int32_t size) {
    suffix *sorted = calloc((size_t)size, sizeof *sorted);
    uint32_t *ranks = calloc((size_t)size, sizeof *ranks);
    int32_t rank_count = 0;
    if (!sorted || !ranks) {
        free(sorted);
        free(ranks);
        return -1;
    }
    for (int32_t i = 0; i < size; i++) {
        ranks[i] = text[i] + 1u;
    }
    for (int32_t half = 1; rank_count < size; half *= 2) {
        for (int32_t i = 0; i < size; i++) {
            uint32_t second = i < size - half ? ranks[i + half] : 0;
            sorted[i] = (suffix){(uint64_t)ranks[i] << 32 | second, i};
        }
        qsort(sorted, (size_t)size, sizeof *sorted, by_key);
        rank_count = rank_all(sorted, ranks, size);
    }
    for (int32_t i = 0; i < size; i++) {
        suffixes[i] = sorted[i].start;
    }
    free(sorted);
    free(ranks);
    return 0;
}

/* ---- SHA-256 (FIPS 180-4) ---- */

static const uint32_t round_constants[64] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

enum { BLOCK_SIZE = 64, LENGTH_SIZE = 8 };

typedef struct sha256_state {
    uint64_t size; /* bytes so far */
    uint32_t words[8];
    uint8_t block[BLOCK_SIZE];
} sha256_state;

static_assert(sizeof(sha256_state) <= sizeof(whittle_sha256), "the public type must hold it");

static sha256_state *state_of(whittle_sha256 *hash) {
    return (sha256_state *)(void *)hash->state;
}

static uint32_t rotate(uint32_t word, unsigned bits) {
    return word >> bits | word << (32 - bits);
}

static void digest_block(sha256_state *state) {
    uint32_t schedule[64];
    for (unsigned i = 0; i < 16; i++) {
        schedule[i] = load_be32(state->block + 4 * i);
    }
    for (unsigned i = 16; i < 64; i++) {
        uint32_t near = schedule[i - 2];
        uint32_t far = schedule[i - 15];
        schedule[i] = schedule[i - 16] + schedule[i - 7] +
                      (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10) +
                      (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3);
    }
    uint32_t w[8];
    memcpy(w, state->words, sizeof w);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t first = w[7] + (rotate(w[4], 6) ^ rotate(w[4], 11) ^ rotate(w[4], 25)) +
                         ((w[4] & w[5]) ^ (~w[4] & w[6])) + round_constants[i] + schedule[i];
        uint32_t second = (rotate(w[0], 2) ^ rotate(w[0], 13) ^ rotate(w[0], 22)) +
                          ((w[0] & w[1]) ^ (w[0] & w[2]) ^ (w[1] & w[2]));
        memmove(w + 1, w, 7 * sizeof *w);
        w[4] += first;
        w[0] = first + second;
    }
    for (unsigned i = 0; i < 8; i++) {
        state->words[i] += w[i];
    }
}

static void digest_byte(sha256_state *state, uint8_t byte) {
    state->block[state->size % BLOCK_SIZE] = byte;
    state->size++;
    if (state->size % BLOCK_SIZE == 0) {
        digest_block(state);
    }
}

void whittle_sha256_start(whittle_sha256 *hash) {
    *state_of(hash) = (sha256_state){
        .words = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C,
                  0x1F83D9AB, 0x5BE0CD19},
    };
}

void whittle_sha256_update(whittle_sha256 *hash, const void *data, size_t size) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        digest_byte(state_of(hash), bytes[i]);
    }
}

void whittle_sha256_finish(whittle_sha256 *hash, uint8_t digest[WHITTLE_SHA256_SIZE]) {
    sha256_state *state = state_of(hash);
    uint64_t bits = state->size * 8;
    digest_byte(state, 0x80);
    while (state->size % BLOCK_SIZE != BLOCK_SIZE - LENGTH_SIZE) {
        digest_byte(state, 0);
    }
    for (unsigned i = 0; i < LENGTH_SIZE; i++) {
        digest_byte(state, (uint8_t)(bits >> (56 - 8 * i)));
    }
    for (unsigned i = 0; i < WHITTLE_SHA256_SIZE; i++) {
        digest[i] = (uint8_t)(state->words[i / 4] >> (24 - 8 * (i % 4)));
    }
}
