/* Every command, with every call that can fail in it failing once: allocations, and what concerns
 * files. tests/support/faults.h says what must come of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/faults.h"
#include "support/image_files.h"
#include "support/unit_test.h"

enum { ARM = 40, UF2_FAMILY = 0x57755A57 };

/* ---- What fails ---- */

/* Once only, and from then on: who fails while cleaning up must clean up all the same. */
static const fault memory_faults[] = {
    {"memory", FAULT_MEMORY, ENOMEM, false, "out of memory"},
    {"all memory", FAULT_MEMORY, ENOMEM, true, "out of memory"},
};

static const fault file_faults[] = {
    {"open", FAULT_OPEN, EMFILE, false, "Too many open files"},
    {"open of all", FAULT_OPEN, EMFILE, true, "Too many open files"},
    {"read", FAULT_READ, EIO, false, "Input/output error"},
    {"interrupted read", FAULT_READ, EINTR, false, NULL},
    {"cut read", FAULT_CUT_READ, 0, false, NULL},
    {"status", FAULT_STATUS, EIO, false, "Input/output error"},
    {"close", FAULT_CLOSE, EIO, false, "Input/output error"},
};

static const fault output_faults[] = {
    {"write", FAULT_WRITE, ENOSPC, false, "no space left"},
    {"all writes", FAULT_WRITE, ENOSPC, true, "no space left"},
    {"interrupted write", FAULT_WRITE, EINTR, false, NULL},
    {"cut write", FAULT_CUT_WRITE, 0, false, NULL},
    {"cut writes", FAULT_CUT_WRITE, 0, true, NULL},
    {"fsync", FAULT_SYNC, EIO, false, "Input/output error"},
};

static const fault rename_faults[] = {
    {"rename", FAULT_RENAME, EACCES, false, "permission denied"},
};

static const fault process_faults[] = {
    {"fork", FAULT_PROCESS, EAGAIN, false, "Resource temporarily unavailable"},
    {"all forks", FAULT_PROCESS, EAGAIN, true, "Resource temporarily unavailable"},
};

static const fault random_faults[] = {
    {"random numbers", FAULT_RANDOM, ENOSYS, false, "random numbers"},
    {"interrupted random numbers", FAULT_RANDOM, EINTR, false, NULL},
};

static void try_each(const job *tried, const fault *faults, size_t count) {
    bool right = true;
    for (size_t i = 0; i < count; i++) {
        if (faults_reach(faults[i].kind)) {
            right = try_faults(tried, &faults[i]) && right;
        } else {
            print_message("skipped: under AddressSanitizer no allocation can be let fail\n");
        }
    }
    assert_true(right);
}

#define TRY_EACH(tried, faults) try_each(tried, faults, COUNT_OF(faults))

/* A command that reads files and prints. */
static void try_reader(const job *tried) {
    TRY_EACH(tried, memory_faults);
    TRY_EACH(tried, file_faults);
}

/* One that makes a file. */
static void try_writer(const job *tried) {
    try_reader(tried);
    TRY_EACH(tried, output_faults);
    TRY_EACH(tried, rename_faults);
}

/* ---- Files to work on ---- */

static void save_image(const char *name, const image *of) {
    save(name, of->data, of->size);
}

/* Two releases of a small program, "old" and "new", in the other forms as well. */
static void save_program(void) {
    const elf_shape shape = {.machine = ARM, .with_sections = true, .lead = 64};
    const elf_shape swapped = {.machine = ARM, .with_sections = true, .big_endian = true};
    generator random = generator_start(7);
    image old;
    image new;
    firmware_release(&random, 20, 2, &old, &new);
    const file_part old_part = {FIRMWARE_BASE, FIRMWARE_BASE, old.data, (uint32_t)old.size};
    const file_part new_part = {FIRMWARE_BASE, FIRMWARE_BASE, new.data, (uint32_t) new.size};
    image elf = elf_file(&shape, &old_part, 1);
    image new_elf = elf_file(&shape, &new_part, 1);
    image swapped_elf = elf_file(&swapped, &old_part, 1);
    image hex = hex_file(&new_part, 1);
    image uf2 = uf2_file(UF2_FAMILY, &new_part, 1);
    save_image("old", &old);
    save_image("new", &new);
    save_image("old.elf", &elf);
    save_image("new.elf", &new_elf);
    save_image("swapped.elf", &swapped_elf);
    save_image("new.hex", &hex);
    save_image("new.uf2", &uf2);
    image_free(&old);
    image_free(&new);
    image_free(&elf);
    image_free(&new_elf);
    image_free(&swapped_elf);
    image_free(&hex);
    image_free(&uf2);
}

