/* Random numbers of the operating system, in the form that mbedTLS asks for them. Host only. */
#ifndef WHITTLE_CRYPTO_RANDOM_H
#define WHITTLE_CRYPTO_RANDOM_H

#include <stddef.h>

/* Fills size bytes. Returns 0, or a negative number if the system has none. */
int random_bytes(void *context, unsigned char *data, size_t size);

#endif
