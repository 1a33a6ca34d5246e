/* The simulated NOR flash. See sim_flash.h for what it promises.
 *
 * Inside, an erased bit is always 1 and programming is AND: bytes of a flash whose erased value is
 * 0x00 are inverted at the door (`external`). */
#include "sim/sim_flash.h"

#include <stdlib.h>
#include <string.h>

static uint64_t next_random(sim_flash *sim) {
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 7;
    sim->random ^= sim->random << 17;
    return sim->random;
}

static uint8_t external(const sim_flash *sim, uint8_t byte) {
    return (uint8_t)(byte ^ 0xFFu ^ sim->flash.geometry.erased_value);
}

static uint32_t sector_of(const sim_flash *sim, uint32_t offset) {
    return offset / sim->flash.geometry.erase_unit;
}

static int violate(sim_flash *sim, const char *rule) {
    if (!sim->violation) {
        sim->violation = rule;
    }
    return WHITTLE_ERROR_IO;
}

static bool in_range(const sim_flash *sim, uint32_t offset, size_t size) {
    uint32_t whole = sim->flash.geometry.size;
    return size <= whole && offset <= whole - size;
}

static void note_change(sim_flash *sim, uint32_t offset) {
    sim->changed[sector_of(sim, offset)] = ++sim->changes;
}

/* ---- What a power cut leaves ---- */

/* The bits of a byte that programming it would change. */
static uint8_t bits_to_program(const sim_flash *sim, uint32_t offset, uint8_t data) {
    uint8_t erased = sim->bytes[offset] | sim->unstable[offset];
    return erased & (uint8_t)~external(sim, data);
}

/* Programs a random part of the bits that were to be programmed; some are left unstable. */
static void tear_bytes(sim_flash *sim, uint32_t offset, const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t *byte = &sim->bytes[offset + i];
        uint64_t random = next_random(sim);
        uint8_t wanted = bits_to_program(sim, offset + (uint32_t)i, data[i]);
        uint8_t weak = wanted & (uint8_t)random & (uint8_t)(random >> 8);
        uint8_t done = wanted & (uint8_t)(random >> 16);
        *byte &= (uint8_t)~done;
        sim->unstable[offset + i] |= weak;
    }
}

/* Programs all bits but those that are unstable and stay so. */
static void program_all_but_unstable(sim_flash *sim, uint32_t offset, const uint8_t *data,
                                     size_t size) {
    for (size_t i = 0; i < size; i++) {
        sim->bytes[offset + i] &= external(sim, data[i]) | sim->unstable[offset + i];
    }
}

static void program_bytes(sim_flash *sim, uint32_t offset, const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = external(sim, data[i]);
        sim->bytes[offset + i] &= byte;
        sim->unstable[offset + i] &= byte;
    }
}

/* Makes one bit unstable of those that were to be programmed, if there is one. */
static void weaken_a_bit(sim_flash *sim, uint32_t offset, const uint8_t *data, size_t size) {
    uint32_t start = (uint32_t)(next_random(sim) % size);
    for (uint32_t i = 0; i < size; i++) {
        uint32_t at = (uint32_t)((start + i) % size);
        uint8_t wanted = bits_to_program(sim, offset + at, data[at]);
        if (wanted) {
            sim->unstable[offset + at] |= wanted & (uint8_t)(0u - wanted);
            return;
        }
    }
}

/* An interrupted program. Some flashes program a page at once, others word by word: either all of
 * it is torn, or one word is, with those before it done and those behind it not begun. Or it is all
 * but done, or all but not begun: a single bit tells. */
static void tear_program(sim_flash *sim, uint32_t offset, const uint8_t *data, size_t size) {
    uint32_t unit = sim->flash.geometry.program_unit;
    size_t done = next_random(sim) % (size / unit) * unit;
    switch (next_random(sim) % 4) {
    case 0:
        tear_bytes(sim, offset, data, size);
        break;
    case 1:
        program_bytes(sim, offset, data, done);
        tear_bytes(sim, offset + (uint32_t)done, data + done, unit);
        break;
    case 2:
        weaken_a_bit(sim, offset, data, size);
        program_all_but_unstable(sim, offset, data, size);
        break;
    default:
        weaken_a_bit(sim, offset, data, size);
        break;
    }
}

