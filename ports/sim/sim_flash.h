/* A NOR flash in memory that can be as nasty as a real one: the port for tests.
 *
 * It programs by AND (or OR, where erased is 0x00), counts erases per sector and time by a latency
 * model, and refuses whatever breaks the rules of flash.h, naming the first rule broken. Faults are
 * set up before they happen: a power cut at the n-th operation from now, before, inside or after
 * it; operations and sectors that fail; bits that rot.
 *
 * An operation, for the counting, is one program call or one erase. After a power cut every call
 * fails until the power is back, so that the code under test may run on without doing anything.
 * What was torn is left with a random part of its bits changed, and some of these unstable: they
 * read as either value, anew at each read, until they are programmed or erased properly.
 */
#ifndef SIM_FLASH_H
#define SIM_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "whittle/flash.h"

/* How long operations take, for the clock of the simulation. */
typedef struct sim_latency {
    uint32_t read_nanoseconds_per_byte;
    uint32_t program_microseconds; /* of one program call */
    uint32_t erase_microseconds;   /* of one sector */
} sim_latency;

/* A kind of flash with its name. */
typedef struct sim_geometry {
    const char *name;
    const char *description;
    whittle_flash_geometry geometry;
    sim_latency latency;
} sim_geometry;

/* The kinds that are known: at least "spi-4k", "nor-64k", "mcu-1k", "mcu-128k". */
extern const sim_geometry sim_geometries[];
extern const unsigned sim_geometry_count;

/* The kind of that name, or NULL. */
const sim_geometry *sim_geometry_find(const char *name);

/* When, in relation to an operation, the power is cut. */
typedef enum sim_moment { SIM_BEFORE, SIM_TORN, SIM_AFTER, SIM_MOMENT_COUNT } sim_moment;

#define SIM_NO_SECTOR UINT32_MAX

typedef struct sim_flash {
    whittle_flash flash; /* the port: hand on &sim->flash */

    /* What it counts. */
    uint64_t operations;   /* program and erase calls in all */
    uint64_t nanoseconds;  /* that they and the reads would have taken */
    uint32_t *wear;        /* erases of each sector */
    const char *violation; /* the first rule of flash.h that was broken, or NULL */

    /* The power. */
    bool powered;
    uint64_t cut_countdown; /* operations until the cut; 0: none is set up */
    sim_moment cut_moment;
    bool cut_fired;

    /* Failures, by sector; SIM_NO_SECTOR: none. */
    uint32_t failing_erase;     /* erasing it fails */
    uint32_t failing_program;   /* programming it fails */
    uint32_t failing_read;      /* reading it fails */
    uint32_t lossy_sector;      /* programming it loses a bit without saying so */
    uint64_t failing_operation; /* operations until one that fails once; 0: none */

    /* The state. bytes are as read, but for unstable bits. */
    sim_latency latency;
    uint8_t *bytes;
    uint8_t *unstable;   /* bits that read as either value */
    uint8_t *programmed; /* per program unit: programmed since it was erased */
    uint64_t *changed;   /* per sector: when it changed last, by the clock `changes` */
    uint64_t changes;
    uint32_t sector_count;
    uint64_t random;
} sim_flash;

/* Makes an erased flash. Returns 0, or WHITTLE_ERROR_MEMORY. The same seed gives the same faults.
 */
int sim_flash_create(sim_flash *sim, const whittle_flash_geometry *geometry,
                     const sim_latency *latency, uint64_t seed);
void sim_flash_destroy(sim_flash *sim);

/* Cuts the power at the n-th operation from now, n from 1. */
void sim_flash_cut(sim_flash *sim, uint64_t n, sim_moment moment);

/* Brings the power back; a cut that has not fired is forgotten. */
void sim_flash_power_on(sim_flash *sim);

/* Flips one bit, as age does. */
void sim_flash_rot(sim_flash *sim, uint32_t offset, unsigned bit);

/* Puts bytes there as a programmer on the desk would: no rules, no counting. */
void sim_flash_load(sim_flash *sim, uint32_t offset, const uint8_t *data, uint32_t size);

/* Takes over the contents of a whole flash: units that hold anything count as programmed. */
void sim_flash_restore(sim_flash *sim, const uint8_t *contents);

/* A copy of the contents, to go back to. Going back copies only sectors that differ; it leaves the
 * counters alone, but brings the power back. */
typedef struct sim_snapshot {
    uint8_t *bytes;
    uint8_t *unstable;
    uint8_t *programmed;
    uint64_t *changed;
} sim_snapshot;

int sim_snapshot_create(sim_snapshot *snapshot, const sim_flash *sim);
void sim_snapshot_destroy(sim_snapshot *snapshot);
void sim_snapshot_save(sim_snapshot *snapshot, const sim_flash *sim);
void sim_snapshot_restore(const sim_snapshot *snapshot, sim_flash *sim);

#endif
