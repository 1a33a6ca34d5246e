/* A boot loader built with DIFF_UPDATE_ENABLED=0: whole images only, without decoder and memory. */
#include "patching.h"

#include <stddef.h>

const whittle_patcher *const board_patcher = NULL;
void *const board_patch_memory = NULL;
