/* Errors: one negative enum for the whole project; 0 is success.
 *
 * Every function that can fail returns a whittle_error as an int. Callbacks given by the caller
 * return 0 or a negative number, which is passed through unchanged.
 */
#ifndef WHITTLE_ERROR_H
#define WHITTLE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum whittle_error {
    WHITTLE_OK = 0,
    WHITTLE_ERROR_ARGUMENT = -1,    /* a parameter is out of its documented range */
    WHITTLE_ERROR_STATE = -2,       /* called out of order (for example write before start) */
    WHITTLE_ERROR_MEMORY = -3,      /* the host ran out of memory */
    WHITTLE_ERROR_IO = -4,          /* reading or writing an image, a file or the flash failed */
    WHITTLE_ERROR_NOT_A_PATCH = -5, /* the first bytes are no patch of a known format */
    WHITTLE_ERROR_VERSION = -6,     /* a patch of a newer format version */
    WHITTLE_ERROR_FEATURE = -7,     /* a critical flag that this build does not know */
    WHITTLE_ERROR_ISA = -8,         /* an instruction set that this build leaves out */
    WHITTLE_ERROR_INCOMPLETE = -9,  /* the data ends too early; more bytes are needed */
    WHITTLE_ERROR_TRAILING = -10,   /* bytes follow the end of the patch */
    WHITTLE_ERROR_CORRUPT = -11,    /* the contents contradict themselves */
    WHITTLE_ERROR_CHECKSUM = -12,   /* the patch was damaged: its CRC-32 does not match */
    WHITTLE_ERROR_SOURCE = -13,     /* the patch is for another source image */
    WHITTLE_ERROR_TARGET = -14,     /* the rebuilt image has not the digest that was promised */
    WHITTLE_ERROR_RAM = -15,        /* the patch needs more decoder RAM than there is */
    WHITTLE_ERROR_TOO_LARGE = -16,  /* an image or a patch does not fit its place */
    WHITTLE_ERROR_LEGACY = -17,     /* a BSDIFF40 patch, which needs megabytes of RAM */
    WHITTLE_ERROR_UNSIGNED = -18,   /* a signature is required and there is none */
    WHITTLE_ERROR_SIGNATURE = -19,  /* the signature is wrong, or by an unknown key */
    WHITTLE_ERROR_DOWNGRADE = -20,  /* the security counter is lower than the device's */
    WHITTLE_ERROR_HARDWARE = -21,   /* the patch is for another device class */
    WHITTLE_ERROR_NO_IMAGE = -22,   /* no slot holds an image that can be started */
    WHITTLE_ERROR_DISABLED = -23,   /* differential updates are left out of this build */
    WHITTLE_ERROR_UNPROVEN = -24,   /* the new firmware did not confirm itself in its trial */
    WHITTLE_ERROR_DAMAGED = -25,    /* the image in flash is not what it was */
    WHITTLE_ERROR_IMAGE = -26,      /* an image file that is damaged, or holds no image */
    WHITTLE_ERROR_SCATTERED = -27,  /* an image file whose parts belong to no one flash */
    WHITTLE_ERROR_FAMILY = -28,     /* a UF2 file that is not for exactly one device family */
    WHITTLE_ERROR_BUDGET = -29,     /* no patch decodes within the budget of instructions */
    WHITTLE_ERROR_KEY = -30,        /* it is no key on P-256, or damaged */
    WHITTLE_ERROR_PASSPHRASE = -31, /* the key is encrypted: no passphrase, or a wrong one */
} whittle_error;

/* What an error means and what to do about it: one clause without a final full stop, in static
 * storage. A number that is no whittle_error yields a text that says so. */
const char *whittle_error_text(int error);

#ifdef __cplusplus
}
#endif

#endif
