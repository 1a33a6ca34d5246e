/* Entries of boot records in flash that a fuzzer makes up. */
#ifndef FUZZ_SUPPORT_RECORD_ENTRIES_H
#define FUZZ_SUPPORT_RECORD_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the checksum of each entry right, so that what it says counts. */
void fuzz_seal_entries(uint8_t *data, size_t size);

/* True if an entry has a number that no device's life is long enough for: counting on from there is
 * unchecked but for the checksum. */
bool fuzz_counts_too_far(const uint8_t *data, size_t size);

#endif
