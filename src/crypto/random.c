/* Random numbers by getrandom, which needs no state, no seed and no open file. */
#include "crypto/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

int random_bytes(void *context, unsigned char *data, size_t size) {
    (void)context;
    while (size > 0) {
        ssize_t got = getrandom(data, size, 0);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        data += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
    return 0;
}