/* The patches between them, one of each format. */
static void save_patches(void) {
    save_program();
    whittle_succeeds("diff", "--quiet", "old", "new", "patch", NULL);
    whittle_succeeds("diff", "--quiet", "--format=bsdiff40", "old", "new", "legacy", NULL);
}

static void save_keys(void) {
    save_patches();
    whittle_succeeds("keygen", "--quiet", "key", NULL);
    whittle_succeeds("sign", "--quiet", "--key=key.pem", "patch", "signed", NULL);
}

/* ---- Making patches ---- */

static void test_diff(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle", .arguments = {"diff", "--quiet", "old", "new", "patch"}},
        .outputs = {"patch"}};
    save_program();
    save("patch", "before", 6);
    try_writer(&tried);
}

static void test_diff_creator(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "diff_creator", .arguments = {"--quiet", "old", "new", "patch"}},
        .outputs = {"patch"}};
    save_program();
    try_writer(&tried);
}

static void test_diff_of_elf_and_intel_hex(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle",
                                .arguments = {"diff", "--quiet", "old.elf", "new.hex", "patch"}},
                       .outputs = {"patch"}};
    save_program();
    try_reader(&tried);
}

/* libelf reads files of the other byte order into memory of its own. */
static void test_diff_of_elf_and_uf2(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle",
                 .arguments = {"diff", "--quiet", "swapped.elf", "new.uf2", "patch"}},
        .outputs = {"patch"}};
    save_program();
    try_reader(&tried);
}

static void test_diff_in_the_legacy_format(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle",
                 .arguments = {"diff", "--quiet", "--format=bsdiff40", "old", "new", "patch"}},
        .outputs = {"patch"}};
    save_program();
    try_writer(&tried);
}

static void test_diff_with_a_signature(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle",
                 .arguments = {"diff", "--quiet", "--sign=key.pem", "old", "new", "out"}},
        .outputs = {"out"}};
    save_keys();
    try_writer(&tried);
}

static void test_report(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle",
                                .arguments = {"report", "--quiet", "--elf=new.elf", "--json=json",
                                              "--svg=svg", "--output=page", "old", "new"}},
                       .outputs = {"page", "json", "svg"},
                       .outputs_are_apart = true};
    save_program();
    save("svg", "before", 6);
    try_writer(&tried);
}

/* What is whole in the folder stays, and another call goes on from there. */
static void finish_batch(void) {
    whittle_succeeds("batch", "--quiet", "--jobs=1", "olds", "new", "out", NULL);
    whittle_succeeds("verify", "--quiet", "--old=old", "out/old.patch", NULL);
    assert_int_equal(chdir("out"), 0);
    assert_folder_holds("batch.json manifest.json new.full old.elf.patch old.patch");
    assert_int_equal(system("rm *"), 0);
    assert_int_equal(chdir(".."), 0);
}

static void test_batch(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle",
                 .arguments = {"batch", "--quiet", "--jobs=1", "olds", "new", "out"}},
        .many_messages = true,
        .finish = finish_batch};
    save_program();
    assert_int_equal(mkdir("olds", 0755), 0);
    assert_int_equal(mkdir("out", 0755), 0);
    assert_int_equal(link("old", "olds/old"), 0);
    assert_int_equal(link("old.elf", "olds/old.elf"), 0);
    try_writer(&tried);
    TRY_EACH(&tried, process_faults);
}

/* ---- Using them ---- */

static void test_apply(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"apply", "old", "patch", "out"}},
                       .outputs = {"out"}};
    save_patches();
    save("out", "before", 6);
    try_writer(&tried);
}

static void test_apply_in_the_legacy_format(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"apply", "old", "legacy", "out"}},
                       .outputs = {"out"}};
    save_patches();
    try_writer(&tried);
}

static void test_info(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"info", "signed"}}};
    save_keys();
    try_reader(&tried);
}

static void test_info_as_json(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"info", "--json", "signed"}}};
    save_keys();
    try_reader(&tried);
}

static void test_verify(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle",
                 .arguments = {"verify", "--key=key.pub.pem", "--old=old", "signed"}}};
    save_keys();
    try_reader(&tried);
}

/* ---- Signing ---- */

static void test_sign(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle", .arguments = {"sign", "--key=key.pem", "patch", "out"}},
        .outputs = {"out"}};
    save_keys();
    try_writer(&tried);
}

/* The patch itself is the output. */
static void test_sign_in_place(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"sign", "--key=key.pem", "patch"}},
                       .outputs = {"patch"}};
    save_keys();
    try_writer(&tried);
}

static void test_sign_by_an_encrypted_key(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle",
                                .arguments = {"sign", "--key=locked.pem", "--passphrase-file=word",
                                              "patch", "out"}},
                       .outputs = {"out"}};
    save_keys();
    save("word", "open sesame\n", 12);
    if (system("openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out locked.pem "
               "-passout file:word 2>.log && rm .log") != 0) {
        print_message("skipped: there is no openssl to encrypt a key with\n");
        skip();
    }
    try_writer(&tried);
}

