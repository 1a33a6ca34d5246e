/* Flash that fails, rots or wears: never an unverified start, always a clear state, and no more
 * erases and RAM than promised. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/device_rig.h"
#include "support/unit_test.h"

enum { STARTS = 2 };

static void make_rig(device_rig *rig, const whittle_flash_geometry *geometry, uint32_t image_size) {
    const rig_options options = {
        .geometry = *geometry, .image_size = image_size, .trial_starts = STARTS, .seed = 21};
    rig_create(rig, &options);
}

static void mend(device_rig *rig) {
    rig->sim.failing_operation = 0;
    rig->sim.failing_erase = SIM_NO_SECTOR;
    rig->sim.failing_program = SIM_NO_SECTOR;
    rig->sim.failing_read = SIM_NO_SECTOR;
    rig->sim.lossy_sector = SIM_NO_SECTOR;
}

/* Starts, and checks that it is one of the two firmwares, whole. Returns true if the new one. */
static bool starts_one_of_them(device_rig *rig) {
    bool is_new = rig_boots_old_or_new(rig);
    return is_new;
}

/* One try at the update; whatever fails, the device starts one of the two. */
static bool try_update(device_rig *rig, const rig_bytes *file) {
    int error = rig_send(rig, file, 300, false);
    bool is_new = starts_one_of_them(rig);
    if (error) {
        assert_false(is_new);
        assert_int_not_equal(rig_status(rig).state, WHITTLE_STATE_PENDING);
        return false;
    }
    if (is_new) {
        (void)whittle_device_confirm(&rig->device);
    }
    return starts_one_of_them(rig);
}

/* ---- Operations that fail once ---- */

static void survives_the_failure_of_any_operation(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 2 * sim_geometry_count; kind++) {
        device_rig rig;
        sim_snapshot fresh;
        unsigned completed = 0;
        make_rig(&rig, &sim_geometries[kind / 2].geometry, 2500);
        assert_int_equal(sim_snapshot_create(&fresh, &rig.sim), WHITTLE_OK);
        const rig_bytes *file = kind % 2 ? &rig.new_image : &rig.patch;
        uint64_t n = 1;
        do {
            sim_snapshot_restore(&fresh, &rig.sim);
            rig.sim.failing_operation = n++;
            bool done = try_update(&rig, file);
            bool fired = rig.sim.failing_operation == 0;
            completed += done;
            mend(&rig);
            assert_true(done || try_update(&rig, file));
            if (!fired) {
                break;
            }
        } while (true);
        assert_true(n > 15 && completed > 5); /* an operation of the record has a second chance */
        assert_null(rig.sim.violation);
        sim_snapshot_destroy(&fresh);
        rig_destroy(&rig);
    }
}

/* ---- Sectors that fail for good ---- */

static void survives_any_sector_that_fails(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < sim_geometry_count; kind++) {
        device_rig rig;
        sim_snapshot fresh;
        make_rig(&rig, &sim_geometries[kind].geometry, 2500);
        assert_int_equal(sim_snapshot_create(&fresh, &rig.sim), WHITTLE_OK);
        uint32_t *const faults[] = {&rig.sim.failing_erase, &rig.sim.failing_program,
                                    &rig.sim.lossy_sector};
        uint32_t receiving = rig.device.slot_offset[1] / rig.sim.flash.geometry.erase_unit;
        for (unsigned fault = 0; fault < 3; fault++) {
            for (uint32_t sector = 0; sector < rig.sim.sector_count; sector++) {
                sim_snapshot_restore(&fresh, &rig.sim);
                *faults[fault] = sector;
                bool done = try_update(&rig, &rig.patch);
                if (sector >= receiving) {
                    assert_false(done); /* each sector of this small slot is needed */
                    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
                    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_IO);
                }
                mend(&rig);
                assert_true(done || try_update(&rig, &rig.patch));
            }
        }
        assert_null(rig.sim.violation);
        sim_snapshot_destroy(&fresh);
        rig_destroy(&rig);
    }
}

static void survives_sectors_that_cannot_be_read(void **state) {
    (void)state;
    device_rig rig;
    whittle_boot_decision decision;
    make_rig(&rig, &sim_geometry_find("mcu-1k")->geometry, 2500);
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    uint32_t slot_sectors = rig.device.slot_size / 1024;
    rig.sim.failing_read = 3 + slot_sectors + slot_sectors - 1; /* the patch */
    rig_boots(&rig, &rig.old_image);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_IO);
    rig.sim.failing_read = 3; /* the running image */
    assert_int_equal(rig_boot(&rig, &decision), WHITTLE_ERROR_NO_IMAGE);
    rig.sim.failing_read = 2; /* a record sector: the other one may hold what counts */
    int error = rig_boot(&rig, &decision);
    assert_true(error == WHITTLE_ERROR_NO_IMAGE || rig_starts(&rig, &decision, &rig.old_image));
    rig_destroy(&rig);
}

