/* whittle device: the whole flow on a flash image file, with what the device says, and with power
 * cuts in every flash operation of receiving and of patching. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/instrumentation.h"
#include "support/run_tool.h"
#include "support/unit_test.h"

#define PATCH_RECEIVED                                                                             \
    "Differential Update Image detected. Restart the device to apply the patch.\n"
#define IMAGE_RECEIVED "Full Update Image detected. Restart the device to load the new firmware.\n"
#define PATCHED                                                                                    \
    "Patching the binary...\nPatching SUCCESSFUL.\nRestarting.\nStarting slot 1, 20100 bytes.\n"
#define CONFIRMED "The firmware has confirmed itself.\n"

enum { OPERATIONS_MAX = 1000, APART = 3 /* are the cuts that are made where all is slower */ };

static void save_all(void) {
    save_images();
    whittle_succeeds("diff", "--quiet", "--fw-version=2.0", "old", "new", "patch", NULL);
}

/* A result line is all that a device that is made says. */
static void make(const char *option) {
    whittle_succeeds("device", "init", "flash", "--firmware=old", "--geometry=mcu-1k", "--size=64K",
                     option, NULL);
}

static void assert_prints(result of, const char *text) {
    assert_succeeds(&of);
    assert_string_equal((char *)of.out.data, text);
    result_free(&of);
}

/* It failed with this line on stderr; what it printed before that counts, too. */
static void assert_fails_after(result of, const char *printed, const char *message) {
    assert_string_equal((char *)of.out.data, printed);
    of.out.data[0] = '\0';
    assert_fails(of, 1, message);
}

/* The device's active image is the one in that file. */
static void assert_runs(const char *image) {
    result of = whittle("device", "read", "flash", "/dev/stdout", NULL);
    assert_succeeds(&of);
    assert_holds(image, of.out.data, of.out.size);
    result_free(&of);
}

static void assert_status(const char *expression, const char *value) {
    result of = whittle("device", "status", "--json", "flash", NULL);
    assert_succeeds(&of);
    assert_json((char *)of.out.data, expression, value);
    result_free(&of);
}

/* ---- The whole flow ---- */

static void test_a_patch_goes_the_whole_way(void **state) {
    (void)state;
    static const char *const geometries[] = {"spi-4k", "nor-64k", "mcu-1k", "mcu-128k"};
    save_all();
    for (size_t i = 0; i < sizeof geometries / sizeof *geometries; i++) {
        whittle_succeeds("device", "init", "flash", "--firmware=old", "--geometry", geometries[i],
                         NULL);
        assert_runs("old");
        assert_prints(whittle("device", "reboot", "flash", NULL),
                      "Starting slot 0, 20000 bytes.\n");
        assert_prints(whittle("device", "ota", "flash", "patch", NULL), PATCH_RECEIVED);
        assert_runs("old");
        assert_prints(whittle("device", "reboot", "flash", NULL), PATCHED);
        assert_runs("new");
        assert_prints(whittle("device", "reboot", "flash", NULL),
                      "Starting slot 1, 20100 bytes.\n");
        assert_status("d[\"geometry\"]", geometries[i]);
    }
    assert_folder_holds("flash new old patch");
}

static void test_a_plain_image_goes_the_whole_way(void **state) {
    (void)state;
    save_all();
    make("--trial=0");
    assert_prints(whittle("device", "ota", "--chunk=1", "flash", "new", NULL), IMAGE_RECEIVED);
    assert_prints(whittle("device", "reboot", "flash", NULL), "Starting slot 1, 20100 bytes.\n");
    assert_runs("new");
}

static void test_init_says_what_it_made(void **state) {
    (void)state;
    save_images();
    assert_prints(whittle("device", "init", "flash", "--firmware", "old", NULL),
                  "flash: spi-4k, two slots of 1016 KiB; slot 0 holds old, 20000 bytes\n");
    assert_prints(whittle("device", "init", "flash", "--firmware=new", "--size=1M", NULL),
                  "flash: spi-4k, two slots of 504 KiB; slot 0 holds new, 20100 bytes\n");
    assert_runs("new");
}

