/* Running the decoder in a test: over images in memory, within guarded memory of exactly the RAM
 * that is given, in pieces of any size, with callbacks that check the decoder's promises and can
 * fail when told to. */
#ifndef TESTS_SUPPORT_DECODING_H
#define TESTS_SUPPORT_DECODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/generate.h"
#include "whittle/decoder.h"

#define DECODING_RANDOM_PIECES SIZE_MAX

typedef struct decoding {
    /* What a test sets; zero is a plain decoding in one piece. */
    const image *source; /* or NULL: there is none */
    size_t piece;        /* bytes fed at a time; 0: all; or DECODING_RANDOM_PIECES */
    size_t ram;          /* bytes of decoder memory; 0: as the header says */
    uint8_t fill;        /* what the decoder's memory holds before */
    uint32_t room;       /* larger targets are refused with WHITTLE_ERROR_TOO_LARGE; 0: none is */
    int accept_result;
    int read_result;   /* what read_source returns from its call number read_fails on */
    int write_result;  /* the same for write_target */
    size_t read_fails; /* counted from 0 */
    size_t write_fails;
    /* What came of it. */
    image target;      /* what was written */
    size_t accepted;   /* calls of each callback */
    size_t reads;      /* calls of read_source */
    size_t writes;     /* calls of write_target */
    uint32_t position; /* whittle_decoder_position at the end */
    bool has_header;   /* whittle_decoder_header told it */
    whittle_header header;
    int feed_error;   /* the last feed's result */
    int finish_error; /* the result of whittle_decoder_finish */
} decoding;

/* Decodes the patch. Returns the result of whittle_decoder_finish. Fails the running test where the
 * decoder breaks a promise. decoding_free releases what was written. */
int decoding_run(decoding *work, const uint8_t *patch, size_t size);
void decoding_free(decoding *work);

/* The callbacks of a decoding, for a test that runs the decoder itself. */
whittle_decoder_io decoding_io(decoding *work);

/* Writes the checksum that the patch's bytes ask for, so that only deeper checks can see damage. */
void fix_checksum(uint8_t *patch, size_t size);

/* Ends the program, as a failure, if it is still running after that many seconds: an endless loop
 * fails a test at once and is told apart from slowness. A test group's setup. */
int limit_time(void **state);

#endif
