/* Release 1.0.0: without decompression. */
#define MICROPY_PY_DEFLATE (0)
