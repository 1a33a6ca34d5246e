/* The key files that a command reads.
 *
 * Everything here says on stderr what is wrong, and returns an exit status (message.h). */
#ifndef TOOLS_COMMON_KEYS_H
#define TOOLS_COMMON_KEYS_H

#include "whittle/signing.h"

/* Reads a private key. An encrypted one takes its passphrase from a file or, where passphrase_path
 * is NULL, from whoever sits at the terminal. Pair with whittle_private_key_wipe. */
int key_read_private(const char *path, const char *passphrase_path, whittle_private_key *key);

int key_read_public(const char *path, uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]);

#endif