static void test_status_tells_each_state(void **state) {
    (void)state;
    save_all();
    make("--trial=2");
    assert_status("d[\"state\"], d[\"active\"], d[\"incoming\"], d[\"key_id\"]",
                  "ready 0 None None");
    whittle_succeeds("device", "ota", "flash", "patch", NULL);
    assert_status("d[\"state\"], d[\"active\"], d[\"incoming\"]", "pending 0 patch");
    whittle_succeeds("device", "reboot", "--no-confirm", "flash", NULL);
    assert_status("d[\"state\"], d[\"active\"], d[\"starts_left\"]", "trial 1 1");
    whittle_succeeds("device", "reboot", "flash", NULL);
    assert_status("d[\"state\"], d[\"last_error\"], d[\"slots\"][1][\"fw_version\"]",
                  "ready None 2.0");
    assert_status("[slot[\"size\"] for slot in d[\"slots\"]]", "[20000, 20100]");
    result of = whittle("device", "status", "flash", NULL);
    assert_succeeds(&of);
    assert_non_null(strstr((char *)of.out.data, "state             ready\n"
                                                "active            slot 1\n"));
    assert_non_null(strstr((char *)of.out.data, ", version 2.0\n"));
    result_free(&of);
}

/* ---- The trial ---- */

static void test_firmware_that_never_confirms_itself_is_taken_back(void **state) {
    (void)state;
    save_all();
    make("--trial=1");
    whittle_succeeds("device", "ota", "flash", "patch", NULL);
    assert_prints(whittle("device", "reboot", "--no-confirm", "flash", NULL),
                  PATCHED "The firmware does not confirm itself; starts left: 0.\n");
    assert_fails(whittle("device", "ota", "flash", "patch", NULL), 1,
                 "whittle: flash: the running firmware is on trial, and the other slot is the way "
                 "back (let it confirm itself: whittle device reboot)");
    assert_fails_after(
        whittle("device", "reboot", "flash", NULL),
        "Going back to the previous firmware.\n"
        "the new firmware did not confirm itself (mend it: the old one runs)\n"
        "Starting slot 0, 20000 bytes.\n",
        "whittle: flash: the new firmware did not confirm itself (mend it: the old one runs)");
    assert_runs("old");
    assert_status("d[\"last_error\"]",
                  "the new firmware did not confirm itself (mend it: the old one runs)");
    whittle_succeeds("device", "reboot", "flash", NULL); /* that was told */
}

static void test_firmware_that_confirms_itself_stays(void **state) {
    (void)state;
    save_all();
    make("--trial=1");
    whittle_succeeds("device", "ota", "flash", "patch", NULL);
    assert_prints(whittle("device", "reboot", "flash", NULL), PATCHED CONFIRMED);
    whittle_succeeds("device", "reboot", "--no-confirm", "flash", NULL);
    whittle_succeeds("device", "read", "flash", "out", NULL);
    assert_same("out", "new");
    assert_folder_holds("flash new old out patch");
}

/* ---- What is refused ---- */

static void test_files_that_are_no_update_for_it_change_nothing(void **state) {
    (void)state;
    save_all();
    make("--hardware=0x0701");
    content before = load("flash");
    whittle_succeeds("diff", "--quiet", "new", "old", "wrong", NULL);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: the patch is for another source image (use the patch for the "
                 "version that is here)");
    whittle_succeeds("diff", "--quiet", "--hardware=8", "old", "new", "wrong", NULL);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: the patch is for another kind of device (see --hardware)");
    whittle_succeeds("diff", "--quiet", "--ram=256K", "old", "new", "wrong", NULL);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: the patch needs more RAM than there is (make it with a smaller "
                 "--ram)");
    whittle_succeeds("diff", "--quiet", "--format=bsdiff40", "old", "new", "wrong", NULL);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: this is a BSDIFF40 patch, which needs megabytes of RAM (make a "
                 "whittle patch)");
    save("wrong", "", 0);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: it is empty (name a patch or a firmware image)");
    assert_holds("flash", before.data, before.size);
    free(before.data);
    assert_folder_holds("flash new old patch wrong");
}

static void test_a_damaged_patch_is_found_out(void **state) {
    (void)state;
    save_all();
    make("--trial=0");
    content patch = load("patch");
    patch.data[patch.size - 6] ^= 1;
    save("wrong", patch.data, patch.size);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: the patch is damaged: its checksum is wrong (transfer it again)");
    save("wrong", patch.data, patch.size - 1);
    assert_fails(whittle("device", "ota", "flash", "wrong", NULL), 1,
                 "whittle: wrong: the patch is cut short (transfer it again)");
    free(patch.data);
    assert_prints(whittle("device", "reboot", "flash", NULL), "Starting slot 0, 20000 bytes.\n");
    assert_prints(whittle("device", "ota", "flash", "patch", NULL), PATCH_RECEIVED);
}

