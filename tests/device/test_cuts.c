/* Every power cut: for each kind of flash and each kind of update, the power is cut at every flash
 * operation, before it, inside it and after it; then a second time at every operation of the
 * recovery, in the same three ways; then the device runs on without cuts. At each start it must
 * boot the old firmware or the new one, whole, and in the end the update must have come through.
 * On larger images the second cut is made at a sample of the operations.
 *
 * A life is a function of what the flash holds: restart, boot, let the firmware do what it would.
 * Nothing else survives a cut, as in a real device.
 *
 * The number of cuts is printed; each is proven to have fired. WHITTLE_TORTURE=N in the environment
 * makes N rounds with other images and other damage (make torture). Sanitizers and valgrind make
 * fewer second cuts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/device_rig.h"
#include "support/instrumentation.h"
#include "support/unit_test.h"

/* What happens in a life. */
typedef enum story_kind {
    STORY_PATCH,    /* a patch comes, the new firmware confirms itself */
    STORY_IMAGE,    /* a plain image comes instead */
    STORY_ROLLBACK, /* the new firmware never confirms itself */
    STORY_AT_ONCE,  /* a patch comes, and the device is one that confirms at once */
    STORY_COUNT,
} story_kind;

typedef struct campaign {
    device_rig rig;
    story_kind story;
    uint32_t chunk;
    sim_snapshot fresh;   /* before the update */
    sim_snapshot after_1; /* after the first cut */
} campaign;

static unsigned long cuts_fired;

enum { STARTS = 3, RESTARTS_MAX = 20 };

static bool has_power(const campaign *test) {
    return test->rig.sim.powered;
}

/* The firmware that was started does what it would. Returns true if its story has ended. */
static bool run_firmware(campaign *test, bool is_new) {
    device_rig *rig = &test->rig;
    whittle_device_status status;
    if (is_new) {
        if (test->story != STORY_ROLLBACK) {
            assert_true(whittle_device_confirm(&rig->device) == WHITTLE_OK || !has_power(test));
            return has_power(test);
        }
        return false; /* it crashes */
    }
    if (whittle_device_read_status(&rig->device, &status)) {
        assert_false(has_power(test));
        return false;
    }
    if (test->story == STORY_ROLLBACK && status.last_error == WHITTLE_ERROR_UNPROVEN) {
        return true;
    }
    assert_int_equal(status.last_error, WHITTLE_OK);
    const rig_bytes *file = test->story == STORY_IMAGE ? &rig->new_image : &rig->patch;
    int error = rig_send(rig, file, test->chunk, true);
    if (error && has_power(test)) {
        fail_msg("receiving failed: %s; %s", whittle_error_text(error), rig->console);
    }
    return false;
}

/* Lives until the story ends or the power fails. Returns true if it ended. */
static bool live(campaign *test) {
    device_rig *rig = &test->rig;
    for (unsigned restarts = 0; restarts < RESTARTS_MAX; restarts++) {
        whittle_boot_decision decision;
        rig_clear_console(rig);
        int error = rig_boot(rig, &decision);
        if (!has_power(test)) {
            return false;
        }
        assert_int_equal(error, WHITTLE_OK);
        bool is_new = rig_starts(rig, &decision, &rig->new_image);
        assert_true(is_new || rig_starts(rig, &decision, &rig->old_image));
        bool ended = run_firmware(test, is_new);
        if (!has_power(test)) {
            return false;
        }
        if (ended) {
            return true;
        }
    }
    fail_msg("the update neither completes nor is given up");
    return false;
}

/* Runs on without cuts: the end must be the right one. */
static void recover(campaign *test) {
    sim_flash_power_on(&test->rig.sim);
    assert_true(live(test));
    rig_boots(&test->rig,
              test->story == STORY_ROLLBACK ? &test->rig.old_image : &test->rig.new_image);
    assert_int_equal(rig_status(&test->rig).state, WHITTLE_STATE_READY);
    if (test->rig.sim.violation) {
        fail_msg("the port's rules were broken: %s", test->rig.sim.violation);
    }
}

/* Lives with a cut at the n-th operation. Returns false if the story ended before. */
static bool live_with_cut(campaign *test, uint64_t n, sim_moment moment) {
    sim_flash_cut(&test->rig.sim, n, moment);
    bool ended = live(test);
    assert_true(ended != test->rig.sim.cut_fired);
    cuts_fired += test->rig.sim.cut_fired;
    return !ended;
}

