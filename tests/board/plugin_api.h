/* What the power cut plugin uses of QEMU's interface for TCG plugins, version 1 (QEMU 4.2 and
 * later). Declared here because Debian does not package QEMU's own header. */
#ifndef TEST_BOARD_PLUGIN_API_H
#define TEST_BOARD_PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_API_VERSION   1
#define PLUGIN_NO_REGISTERS  0
#define PLUGIN_MEMORY_WRITES 2
#define PLUGIN_EXPORT        __attribute__((visibility("default")))

typedef uint64_t plugin_id;
typedef uint32_t plugin_memory_info;
struct plugin_block;
struct plugin_instruction;

typedef void (*plugin_block_callback)(plugin_id id, struct plugin_block *block);
typedef void (*plugin_memory_callback)(unsigned processor, plugin_memory_info info,
                                       uint64_t address, void *context);
typedef void (*plugin_exit_callback)(plugin_id id, void *context);

/* Defined by the emulator */
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_block_callback callback);
uint64_t qemu_plugin_tb_vaddr(const struct plugin_block *block);
size_t qemu_plugin_tb_n_insns(const struct plugin_block *block);
struct plugin_instruction *qemu_plugin_tb_get_insn(const struct plugin_block *block, size_t index);
void qemu_plugin_register_vcpu_mem_cb(struct plugin_instruction *instruction,
                                      plugin_memory_callback callback, int flags, int access,
                                      void *context);
bool qemu_plugin_mem_is_store(plugin_memory_info info);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_exit_callback callback, void *context);

/* Defined by the plugin */
extern int qemu_plugin_version;
int qemu_plugin_install(plugin_id id, const void *information, int argument_count,
                        char **arguments);

#endif