/* What a device does that has lost bits since the patch arrived. */
static void test_a_patch_that_fails_leaves_the_current_firmware(void **state) {
    (void)state;
    save_all();
    make("--trial=0");
    whittle_succeeds("device", "ota", "flash", "patch", NULL);
    content flash = load("flash");
    content patch = load("patch");
    uint8_t *stored = memmem(flash.data, flash.size, patch.data, patch.size);
    assert_non_null(stored);
    stored[patch.size - 6] ^= 1;
    save("flash", flash.data, flash.size);
    free(flash.data);
    free(patch.data);
    assert_fails_after(whittle("device", "reboot", "flash", NULL),
                       "Patching the binary...\n"
                       "Patching FAILED. We will continue with the current firmware.\n"
                       "the patch is damaged: its checksum is wrong (transfer it again)\n"
                       "Starting slot 0, 20000 bytes.\n",
                       "whittle: flash: the patch is damaged: its checksum is wrong (transfer it "
                       "again)");
    assert_runs("old");
}

static void test_a_device_with_a_key_takes_only_what_is_signed(void **state) {
    (void)state;
    save_all();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("keygen", "--quiet", "other", NULL);
    make("--key=key.pub.pem");
    assert_status("len(d[\"key_id\"])", "16");
    assert_fails(whittle("device", "ota", "flash", "patch", NULL), 1,
                 "whittle: patch: a signature is required and there is none (sign the patch)");
    assert_fails(whittle("device", "ota", "flash", "new", NULL), 1,
                 "whittle: new: a signature is required and there is none (sign the patch)");
    whittle_succeeds("sign", "--quiet", "--key=other.pem", "patch", "forged", NULL);
    assert_fails(
        whittle("device", "ota", "flash", "forged", NULL), 1,
        "whittle: forged: the signature is wrong or by an unknown key (sign by a trusted key)");
    assert_runs("old");
    whittle_succeeds("sign", "--quiet", "--key=key.pem", "patch", NULL);
    assert_prints(whittle("device", "ota", "flash", "patch", NULL), PATCH_RECEIVED);
    assert_prints(whittle("device", "reboot", "flash", NULL), PATCHED);
    assert_runs("new");
}

static void test_a_build_without_patches_says_so(void **state) {
    (void)state;
    save_all();
    make("--no-patches");
    assert_fails_after(
        whittle("device", "ota", "flash", "patch", NULL),
        "Differential Update Image detected. This feature is disabled in the build. Enable "
        "DIFF_UPDATE_ENABLED in the build to use it.\n",
        "whittle: patch: differential updates are left out of this build (send a whole image)");
    assert_prints(whittle("device", "ota", "flash", "new", NULL), IMAGE_RECEIVED);
    assert_prints(whittle("device", "reboot", "flash", NULL), "Starting slot 1, 20100 bytes.\n");
}

static void test_a_damaged_image_is_not_read(void **state) {
    (void)state;
    save_images();
    make("--trial=0");
    content flash = load("flash");
    flash.data[3 * 1024 + 777] ^= 4; /* slot 0 begins behind the loader and two records */
    save("flash", flash.data, flash.size);
    free(flash.data);
    save("out", "before", 6);
    assert_fails(whittle("device", "read", "flash", "out", NULL), 1,
                 "whittle: flash: the image in flash is damaged (send a whole image)");
    assert_holds("out", "before", 6);
    assert_fails(whittle("device", "reboot", "flash", NULL), 1,
                 "whittle: flash: no slot holds an image that can be started (install one)");
    assert_folder_holds("flash new old out");
}

static void test_what_init_cannot_make_leaves_no_file(void **state) {
    (void)state;
    save_images();
    save("empty", "", 0);
    assert_fails(whittle("device", "init", "flash", "--firmware=old", "--size=20K", NULL), 1,
                 "whittle: old: it does not fit a slot of 4 KiB (choose a larger --size)");
    assert_fails(whittle("device", "init", "flash", "--firmware=old", "--size=16K", NULL), 1,
                 "whittle: flash: the flash has to be five sectors or more, and whole ones (choose "
                 "another --size or --geometry)");
    assert_fails(whittle("device", "init", "flash", "--firmware=nothing", NULL), 1,
                 "whittle: nothing: there is no such file or folder (check the name)");
    assert_fails(whittle("device", "init", "flash", "--firmware=old", "--key=new", NULL), 1,
                 "whittle: new: this is no key for P-256 in a PEM file (make one: whittle keygen)");
    assert_fails(whittle("device", "init", "old", "--firmware=old", NULL), 1,
                 "whittle: old: it is read and written at once (choose another output)");
    assert_fails(whittle("device", "init", "/dev/null", "--firmware=old", NULL), 1,
                 "whittle: /dev/null: it is no file (name one for the device)");
    assert_folder_holds("empty new old");
}