/* A second cut at every stride-th operation of the recovery. */
static void cut_recovery(campaign *test, unsigned stride) {
    sim_snapshot_save(&test->after_1, &test->rig.sim);
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        uint64_t n = 1 + test->rig.sim.random % stride;
        while (sim_snapshot_restore(&test->after_1, &test->rig.sim),
               live_with_cut(test, n, (sim_moment)moment)) {
            recover(test);
            n += stride;
        }
    }
    sim_snapshot_restore(&test->after_1, &test->rig.sim);
}

/* Every first cut, and for each every stride-th second one; stride 0: none. */
static void run_campaign(campaign *test, unsigned stride) {
    assert_int_equal(sim_snapshot_create(&test->fresh, &test->rig.sim), WHITTLE_OK);
    assert_int_equal(sim_snapshot_create(&test->after_1, &test->rig.sim), WHITTLE_OK);
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1;; n++) {
            sim_snapshot_restore(&test->fresh, &test->rig.sim);
            if (!live_with_cut(test, n, (sim_moment)moment)) {
                break;
            }
            if (stride) {
                sim_flash_power_on(&test->rig.sim);
                cut_recovery(test, stride);
            }
            recover(test);
        }
    }
    sim_snapshot_destroy(&test->fresh);
    sim_snapshot_destroy(&test->after_1);
}

/* The device has been updated before: the other slot runs, the receiving one holds an image much
 * like the one to come, and the record is in the middle of its sectors. */
static void update_before(device_rig *rig) {
    whittle_boot_decision decision;
    assert_int_equal(rig_send(rig, &rig->old_image, 512, false), WHITTLE_OK);
    assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
    assert_int_equal(whittle_device_confirm(&rig->device), WHITTLE_OK);
}

static void cut_everywhere(const whittle_flash_geometry *geometry, story_kind story,
                           uint32_t image_size, unsigned stride, uint64_t seed) {
    campaign test = {.story = story, .chunk = 100 + (uint32_t)seed * 412};
    const rig_options options = {.geometry = *geometry,
                                 .image_size = image_size,
                                 .trial_starts = story == STORY_AT_ONCE ? 0 : STARTS,
                                 .seed = seed * 1000 + geometry->erase_unit};
    rig_create(&test.rig, &options);
    if (seed % 2) {
        update_before(&test.rig);
    }
    run_campaign(&test, stride);
    rig_destroy(&test.rig);
}

/* All stories on one kind of flash. */
static void survive(const char *name) {
    const sim_geometry *kind = sim_geometry_find(name);
    const char *torture = getenv("WHITTLE_TORTURE");
    unsigned long rounds = torture ? strtoul(torture, NULL, 10) : 1;
    unsigned long before = cuts_fired;
    assert_non_null(kind);
    whittle_flash_geometry geometry = kind->geometry;
    uint32_t larger = geometry.erase_unit > 4096 ? 9000 : 5 * geometry.erase_unit / 2;
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned story = 0; story < STORY_COUNT; story++) {
            unsigned dense = cases_apart(13);
            unsigned sparse = runs_instrumented() ? 0 : torture ? 5 : 80;
            geometry.erased_value = (story + round) % 4 == 1 ? 0x00 : 0xFF;
            cut_everywhere(&geometry, (story_kind)story, 1100 + 7 * round, dense, 2 * round);
            cut_everywhere(&geometry, (story_kind)story, 1000 + 7 * round, 5 * dense,
                           2 * round + 1);
            cut_everywhere(&geometry, (story_kind)story, larger + 9 * round, sparse, 2 * round + 1);
            if (torture) { /* which takes hours: so that its log tells how far it came */
                printf("%s, round %u of %lu, story %u of %d: %lu cuts\n", name, round + 1, rounds,
                       story + 1, STORY_COUNT, cuts_fired - before);
                (void)fflush(stdout);
            }
        }
    }
    printf("%s: %lu cuts\n", name, cuts_fired - before);
}

static void survives_cuts_on_spi_4k(void **state) {
    (void)state;
    survive("spi-4k");
}

static void survives_cuts_on_nor_64k(void **state) {
    (void)state;
    survive("nor-64k");
}

static void survives_cuts_on_mcu_1k(void **state) {
    (void)state;
    survive("mcu-1k");
}

static void survives_cuts_on_mcu_128k(void **state) {
    (void)state;
    survive("mcu-128k");
}

static void makes_as_many_cuts_as_promised(void **state) {
    (void)state;
    printf("%lu power cuts were made, all fired, all survived\n", cuts_fired);
    assert_true(cuts_fired >= (runs_instrumented() ? 10000 : 100000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_cuts_on_spi_4k),
        cmocka_unit_test(survives_cuts_on_nor_64k),
        cmocka_unit_test(survives_cuts_on_mcu_1k),
        cmocka_unit_test(survives_cuts_on_mcu_128k),
        cmocka_unit_test(makes_as_many_cuts_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
