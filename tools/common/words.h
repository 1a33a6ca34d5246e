/* How the tools write what is in a patch: the same words for the eye, for JSON and for options. */
#ifndef TOOLS_COMMON_WORDS_H
#define TOOLS_COMMON_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Room for any text that is made here. */
#define WORDS_MAX 80

/* The name of a whittle_isa, as --isa takes it: "none", "thumb", ... */
const char *isa_name(uint8_t isa);

/* "32 KiB" where that is exact, otherwise as bytes_in_words. */
const char *size_in_words(uint64_t size, char text[WORDS_MAX]);

/* "1 byte" or "5000 bytes". */
const char *bytes_in_words(uint64_t count, char text[WORDS_MAX]);

/* A part of a whole, which is not 0, for example "7.2 %". */
const char *percentage(uint64_t part, uint64_t whole, char text[WORDS_MAX]);

/* Hexadecimal digits of up to 32 bytes. */
const char *hexadecimal(const uint8_t *data, size_t size, char text[WORDS_MAX]);

#endif