/* An interrupted erase: hardly begun, half done, wild, or all but done; in each some bits are
 * unstable, and in the last nothing else tells it from a complete one. */
static void tear_erase(sim_flash *sim, uint32_t offset) {
    uint32_t size = sim->flash.geometry.erase_unit;
    uint64_t kind = next_random(sim) % 4;
    for (uint32_t i = 0; i < size; i++) {
        uint64_t random = next_random(sim);
        uint8_t *byte = &sim->bytes[offset + i];
        bool erased = kind == 3 || (kind == 1 && i < size / 2);
        if (erased || kind == 2) {
            *byte = erased ? 0xFF : (uint8_t)random;
        }
        sim->unstable[offset + i] = (uint8_t)(random >> 8) & (uint8_t)(random >> 16) &
                                    (uint8_t)(random >> 24) & (uint8_t)(random >> 32);
    }
}

/* ---- The operations ---- */

/* Counts an operation down to a cut or a failure. Returns true if it takes place, at least in part;
 * *torn says that the power fails inside it. */
static bool begin_operation(sim_flash *sim, bool *torn, int *error) {
    *torn = false;
    *error = WHITTLE_OK;
    sim->operations++;
    if (sim->failing_operation && --sim->failing_operation == 0) {
        *error = WHITTLE_ERROR_IO;
        return false;
    }
    if (sim->cut_countdown == 0 || --sim->cut_countdown > 0) {
        return true;
    }
    sim->cut_fired = true;
    sim->powered = false;
    *error = WHITTLE_ERROR_IO;
    *torn = sim->cut_moment == SIM_TORN;
    return sim->cut_moment != SIM_BEFORE;
}

/* Lets the unstable bits among those read take either value. Most reads meet none, so eight bytes
 * are looked at together. */
static void add_noise(sim_flash *sim, uint32_t offset, uint8_t *data, size_t size) {
    for (size_t i = 0; i < size;) {
        uint64_t eight;
        if (size - i >= sizeof eight) {
            memcpy(&eight, sim->unstable + offset + i, sizeof eight);
            if (eight == 0) {
                i += sizeof eight;
                continue;
            }
        }
        uint8_t unstable = sim->unstable[offset + i];
        if (unstable) {
            data[i] ^= unstable & (uint8_t)next_random(sim);
        }
        i++;
    }
}

static int read_flash(void *context, uint32_t offset, uint8_t *data, size_t size) {
    sim_flash *sim = context;
    if (!sim->powered) {
        return WHITTLE_ERROR_IO;
    }
    if (!in_range(sim, offset, size)) {
        return violate(sim, "read outside the flash");
    }
    sim->nanoseconds += (uint64_t)size * sim->latency.read_nanoseconds_per_byte;
    if (size && sim->failing_read >= sector_of(sim, offset) &&
        sim->failing_read <= sector_of(sim, offset + (uint32_t)size - 1)) {
        return WHITTLE_ERROR_IO;
    }
    memcpy(data, sim->bytes + offset, size);
    if (sim->flash.geometry.erased_value != 0xFF) {
        for (size_t i = 0; i < size; i++) {
            data[i] = external(sim, data[i]);
        }
    }
    add_noise(sim, offset, data, size);
    return WHITTLE_OK;
}

/* The rule of flash.h that a program breaks, or NULL. */
static const char *program_violation(const sim_flash *sim, uint32_t offset, const uint8_t *data,
                                     size_t size) {
    const whittle_flash_geometry *geometry = &sim->flash.geometry;
    if (!in_range(sim, offset, size) || size == 0) {
        return "program outside the flash";
    }
    if (offset % geometry->program_unit || size % geometry->program_unit) {
        return "program not in whole units";
    }
    if (offset / geometry->program_page != (offset + size - 1) / geometry->program_page) {
        return "program across pages";
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t wanted = external(sim, data[i]);
        if ((sim->bytes[offset + i] | sim->unstable[offset + i] | wanted) !=
            (sim->bytes[offset + i] | sim->unstable[offset + i])) {
            return "program of a bit that is not erased";
        }
    }
    return NULL;
}

/* Remembers which units are programmed; false if one is programmed twice where that is forbidden.
 * A unit programmed with nothing but erased bytes counts too: its error correction is written. */
