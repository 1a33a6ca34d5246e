/* A plugin for QEMU that cuts the power at one exact store to the flash, and referees the flash.
 *
 * The emulated chip writes each finished command to the flash's file before the store that confirms
 * it returns. So after every store the plugin compares the place in the file with what it was:
 *   - nothing changed: a command, a word for the write buffer, or an operation without effect;
 *   - all ones now where something else was: an erase;
 *   - otherwise a program. Real flash can only turn ones to zeros there; anything else is reported
 *     as a violation, since the emulated chip itself does not mind.
 * A cut ends the emulator by SIGKILL. With a seed the operation that the cut falls on is left torn:
 * a program with any of its bits missing, an erase with part of the sector old and part of it
 * anything, as real cells are when power fails under way.
 *
 * Arguments, each as name=value:
 *   flash     the flash's file
 *   address   where the processor sees the flash for writing
 *   sector    bytes of an erase
 *   block     bytes of a program, at most
 *   code      stores by code below this address are left out: the flash's driver runs from RAM, and
 *             watching the rest would only take time
 *   report    file that gets one line of counts at the end, or at the cut
 *   store     cut after this many stores, or
 *   change    cut after this many operations that changed the flash, or
 *   erase     cut after this many erases among them
 *   seed      not 0: tear the operation
 */
#include "plugin_api.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;

typedef enum flash_effect {
    UNCHANGED,
    ERASED,
    PROGRAMMED,
} flash_effect;

static struct {
    const char *file, *report;
    uint64_t address, sector, block, code, store, change, erase, seed;
} options;

static struct {
    int descriptor;
    size_t size;
    uint8_t *known;   /* the flash's contents after the last store */
    uint8_t *current; /* of the sector or block looked at */
    uint64_t stores, erases, programs, violations;
} flash;

static void fail(const char *what) {
    fprintf(stderr, "power_cut: %s\n", what);
    exit(1);
}

/* xorshift64: reproducible tears. */
static uint64_t random_bits(void) {
    options.seed ^= options.seed << 13;
    options.seed ^= options.seed >> 7;
    options.seed ^= options.seed << 17;
    return options.seed;
}

static void read_flash(uint8_t *data, size_t offset, size_t size) {
    if (pread(flash.descriptor, data, size, (off_t)offset) != (ssize_t)size)
        fail("cannot read the flash's file");
}

static bool all_ones(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0xFF)
            return false;
    return true;
}

static bool sets_bits(const uint8_t *before, const uint8_t *after, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (after[i] & ~before[i])
            return true;
    return false;
}

/* What the store at offset did to the range that its operation can have changed. */
static flash_effect judge(size_t offset, size_t size) {
    const uint8_t *before = flash.known + offset;

    read_flash(flash.current, offset, size);
    if (memcmp(before, flash.current, size) == 0)
        return UNCHANGED;
    if (size == options.sector && all_ones(flash.current, size)) {
        flash.erases++;
        return ERASED;
    }
    flash.programs++;
    if (sets_bits(before, flash.current, size)) {
        flash.violations++;
        fprintf(stderr, "power_cut: programmed over data at 0x%zx\n", offset);
    }
    return PROGRAMMED;
}

static void tear_program(const uint8_t *before, size_t size) {
    for (size_t i = 0; i < size; i++)
        flash.current[i] |= (uint8_t)(before[i] & random_bits());
}

/* Up to a random place the sector is erased, around it anything, behind it as it was. */
static void tear_erase(const uint8_t *before, size_t size) {
    size_t reached = (size_t)(random_bits() % size);

    for (size_t i = reached; i < size; i++)
        flash.current[i] = before[i];
    for (size_t i = reached; i < size && i < reached + options.block; i++)
        flash.current[i] |= (uint8_t)random_bits();
}

static void write_report(const char *end) {
    if (!options.report)
        return;
    FILE *file = fopen(options.report, "w");
    if (!file)
        fail("cannot write the report");
    fprintf(file, "%s stores=%llu erases=%llu programs=%llu violations=%llu\n", end,
            (unsigned long long)flash.stores, (unsigned long long)flash.erases,
            (unsigned long long)flash.programs, (unsigned long long)flash.violations);
    fclose(file);
}

static void cut_power(flash_effect effect, size_t offset, size_t size) {
    if (options.seed && effect != UNCHANGED) {
        if (effect == ERASED)
            tear_erase(flash.known + offset, size);
        else
            tear_program(flash.known + offset, size);
        if (pwrite(flash.descriptor, flash.current, size, (off_t)offset) != (ssize_t)size)
            fail("cannot write the flash's file");
    }
    write_report(effect == ERASED ? "cut-erase" : effect == PROGRAMMED ? "cut-program" : "cut");
    kill(getpid(), SIGKILL);
    pause();
}

static void after_store(unsigned processor, plugin_memory_info info, uint64_t address,
                        void *context) {
    (void)processor, (void)context;
    /* The emulator may report loads in spite of what was asked for. */
    if (!qemu_plugin_mem_is_store(info) || address < options.address ||
        address - options.address >= flash.size)
        return;
    size_t offset = (size_t)(address - options.address);
    /* An erase is confirmed at the start of its sector, a program at the start of its block. */
    size_t size = offset % options.sector == 0 ? options.sector : options.block;
    offset -= offset % options.block;
    flash_effect effect = judge(offset, size);

    flash.stores++;
    if (flash.stores == options.store ||
        (effect != UNCHANGED && flash.erases + flash.programs == options.change) ||
        (effect == ERASED && flash.erases == options.erase))
        cut_power(effect, offset, size);
    if (effect != UNCHANGED)
        memcpy(flash.known + offset, flash.current, size);
}

static void on_block(plugin_id id, struct plugin_block *block) {
    (void)id;
    if (qemu_plugin_tb_vaddr(block) < options.code)
        return;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++)
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, i), after_store,
                                         PLUGIN_NO_REGISTERS, PLUGIN_MEMORY_WRITES, NULL);
}

static void at_exit(plugin_id id, void *context) {
    (void)id, (void)context;
    write_report("end");
}

static void read_argument(char *argument) {
    const struct {
        const char *name;
        uint64_t *value;
    } numbers[] = {
        {"address", &options.address}, {"code", &options.code},   {"sector", &options.sector},
        {"block", &options.block},     {"store", &options.store}, {"change", &options.change},
        {"erase", &options.erase},     {"seed", &options.seed},
    };
    char *value = strchr(argument, '=');

    if (!value)
        fail("arguments are name=value");
    *value++ = '\0';
    if (strcmp(argument, "flash") == 0)
        options.file = value;
    else if (strcmp(argument, "report") == 0)
        options.report = value;
    else {
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            if (strcmp(argument, numbers[i].name) == 0) {
                *numbers[i].value = strtoull(value, NULL, 0);
                return;
            }
        }
        fail("unknown argument");
    }
}

PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const void *information, int argument_count,
                                      char **arguments) {
    struct stat status;

    (void)information;
    for (int i = 0; i < argument_count; i++)
        read_argument(arguments[i]);
    if (!options.file || !options.sector || !options.block || options.block > options.sector)
        fail("flash, sector and block are needed");
    flash.descriptor = open(options.file, O_RDWR | O_CLOEXEC);
    if (flash.descriptor < 0 || fstat(flash.descriptor, &status))
        fail("cannot open the flash's file");
    flash.size = (size_t)status.st_size;
    flash.known = malloc(flash.size);
    flash.current = malloc((size_t)options.sector);
    if (!flash.known || !flash.current)
        fail("out of memory");
    read_flash(flash.known, 0, flash.size);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