/* A port that does what it is told and reports a failure all the same, as after a timeout. */
static int program_and_complain(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    const sim_flash *sim = ((device_rig *)context)->sim.flash.context;
    (void)sim->flash.program(sim->flash.context, offset, data, size);
    return -77;
}

static int read_on(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const sim_flash *sim = ((device_rig *)context)->sim.flash.context;
    return sim->flash.read(sim->flash.context, offset, data, size);
}

static int erase_on(void *context, uint32_t offset) {
    const sim_flash *sim = ((device_rig *)context)->sim.flash.context;
    return sim->flash.erase(sim->flash.context, offset);
}

static void believes_a_port_that_reports_a_failure(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("spi-4k")->geometry, 2500);
    const whittle_flash complaining = {.geometry = rig.sim.flash.geometry,
                                       .context = &rig,
                                       .read = read_on,
                                       .program = program_and_complain,
                                       .erase = erase_on};
    rig.device.flash = &complaining;
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), -77);
    rig.device.flash = &rig.sim.flash;
    assert_false(starts_one_of_them(&rig));
    rig_destroy(&rig);
}

/* ---- A record that cannot be written ---- */

static void break_the_record(device_rig *rig) {
    rig->sim.failing_program = 1;
    rig->sim.failing_erase = 2;
    rig->sim.lossy_sector = 2;
}

static void starts_without_a_writable_record(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("spi-4k")->geometry, 2500);
    break_the_record(&rig);
    assert_false(starts_one_of_them(&rig));
    uint32_t erases = rig.sim.wear[6];
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_ERROR_IO);
    assert_int_equal(rig.sim.wear[6], erases); /* nothing was begun that cannot be recorded */
    assert_false(starts_one_of_them(&rig));
    rig_destroy(&rig);
}

static void patches_only_with_a_writable_record(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("spi-4k")->geometry, 2500);
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    break_the_record(&rig);
    assert_false(starts_one_of_them(&rig));
    assert_false(starts_one_of_them(&rig));
    mend(&rig); /* what is still pending is then made */
    assert_true(starts_one_of_them(&rig));
    rig_destroy(&rig);
}

static void makes_no_start_of_a_trial_that_it_cannot_count(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("spi-4k")->geometry, 2500);
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    assert_true(starts_one_of_them(&rig));
    break_the_record(&rig);
    for (unsigned i = 0; i < 5; i++) {
        assert_false(starts_one_of_them(&rig));
    }
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_ERROR_IO);
    mend(&rig);
    assert_true(starts_one_of_them(&rig)); /* the second start of the trial */
    assert_false(starts_one_of_them(&rig));
    rig_destroy(&rig);
}

/* ---- Rot ---- */

static void survives_rot_in_any_sector_at_any_stage(void **state) {
    (void)state;
    device_rig rig;
    sim_snapshot stages[4];
    uint64_t random = 77;
    make_rig(&rig, &sim_geometry_find("mcu-1k")->geometry, 2500);
    assert_int_equal(sim_snapshot_create(&stages[0], &rig.sim), WHITTLE_OK);
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    assert_int_equal(sim_snapshot_create(&stages[1], &rig.sim), WHITTLE_OK);
    assert_true(starts_one_of_them(&rig));
    assert_int_equal(sim_snapshot_create(&stages[2], &rig.sim), WHITTLE_OK);
    assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
    assert_int_equal(sim_snapshot_create(&stages[3], &rig.sim), WHITTLE_OK);
    for (unsigned i = 0; i < 8000; i++) {
        whittle_boot_decision decision;
        sim_snapshot_restore(&stages[i % 4], &rig.sim);
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint32_t size = rig.sim.flash.geometry.size;
        sim_flash_rot(&rig.sim, (uint32_t)(random >> 33) % size, (unsigned)(random >> 29) % 8);
        for (unsigned start = 0; start < 3; start++) {
            int error = rig_boot(&rig, &decision);
            if (error) {
                assert_int_equal(error, WHITTLE_ERROR_NO_IMAGE);
            } else {
                assert_true(rig_starts(&rig, &decision, &rig.new_image) ||
                            rig_starts(&rig, &decision, &rig.old_image));
            }
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        sim_snapshot_destroy(&stages[i]);
    }
    rig_destroy(&rig);
}

/* A sector in the midst of what was received cannot be read at the finish. */
static void refuses_what_it_cannot_read_back(void **state) {
    (void)state;
    for (unsigned image = 0; image < 2; image++) {
        device_rig rig;
        whittle_updater updater;
        make_rig(&rig, &sim_geometry_find("mcu-1k")->geometry, 20000);
        const rig_bytes *file = image ? &rig.new_image : &rig.patch;
        assert_true(file->size > 3 * 1024);
        assert_int_equal(whittle_updater_start(&updater, &rig.device), WHITTLE_OK);
        assert_int_equal(whittle_updater_write(&updater, file->data, file->size), WHITTLE_OK);
        rig.sim.failing_read =
            image ? rig.device.slot_offset[1] / 1024 + 1 : rig.sim.sector_count - 2;
        assert_int_equal(whittle_updater_finish(&updater), WHITTLE_ERROR_IO);
        assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
        assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_IO);
        assert_false(starts_one_of_them(&rig));
        mend(&rig);
        assert_true(try_update(&rig, file));
        rig_destroy(&rig);
    }
}