static void test_keygen(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"keygen", "--quiet", "new-key"}},
                       .outputs = {"new-key.pem", "new-key.pub.pem"},
                       .outputs_differ = true};
    TRY_EACH(&tried, memory_faults);
    TRY_EACH(&tried, output_faults);
    TRY_EACH(&tried, random_faults);
}

static void test_digest_and_attach(void **state) {
    (void)state;
    const job digest = {
        .what = {.tool = "whittle", .arguments = {"digest", "--output=digest", "patch"}},
        .outputs = {"digest"}};
    const job attach = {
        .what = {.tool = "whittle",
                 .arguments = {"attach", "--key=key.pub.pem", "patch", "signature", "out"}},
        .outputs = {"out"}};
    save_keys();
    try_writer(&digest);
    whittle_succeeds("digest", "--output=digest", "patch", NULL);
    if (system("openssl pkeyutl -sign -inkey key.pem -in digest -out signature") != 0) {
        print_message("skipped: there is no openssl to sign with\n");
        skip();
    }
    try_writer(&attach);
}

/* ---- Devices ---- */

static void save_device(void) {
    save_patches();
    whittle_succeeds("device", "init", "--firmware=old", "--size=64K", "flash", NULL);
}

static void run_quietly(const char *first, const char *second, const char *third,
                        const char *fourth) {
    result of = whittle(first, second, third, fourth, NULL);
    assert_succeeds(&of);
    result_free(&of);
}

static bool is_updated(void) {
    run_quietly("device", "read", "flash", "active");
    content active = load("active");
    content new = load("new");
    bool same = active.size == new.size &&memcmp(active.data, new.data, new.size) == 0;
    free(active.data);
    free(new.data);
    assert_int_equal(remove("active"), 0);
    return same;
}

/* However an update was disturbed, it can be done. */
static void update_again(void) {
    run_quietly("device", "ota", "flash", "patch");
    run_quietly("device", "reboot", "flash", NULL);
    assert_true(is_updated());
}

/* A restart finishes the update, or the device has given it up and takes it anew. */
static void restart_again(void) {
    run_quietly("device", "reboot", "flash", NULL);
    if (!is_updated()) {
        update_again();
    }
}

static void test_device_init(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle",
                                .arguments = {"device", "init", "--firmware=old.elf",
                                              "--key=key.pub.pem", "--size=64K", "flash"}},
                       .outputs = {"flash"}};
    save_keys();
    try_writer(&tried);
}

static void test_device_ota(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle", .arguments = {"device", "ota", "flash", "patch"}},
        .in_place = "flash",
        .finish = update_again};
    save_device();
    try_reader(&tried);
    TRY_EACH(&tried, output_faults);
}

static void test_device_reboot(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"device", "reboot", "flash"}},
                       .in_place = "flash",
                       .finish = restart_again};
    save_device();
    run_quietly("device", "ota", "flash", "patch");
    try_reader(&tried);
    TRY_EACH(&tried, output_faults);
}

static void test_device_status(void **state) {
    (void)state;
    const job tried = {.what = {.tool = "whittle", .arguments = {"device", "status", "flash"}}};
    save_device();
    try_reader(&tried);
}

static void test_device_read(void **state) {
    (void)state;
    const job tried = {
        .what = {.tool = "whittle", .arguments = {"device", "read", "flash", "image"}},
        .outputs = {"image"}};
    save_device();
    save("image", "before", 6);
    try_writer(&tried);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_diff),
        IN_FOLDER(test_diff_creator),
        IN_FOLDER(test_diff_of_elf_and_intel_hex),
        IN_FOLDER(test_diff_of_elf_and_uf2),
        IN_FOLDER(test_diff_in_the_legacy_format),
        IN_FOLDER(test_diff_with_a_signature),
        IN_FOLDER(test_report),
        IN_FOLDER(test_batch),
        IN_FOLDER(test_apply),
        IN_FOLDER(test_apply_in_the_legacy_format),
        IN_FOLDER(test_info),
        IN_FOLDER(test_info_as_json),
        IN_FOLDER(test_verify),
        IN_FOLDER(test_sign),
        IN_FOLDER(test_sign_in_place),
        IN_FOLDER(test_sign_by_an_encrypted_key),
        IN_FOLDER(test_keygen),
        IN_FOLDER(test_digest_and_attach),
        IN_FOLDER(test_device_init),
        IN_FOLDER(test_device_ota),
        IN_FOLDER(test_device_reboot),
        IN_FOLDER(test_device_status),
        IN_FOLDER(test_device_read),
    };
    return cmocka_run_group_tests_name("faults/commands", tests, NULL, NULL);
}
