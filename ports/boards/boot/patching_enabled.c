/* A boot loader that applies patches. */
#include "device_description.h"
#include "patching.h"

static uint64_t memory[BOARD_PATCH_MEMORY / sizeof(uint64_t)];

const whittle_patcher *const board_patcher = &whittle_boot_patcher;
void *const board_patch_memory = memory;