static bool note_programmed(sim_flash *sim, uint32_t offset, size_t size) {
    uint32_t unit = sim->flash.geometry.program_unit;
    bool again = false;
    for (uint32_t i = offset / unit; i < (offset + size) / unit; i++) {
        again = again || sim->programmed[i];
        sim->programmed[i] = 1;
    }
    return !(again && sim->flash.geometry.program_once);
}

static int program_flash(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    sim_flash *sim = context;
    bool torn;
    int error;
    if (!sim->powered) {
        return WHITTLE_ERROR_IO;
    }
    const char *rule = program_violation(sim, offset, data, size);
    if (rule) {
        return violate(sim, rule);
    }
    if (!begin_operation(sim, &torn, &error)) {
        return error;
    }
    uint32_t sector = sector_of(sim, offset);
    sim->nanoseconds += UINT64_C(1000) * sim->latency.program_microseconds;
    if (sector == sim->failing_program) {
        return WHITTLE_ERROR_IO;
    }
    if (!note_programmed(sim, offset, size)) {
        return WHITTLE_ERROR_IO; /* as the hardware reports it; what it holds is unchanged */
    }
    note_change(sim, offset);
    if (torn) {
        tear_program(sim, offset, data, size);
    } else {
        program_bytes(sim, offset, data, size);
        if (sector == sim->lossy_sector) {
            sim->bytes[offset] ^= 1;
        }
    }
    return error;
}

static int erase_flash(void *context, uint32_t offset) {
    sim_flash *sim = context;
    const whittle_flash_geometry *geometry = &sim->flash.geometry;
    bool torn;
    int error;
    if (!sim->powered) {
        return WHITTLE_ERROR_IO;
    }
    if (offset % geometry->erase_unit || !in_range(sim, offset, geometry->erase_unit)) {
        return violate(sim, "erase of something else than a sector");
    }
    if (!begin_operation(sim, &torn, &error)) {
        return error;
    }
    uint32_t sector = sector_of(sim, offset);
    sim->nanoseconds += UINT64_C(1000) * sim->latency.erase_microseconds;
    sim->wear[sector]++;
    if (sector == sim->failing_erase) {
        return WHITTLE_ERROR_IO;
    }
    note_change(sim, offset);
    if (torn) {
        tear_erase(sim, offset);
    } else {
        memset(sim->bytes + offset, 0xFF, geometry->erase_unit);
        memset(sim->unstable + offset, 0, geometry->erase_unit);
        memset(sim->programmed + offset / geometry->program_unit, 0,
               geometry->erase_unit / geometry->program_unit);
    }
    return error;
}

static int sync_flash(void *context) {
    const sim_flash *sim = context;
    return sim->powered ? WHITTLE_OK : WHITTLE_ERROR_IO;
}

/* ---- Making and handling one ---- */

int sim_flash_create(sim_flash *sim, const whittle_flash_geometry *geometry,
                     const sim_latency *latency, uint64_t seed) {
    memset(sim, 0, sizeof *sim);
    sim->flash = (whittle_flash){.geometry = *geometry,
                                 .context = sim,
                                 .read = read_flash,
                                 .program = program_flash,
                                 .erase = erase_flash,
                                 .sync = sync_flash};
    sim->latency = *latency;
    sim->powered = true;
    sim->failing_erase = SIM_NO_SECTOR;
    sim->failing_program = SIM_NO_SECTOR;
    sim->failing_read = SIM_NO_SECTOR;
    sim->lossy_sector = SIM_NO_SECTOR;
    sim->random = seed * 2 + 1;
    sim->sector_count = geometry->size / geometry->erase_unit;
    sim->bytes = malloc(geometry->size);
    sim->unstable = calloc(geometry->size, 1);
    sim->programmed = calloc(geometry->size / geometry->program_unit, 1);
    sim->wear = calloc(sim->sector_count, sizeof *sim->wear);
    sim->changed = calloc(sim->sector_count, sizeof *sim->changed);
    if (!sim->bytes || !sim->unstable || !sim->programmed || !sim->wear || !sim->changed) {
        sim_flash_destroy(sim);
        return WHITTLE_ERROR_MEMORY;
    }
    memset(sim->bytes, 0xFF, geometry->size);
    return WHITTLE_OK;
}