/* The last sector, where the patch ends, cannot be read from now on. */
static void lose_the_last_sector(void *context, uint32_t done, uint32_t total) {
    device_rig *rig = context;
    assert_true(done < total);
    rig->sim.failing_read = rig->sim.sector_count - 1;
}

static void gives_up_a_patch_that_gets_lost_while_it_is_applied(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("mcu-1k")->geometry, 20000);
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    rig.device.progress = lose_the_last_sector;
    assert_false(starts_one_of_them(&rig));
    assert_int_equal(rig.sim.failing_read, rig.sim.sector_count - 1);
    assert_int_equal(rig_status(&rig).state, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(&rig).last_error, WHITTLE_ERROR_IO);
    rig_destroy(&rig);
}

/* ---- Wear, time, RAM ---- */

static void wears_no_more_than_promised(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 2 * sim_geometry_count; kind++) {
        device_rig rig;
        const sim_geometry *flash = &sim_geometries[kind / 2];
        uint32_t sector = flash->geometry.erase_unit;
        make_rig(&rig, &flash->geometry, sector > 4096 ? sector + 5000 : 20000);
        rig.sim.latency = flash->latency;
        for (unsigned update = 0; update < 6; update++) {
            memset(rig.sim.wear, 0, rig.sim.sector_count * sizeof *rig.sim.wear);
            uint64_t time = rig.sim.nanoseconds;
            const rig_bytes *file = kind % 2 ? &rig.new_image : &rig.patch;
            assert_int_equal(rig_send(&rig, file, 300, false), WHITTLE_OK);
            assert_true(starts_one_of_them(&rig));
            assert_int_equal(whittle_device_confirm(&rig.device), WHITTLE_OK);
            time = rig.sim.nanoseconds - time;
            assert_in_range(rig.sim.wear[1] + rig.sim.wear[2], 0, 4);
            for (uint32_t i = 0; i < rig.sim.sector_count; i++) {
                assert_true(i == 1 || i == 2 || rig.sim.wear[i] <= 1);
            }
            if (update == 0) {
                printf("%-9s %s: %u bytes made from %u, %u record erases, %u ms of flash\n",
                       flash->name, kind % 2 ? "image" : "patch", (unsigned)rig.new_image.size,
                       (unsigned)file->size, (unsigned)(rig.sim.wear[1] + rig.sim.wear[2]),
                       (unsigned)(time / 1000000));
            }
            /* Another device for the next update: from slot 0 again, with a used record. */
            sim_flash_load(&rig.sim, rig.device.slot_offset[0], rig.old_image.data,
                           rig.old_image.size);
            assert_int_equal(whittle_device_install(&rig.device, 0, rig.old_image.size, 0),
                             WHITTLE_OK);
        }
        assert_null(rig.sim.violation);
        rig_destroy(&rig);
    }
}

static void patches_in_the_memory_that_the_header_names(void **state) {
    (void)state;
    device_rig rig;
    make_rig(&rig, &sim_geometry_find("nor-64k")->geometry, 2500);
    whittle_header header;
    assert_int_equal(whittle_header_read(rig.patch.data, rig.patch.size, &header), WHITTLE_OK);
    rig.device.patch_memory = header.ram + rig.sim.flash.geometry.program_page;
    assert_int_equal(rig_send(&rig, &rig.patch, 300, false), WHITTLE_OK);
    assert_true(starts_one_of_them(&rig)); /* the rig has guard bytes behind the memory */
    rig_destroy(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_the_failure_of_any_operation),
        cmocka_unit_test(survives_any_sector_that_fails),
        cmocka_unit_test(survives_sectors_that_cannot_be_read),
        cmocka_unit_test(believes_a_port_that_reports_a_failure),
        cmocka_unit_test(starts_without_a_writable_record),
        cmocka_unit_test(patches_only_with_a_writable_record),
        cmocka_unit_test(makes_no_start_of_a_trial_that_it_cannot_count),
        cmocka_unit_test(survives_rot_in_any_sector_at_any_stage),
        cmocka_unit_test(refuses_what_it_cannot_read_back),
        cmocka_unit_test(gives_up_a_patch_that_gets_lost_while_it_is_applied),
        cmocka_unit_test(wears_no_more_than_promised),
        cmocka_unit_test(patches_in_the_memory_that_the_header_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
