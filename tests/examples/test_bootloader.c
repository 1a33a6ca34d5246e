/* The example of PORTING.md, compiled and run: a board made of the simulated flash takes it through
 * an update. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../examples/bootloader.c"
#include "support/device_rig.h"
#include "support/unit_test.h"

static sim_flash sim;
static jmp_buf power;
static char printed[1000];
static uint32_t started_offset;
static uint32_t started_size;

enum { STARTED = 1, RESET };

int board_flash_read(void *context, uint32_t offset, uint8_t *data, size_t size) {
    (void)context;
    return sim.flash.read(&sim, offset, data, size);
}

int board_flash_program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    return sim.flash.program(&sim, offset, data, size);
}

int board_flash_erase(void *context, uint32_t offset) {
    (void)context;
    return sim.flash.erase(&sim, offset);
}

void board_print(void *context, const char *line) {
    (void)context;
    size_t used = strlen(printed);
    snprintf(printed + used, sizeof printed - used, "%s\n", line);
}

void board_reset(void) {
    longjmp(power, RESET);
}

void board_start_image(uint32_t flash_offset, uint32_t size) {
    started_offset = flash_offset;
    started_size = size;
    longjmp(power, STARTED);
}

static int switch_on(void) {
    int how = setjmp(power);
    if (how == 0) {
        boot_loader();
    }
    return how;
}

static void updates_a_board(void **state) {
    (void)state;
    rig_bytes old_image = rig_make_image(20000, 1);
    rig_bytes new_image = rig_make_next_image(&old_image, 2);
    rig_bytes patch = rig_make_patch(&old_image, &new_image, NULL);
    const sim_latency latency = {0, 0, 0};
    assert_int_equal(sim_flash_create(&sim, &flash.geometry, &latency, 1), WHITTLE_OK);
    assert_int_equal(switch_on(), RESET);
    assert_string_equal(printed, "no slot holds an image that can be started (install one)\n");

    sim_flash_load(&sim, device.slot_offset[0], old_image.data, old_image.size);
    assert_int_equal(whittle_device_install(&device, 0, old_image.size, 0), WHITTLE_OK);
    assert_int_equal(switch_on(), STARTED);
    assert_int_equal(started_offset, device.slot_offset[0]);

    whittle_updater updater;
    printed[0] = '\0';
    assert_int_equal(whittle_updater_start(&updater, &device), WHITTLE_OK);
    assert_int_equal(whittle_updater_write(&updater, patch.data, patch.size), WHITTLE_OK);
    assert_int_equal(whittle_updater_finish(&updater), WHITTLE_OK);
    assert_int_equal(switch_on(), RESET);
    assert_string_equal(printed, "Differential Update Image detected. Restart the device to apply "
                                 "the patch.\nPatching the binary...\nPatching SUCCESSFUL.\n");
    assert_int_equal(switch_on(), STARTED);
    assert_int_equal(started_offset, device.slot_offset[1]);
    assert_int_equal(started_size, new_image.size);
    assert_memory_equal(sim.bytes + started_offset, new_image.data, new_image.size);
    assert_int_equal(whittle_device_confirm(&device), WHITTLE_OK);
    assert_null(sim.violation);
    sim_flash_destroy(&sim);
    free(old_image.data);
    free(new_image.data);
    free(patch.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_a_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
