/* The texts of the error codes: what happened and what to do about it. */
#include "whittle/error.h"

const char *whittle_error_text(int error) {
    switch (error) {
    case WHITTLE_OK:
        return "no error";
    case WHITTLE_ERROR_ARGUMENT:
        return "a parameter is out of range (see its header)";
    case WHITTLE_ERROR_STATE:
        return "called out of order (start the update first)";
    case WHITTLE_ERROR_MEMORY:
        return "out of memory (close other programs, or use a larger machine)";
    case WHITTLE_ERROR_IO:
        return "reading or writing failed (check the flash or disk)";
    case WHITTLE_ERROR_NOT_A_PATCH:
        return "this is not a patch (whittle diff makes one)";
    case WHITTLE_ERROR_VERSION:
        return "the patch has a newer format version (update whittle, or make an older patch)";
    case WHITTLE_ERROR_FEATURE:
        return "the patch uses a feature that this build does not know (update whittle)";
    case WHITTLE_ERROR_ISA:
        return "the patch needs an instruction set left out of this build (use --isa none)";
    case WHITTLE_ERROR_INCOMPLETE:
        return "the patch is cut short (transfer it again)";
    case WHITTLE_ERROR_TRAILING:
        return "bytes follow the end of the patch (transfer it again)";
    case WHITTLE_ERROR_CORRUPT:
        return "the patch contradicts itself (transfer it again)";
    case WHITTLE_ERROR_CHECKSUM:
        return "the patch is damaged: its checksum is wrong (transfer it again)";
    case WHITTLE_ERROR_SOURCE:
        return "the patch is for another source image (use the patch for the version that is here)";
    case WHITTLE_ERROR_TARGET:
        return "the rebuilt image is not the one that was promised (make the patch again)";
    case WHITTLE_ERROR_RAM:
        return "the patch needs more RAM than there is (make it with a smaller --ram)";
    case WHITTLE_ERROR_TOO_LARGE:
        return "it does not fit (make it smaller, or the slots larger)";
    case WHITTLE_ERROR_LEGACY:
        return "this is a BSDIFF40 patch, which needs megabytes of RAM (make a whittle patch)";
    case WHITTLE_ERROR_UNSIGNED:
        return "a signature is required and there is none (sign the patch)";
    case WHITTLE_ERROR_SIGNATURE:
        return "the signature is wrong or by an unknown key (sign by a trusted key)";
    case WHITTLE_ERROR_DOWNGRADE:
        return "the security counter is lower than the device's (send a newer version)";
    case WHITTLE_ERROR_HARDWARE:
        return "the patch is for another kind of device (see --hardware)";
    case WHITTLE_ERROR_NO_IMAGE:
        return "no slot holds an image that can be started (install one)";
    case WHITTLE_ERROR_DISABLED:
        return "differential updates are left out of this build (send a whole image)";
    case WHITTLE_ERROR_UNPROVEN:
        return "the new firmware did not confirm itself (mend it: the old one runs)";
    case WHITTLE_ERROR_DAMAGED:
        return "the image in flash is damaged (send a whole image)";
    case WHITTLE_ERROR_IMAGE:
        return "the image file is damaged or holds nothing for a flash (try --input raw)";
    case WHITTLE_ERROR_SCATTERED:
        return "its parts lie too far apart for one flash (leave out all but the firmware)";
    case WHITTLE_ERROR_FAMILY:
        return "it is not for one device family (choose one: --input uf2:FAMILY)";
    case WHITTLE_ERROR_BUDGET:
        return "no patch decodes within the budget (allow more by --decode-budget)";
    case WHITTLE_ERROR_KEY:
        return "this is no key for P-256 in a PEM file (make one: whittle keygen)";
    case WHITTLE_ERROR_PASSPHRASE:
        return "the key is encrypted, its passphrase missing or wrong (see --passphrase-file)";
    default:
        return "an error number that whittle does not know";
    }
}
