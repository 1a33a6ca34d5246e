/* Whether this boot loader applies patches: patching_enabled.c or patching_disabled.c is linked. */
#ifndef BOARD_PATCHING_H
#define BOARD_PATCHING_H

#include "whittle/boot.h"

extern const whittle_patcher *const board_patcher;

/* BOARD_PATCH_MEMORY bytes, or NULL without a patcher. */
extern void *const board_patch_memory;

#endif
