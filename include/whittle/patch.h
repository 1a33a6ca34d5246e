/* The container of a patch: its header, as stored and as read. docs/FORMAT.md specifies each byte.
 *
 * A patch is   header | payload | CRC-32   and, when signed, a signature block before the CRC.
 * Nothing here allocates, and nothing needs the images: a header can be judged on its own.
 */
#ifndef WHITTLE_PATCH_H
#define WHITTLE_PATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHITTLE_FORMAT_VERSION 1

/* The longest header there is, in bytes: give whittle_header_read that many where you can. */
#define WHITTLE_HEADER_MAX 384
/* The shortest whole patch there is. */
#define WHITTLE_PATCH_MIN 30

/* The largest image, in bytes: far beyond any device, and small enough for sums to stay small. */
#define WHITTLE_IMAGE_MAX 0x40000000u

#define WHITTLE_SOURCE_DIGEST_SIZE   8  /* leading bytes of the SHA-256 of the source image */
#define WHITTLE_TARGET_DIGEST_SIZE   16 /* leading bytes of the SHA-256 of the target image */
#define WHITTLE_FIRMWARE_VERSION_MAX 32
#define WHITTLE_REGION_MAX           16

/* Bounds of the decoder RAM that a patch may ask for, in bytes; a multiple of the unit. */
#define WHITTLE_RAM_MIN  4096u
#define WHITTLE_RAM_MAX  1048576u
#define WHITTLE_RAM_UNIT 64u

/* Header flags. Every flag is critical: a reader refuses a patch with one that it does not know. */
#define WHITTLE_FLAG_SOURCE   0x01u /* differential; without it the image is self-contained */
#define WHITTLE_FLAG_SIGNED   0x02u /* a signature block precedes the CRC */
#define WHITTLE_FLAG_COUNTER  0x04u /* security counter present */
#define WHITTLE_FLAG_VERSION  0x08u /* firmware version text present */
#define WHITTLE_FLAG_REGIONS  0x10u /* ISA and region table present: addresses are predicted */
#define WHITTLE_FLAG_HARDWARE 0x20u /* device class present */
#define WHITTLE_FLAG_CONTEXTS 0x40u /* count of contexts present: fewer than all are used */
#define WHITTLE_FLAG_KNOWN    0x7Fu

/* The most contexts that a decision of the model has. */
#define WHITTLE_CONTEXT_MAX 9

/* The instruction set whose address fields are predicted. */
typedef enum whittle_isa {
    WHITTLE_ISA_NONE = 0,
    WHITTLE_ISA_THUMB = 1,
    WHITTLE_ISA_XTENSA = 2,
    WHITTLE_ISA_RISCV = 3,
    WHITTLE_ISA_AARCH64 = 4,
    WHITTLE_ISA_AVR = 5,
    WHITTLE_ISA_MIPS_LE = 6,
    WHITTLE_ISA_MIPS_BE = 7,
    WHITTLE_ISA_COUNT = 8,
} whittle_isa;

/* Where a piece of an image file lies in the device's address space. */
typedef struct whittle_region {
    uint32_t offset;  /* in the image file, bytes */
    uint32_t size;    /* bytes */
    uint32_t address; /* of its first byte when the firmware runs */
} whittle_region;

typedef struct whittle_header {
    uint8_t version;
    uint8_t flags; /* WHITTLE_FLAG_... */
    uint8_t isa;   /* whittle_isa; NONE without WHITTLE_FLAG_REGIONS */
    uint8_t source_region_count;
    uint8_t target_region_count;
    uint8_t firmware_version_size;
    uint16_t region_offset; /* where the region table starts in the header, bytes */
    uint32_t header_size;   /* bytes before the payload */
    uint32_t payload_size;  /* bytes of range-coded data */
    uint32_t total_size;    /* the whole patch, bytes */
    uint32_t source_size;   /* bytes; 0 without WHITTLE_FLAG_SOURCE */
    uint32_t target_size;   /* bytes */
    uint32_t ram;           /* decoder memory in all, bytes */
    uint32_t map_entries;   /* capacity of the decoder's address map */
    uint32_t security_counter;
    uint32_t hardware;
    uint8_t source_digest[WHITTLE_SOURCE_DIGEST_SIZE];
    uint8_t target_digest[WHITTLE_TARGET_DIGEST_SIZE];
    uint8_t contexts; /* of each decision, at most: 1 to WHITTLE_CONTEXT_MAX; fewer are faster */
    char firmware_version[WHITTLE_FIRMWARE_VERSION_MAX + 1]; /* printable ASCII, ends with NUL */
} whittle_header;

/* Reads the header at the start of a patch.
 *
 * data, size   the first bytes of the patch: all of it, or what has arrived so far
 * header       filled in on success only
 *
 * WHITTLE_ERROR_INCOMPLETE: what is here is right so far, but more bytes are needed.
 * NOT_A_PATCH, VERSION, FEATURE: see error.h. CORRUPT: fields contradict each other or the bounds
 * above. A BSDIFF40 patch is reported as WHITTLE_ERROR_LEGACY. */
int whittle_header_read(const uint8_t *data, size_t size, whittle_header *header);

/* Writes a header. regions holds source_region_count source regions, then target_region_count
 * target regions. header_size, region_offset and total_size are computed and filled in.
 * Returns WHITTLE_ERROR_ARGUMENT where a field is out of bounds. */
int whittle_header_write(whittle_header *header, const whittle_region *regions,
                         uint8_t bytes[WHITTLE_HEADER_MAX]);

/* Reads all regions of a header that whittle_header_read has accepted (data: the same bytes) into
 * an array of source_region_count + target_region_count entries, source regions first. */
void whittle_header_regions(const uint8_t *data, const whittle_header *header,
                            whittle_region *regions);

#ifdef __cplusplus
}
#endif

#endif
