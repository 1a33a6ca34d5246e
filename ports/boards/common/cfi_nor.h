/* Driver for parallel NOR flash with the Intel command set (CFI primary command set 0001).
 *
 * While a command runs, the whole chip answers with its status instead of its contents. So this
 * driver must not be executed from the flash that it drives, nor call anything that is: the linker
 * scripts place all of cfi_nor.o in RAM, and it calls nothing.
 *
 * Offsets are bytes from the start of the flash. Each function returns 0, or -1 when the chip
 * reports an error, does not become ready in time, or the request reaches beyond the flash or is
 * not aligned. Between the calls the flash is read like memory, at FLASH_ADDRESS.
 */
#ifndef BOARD_CFI_NOR_H
#define BOARD_CFI_NOR_H

#include <stddef.h>
#include <stdint.h>

#include "hardware.h"

/* What one program operation writes at least, and the alignment of offset and size. */
#define CFI_NOR_PROGRAM_UNIT sizeof(flash_word)

/* Programs erased bytes. */
int cfi_nor_program(uint32_t offset, const uint8_t *data, size_t size);

/* Erases one sector to 0xFF. */
int cfi_nor_erase(uint32_t offset);

#endif
