/* Release 1.1.0: with decompression. */
#define MICROPY_PY_DEFLATE (1)