void sim_flash_destroy(sim_flash *sim) {
    free(sim->bytes);
    free(sim->unstable);
    free(sim->programmed);
    free(sim->wear);
    free(sim->changed);
    memset(sim, 0, sizeof *sim);
}

void sim_flash_cut(sim_flash *sim, uint64_t n, sim_moment moment) {
    sim->cut_countdown = n;
    sim->cut_moment = moment;
    sim->cut_fired = false;
}

void sim_flash_power_on(sim_flash *sim) {
    sim->powered = true;
    sim->cut_countdown = 0;
}

void sim_flash_rot(sim_flash *sim, uint32_t offset, unsigned bit) {
    sim->bytes[offset] ^= (uint8_t)(1u << bit);
    note_change(sim, offset);
}

void sim_flash_load(sim_flash *sim, uint32_t offset, const uint8_t *data, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        sim->bytes[offset + i] = external(sim, data[i]);
        sim->unstable[offset + i] = 0;
        sim->programmed[(offset + i) / sim->flash.geometry.program_unit] = 1;
        note_change(sim, offset + i);
    }
}

void sim_flash_restore(sim_flash *sim, const uint8_t *contents) {
    uint32_t size = sim->flash.geometry.size;
    uint32_t unit = sim->flash.geometry.program_unit;
    memset(sim->programmed, 0, size / unit);
    memset(sim->unstable, 0, size);
    for (uint32_t i = 0; i < size; i++) {
        sim->bytes[i] = external(sim, contents[i]);
        if (sim->bytes[i] != 0xFF) {
            sim->programmed[i / unit] = 1;
        }
    }
    for (uint32_t i = 0; i < sim->sector_count; i++) {
        sim->changed[i] = ++sim->changes;
    }
}

int sim_snapshot_create(sim_snapshot *snapshot, const sim_flash *sim) {
    const whittle_flash_geometry *geometry = &sim->flash.geometry;
    snapshot->bytes = malloc(geometry->size);
    snapshot->unstable = malloc(geometry->size);
    snapshot->programmed = malloc(geometry->size / geometry->program_unit);
    snapshot->changed = malloc(sim->sector_count * sizeof *snapshot->changed);
    if (!snapshot->bytes || !snapshot->unstable || !snapshot->programmed || !snapshot->changed) {
        sim_snapshot_destroy(snapshot);
        return WHITTLE_ERROR_MEMORY;
    }
    for (uint32_t i = 0; i < sim->sector_count; i++) {
        snapshot->changed[i] = UINT64_MAX; /* unlike any sector: all are saved */
    }
    sim_snapshot_save(snapshot, sim);
    return WHITTLE_OK;
}

void sim_snapshot_destroy(sim_snapshot *snapshot) {
    free(snapshot->bytes);
    free(snapshot->unstable);
    free(snapshot->programmed);
    free(snapshot->changed);
    memset(snapshot, 0, sizeof *snapshot);
}

void sim_snapshot_save(sim_snapshot *snapshot, const sim_flash *sim) {
    uint32_t size = sim->flash.geometry.erase_unit;
    uint32_t units = size / sim->flash.geometry.program_unit;
    for (uint32_t i = 0; i < sim->sector_count; i++) {
        if (snapshot->changed[i] != sim->changed[i]) {
            memcpy(snapshot->bytes + i * size, sim->bytes + i * size, size);
            memcpy(snapshot->unstable + i * size, sim->unstable + i * size, size);
            memcpy(snapshot->programmed + i * units, sim->programmed + i * units, units);
            snapshot->changed[i] = sim->changed[i];
        }
    }
}

void sim_snapshot_restore(const sim_snapshot *snapshot, sim_flash *sim) {
    uint32_t size = sim->flash.geometry.erase_unit;
    uint32_t units = size / sim->flash.geometry.program_unit;
    for (uint32_t i = 0; i < sim->sector_count; i++) {
        if (snapshot->changed[i] != sim->changed[i]) {
            memcpy(sim->bytes + i * size, snapshot->bytes + i * size, size);
            memcpy(sim->unstable + i * size, snapshot->unstable + i * size, size);
            memcpy(sim->programmed + i * units, snapshot->programmed + i * units, units);
            sim->changed[i] = snapshot->changed[i];
        }
    }
    sim_flash_power_on(sim);
}