static void test_other_files_are_no_devices(void **state) {
    (void)state;
    save_all();
    static const char message[] =
        "whittle: old: this is no device in a file (make one: whittle device init)";
    assert_fails(whittle("device", "ota", "old", "patch", NULL), 1, message);
    assert_fails(whittle("device", "reboot", "old", NULL), 1, message);
    assert_fails(whittle("device", "status", "old", NULL), 1, message);
    assert_fails(whittle("device", "read", "old", "out", NULL), 1, message);
    assert_fails(whittle("device", "reboot", "flash", NULL), 1,
                 "whittle: flash: there is no such file or folder (check the name)");
    make("--trial=0");
    assert_fails(whittle("device", "read", "flash", "flash", NULL), 1,
                 "whittle: flash: it is read and written at once (choose another output)");
    assert_runs("old");
    assert_folder_holds("flash new old patch");
}

static void test_wrong_usage(void **state) {
    (void)state;
    assert_fails(whittle("device", NULL), 2,
                 "whittle: a command is missing (see whittle device --help)");
    assert_fails(whittle("device", "format", NULL), 2,
                 "whittle: format: there is no such command (see whittle device --help)");
    assert_fails(whittle("device", "init", "flash", NULL), 2,
                 "whittle: --firmware: it is needed: the first firmware (see whittle device init "
                 "--help)");
    static const char *const wrong[][4] = {
        {"init", "--geometry=tape", "flash"},
        {"init", "--size=1", "flash"},
        {"init", "--trial=256", "flash"},
        {"init", "--hardware=x", "flash"},
        {"ota", "--chunk=0", "flash", "f"},
        {"ota", "--cut-after=0", "flash", "f"},
        {"ota", "flash"},
        {"reboot", "--cut-after=x", "flash"},
        {"reboot"},
        {"status", "--yaml", "flash"},
        {"read", "flash"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        result of = whittle("device", wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], NULL);
        assert_int_equal(of.status, 2);
        assert_string_equal((char *)of.out.data, "");
        result_free(&of);
    }
    assert_folder_holds("");
}

static void test_each_command_has_help(void **state) {
    (void)state;
    static const char *const names[] = {"init", "ota", "reboot", "status", "read"};
    result help = whittle("device", "--help", NULL);
    assert_succeeds(&help);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[48];
        (void)snprintf(line, sizeof line, "\n  %-10s", names[i]);
        assert_non_null(strstr((char *)help.out.data, line));
        result own = whittle("device", names[i], "--help", NULL);
        assert_succeeds(&own);
        (void)snprintf(line, sizeof line, "Usage: whittle device %s ", names[i]);
        assert_memory_equal(own.out.data, line, strlen(line));
        result_free(&own);
    }
    result_free(&help);
}

/* ---- Power cuts ---- */

/* Images of few pages, so that every operation can have its cut. */
static void save_small(void) {
    save_images();
    assert_int_equal(truncate("old", 6000), 0);
    assert_int_equal(truncate("new", 6100), 0);
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
}

/* Calls with a power cut in one operation. True: the cut fired, and was told; false: the call has
 * fewer operations, and did its work. */
static bool cut(const char *command, const char *file, unsigned operation) {
    char option[32];
    char message[128];
    (void)snprintf(option, sizeof option, "--cut-after=%u", operation);
    result of = whittle("device", command, option, "flash", file, NULL);
    assert_null(strstr((char *)of.out.data, "FAILED"));
    bool fired = of.status != 0;
    if (fired) {
        (void)snprintf(message, sizeof message,
                       "whittle: flash: the power was cut in flash operation %u (call again: the "
                       "device goes on)",
                       operation);
        of.out.data[0] = '\0'; /* what the device said until then */
        assert_fails(of, 1, message);
    } else {
        assert_succeeds(&of);
        result_free(&of);
    }
    return fired;
}

