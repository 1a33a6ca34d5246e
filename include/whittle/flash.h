/* The flash port: geometry as data and four callbacks. It is all that a board has to bring.
 *
 * Offsets count from the start of the flash that the port serves, in bytes. Everything else in the
 * library reaches memory only through this struct, so that a simulated flash can stand in for it.
 *
 * What the library promises a port: every read, program and erase lies within the flash; a program
 * starts and ends on a program unit, stays within one program page, and touches units that are
 * erased (the one exception is named at program_once); an erase starts on an erase unit.
 *
 * What the library expects of a port: a callback returns when the operation is complete, not when
 * it has begun; it polls the flash's status where there is one; and power may fail at any instant,
 * after which the unit or sector in work may read as anything, and not even the same twice.
 */
#ifndef WHITTLE_FLASH_H
#define WHITTLE_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "whittle/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest program unit supported, in bytes. */
#define WHITTLE_PROGRAM_UNIT_MAX 32

/* The smallest sector that holds a boot record, in bytes: four entries, and progress marks. */
#define WHITTLE_ERASE_UNIT_MIN(program_unit) (384u + 28u * (program_unit))

/* The largest sector supported, in bytes. */
#define WHITTLE_ERASE_UNIT_MAX 0x1000000u

typedef struct whittle_flash_geometry {
    uint32_t size;         /* bytes of the whole flash; a multiple of erase_unit */
    uint32_t erase_unit;   /* bytes of a sector: what one erase erases; a multiple of program_page,
                              WHITTLE_ERASE_UNIT_MIN to MAX, not necessarily a power of two */
    uint32_t program_unit; /* bytes that are programmed at least, and the alignment of a program: a
                              power of two up to WHITTLE_PROGRAM_UNIT_MAX */
    uint32_t program_page; /* a program never crosses a multiple of this many bytes; a power of two,
                              at least program_unit. Flashes without pages: whatever is a good size
                              to program at once, say 256 */
    uint8_t erased_value;  /* what an erased byte reads as: 0xFF or 0x00 */
    bool program_once;     /* a unit must not be programmed twice between erases, not even with the
                              same bytes (flashes with an error correcting code per unit). Where
                              this is false, the library may program a unit again with the same
                              bytes after a power failure, to finish what was begun */
} whittle_flash_geometry;

typedef struct whittle_flash {
    whittle_flash_geometry geometry;
    void *context; /* passed to each callback */

    /* Each returns 0, or a negative number on failure: WHITTLE_ERROR_IO where the port has nothing
     * better to say. A read of a damaged place may fail; the library takes it for unusable. */

    int (*read)(void *context, uint32_t offset, uint8_t *data, size_t size);
    int (*program)(void *context, uint32_t offset, const uint8_t *data, size_t size);
    int (*erase)(void *context, uint32_t offset); /* one erase unit, which begins at offset */
    int (*sync)(void *context); /* completes what the port still buffers; NULL: it never buffers */
} whittle_flash;

#ifdef __cplusplus
}
#endif

#endif