/* Cuts the power in each operation of receiving a file; *resumed counts transfers that went on. */
static unsigned cut_receiving(const char *file, unsigned *resumed) {
    content fresh = load("flash");
    unsigned operation = 1;
    for (; operation < OPERATIONS_MAX; operation += cases_apart(APART)) {
        save("flash", fresh.data, fresh.size);
        if (!cut("ota", file, operation)) {
            break;
        }
        assert_runs("old");
        result of = whittle("device", "ota", "flash", file, NULL);
        assert_succeeds(&of);
        *resumed += strncmp((char *)of.out.data, "Resuming at byte ", 17) == 0;
        result_free(&of);
        whittle_succeeds("device", "reboot", "flash", NULL);
        assert_runs("new");
    }
    free(fresh.data);
    assert_in_range(operation, 4, OPERATIONS_MAX - 1);
    return (operation - 1) / cases_apart(APART);
}

static void test_receiving_survives_a_cut_in_every_operation(void **state) {
    (void)state;
    unsigned resumed = 0;
    save_small();
    make("--trial=3");
    unsigned cuts = cut_receiving("patch", &resumed);
    make("--trial=3");
    cuts += cut_receiving("new", &resumed);
    assert_true(resumed > 10 / cases_apart(APART));
    print_message("%u cuts, %u transfers gone on with\n", cuts, resumed);
}

static void test_patching_survives_a_cut_in_every_operation(void **state) {
    (void)state;
    unsigned operation = 1;
    save_small();
    make("--trial=3");
    whittle_succeeds("device", "ota", "flash", "patch", NULL);
    content pending = load("flash");
    for (; operation < OPERATIONS_MAX; operation += cases_apart(APART)) {
        save("flash", pending.data, pending.size);
        if (!cut("reboot", NULL, operation)) {
            break;
        }
        result of = whittle("device", "status", "flash", NULL); /* the record is there */
        assert_succeeds(&of);
        bool switched = strstr((char *)of.out.data, "active            slot 1\n") != NULL;
        result_free(&of);
        assert_runs(switched ? "new" : "old");
        whittle_succeeds("device", "reboot", "flash", NULL);
        assert_runs("new");
    }
    free(pending.data);
    assert_in_range(operation, 6000 / 256, OPERATIONS_MAX - 1);
    assert_runs("new");
    print_message("%u cuts\n", (operation - 1) / cases_apart(APART));
}

/* What is held of another file must not be taken for the beginning of this one. */
static void test_another_file_is_received_from_its_start(void **state) {
    (void)state;
    save_all();
    make("--trial=0");
    assert_true(cut("ota", "new", 60));
    content image = load("new");
    image.data[3] ^= 0xFF;
    save("other", image.data, image.size);
    free(image.data);
    assert_prints(whittle("device", "ota", "flash", "other", NULL), IMAGE_RECEIVED);
    assert_prints(whittle("device", "ota", "flash", "patch", NULL), PATCH_RECEIVED);
    whittle_succeeds("device", "reboot", "flash", NULL);
    assert_runs("new");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_patch_goes_the_whole_way),
        IN_FOLDER(test_a_plain_image_goes_the_whole_way),
        IN_FOLDER(test_init_says_what_it_made),
        IN_FOLDER(test_status_tells_each_state),
        IN_FOLDER(test_firmware_that_never_confirms_itself_is_taken_back),
        IN_FOLDER(test_firmware_that_confirms_itself_stays),
        IN_FOLDER(test_files_that_are_no_update_for_it_change_nothing),
        IN_FOLDER(test_a_damaged_patch_is_found_out),
        IN_FOLDER(test_a_patch_that_fails_leaves_the_current_firmware),
        IN_FOLDER(test_a_device_with_a_key_takes_only_what_is_signed),
        IN_FOLDER(test_a_build_without_patches_says_so),
        IN_FOLDER(test_a_damaged_image_is_not_read),
        IN_FOLDER(test_what_init_cannot_make_leaves_no_file),
        IN_FOLDER(test_other_files_are_no_devices),
        IN_FOLDER(test_wrong_usage),
        IN_FOLDER(test_each_command_has_help),
        IN_FOLDER(test_receiving_survives_a_cut_in_every_operation),
        IN_FOLDER(test_patching_survives_a_cut_in_every_operation),
        IN_FOLDER(test_another_file_is_received_from_its_start),
    };
    return cmocka_run_group_tests_name("tools/device", tests, NULL, NULL);
}
