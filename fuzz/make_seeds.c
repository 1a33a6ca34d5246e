/* Writes the fuzzers' seeds: a few small inputs of each, made by the project itself, so that
 * fuzzing begins behind the first checks. The same bytes on every machine. usage: make_seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "codec/bytes.h"
#include "device/record.h"
#include "fuzz/support/batch_folder.h"
#include "fuzz/support/folder.h"
#include "fuzz/support/fuzz_device.h"
#include "posix/posix_device.h"
#include "support/esp_image.h"
#include "support/forge_bsdiff40.h"
#include "support/image_files.h"
#include "support/signing.h"
#include "whittle/bsdiff40.h"
#include "whittle/signing.h"

enum { PATH_SIZE = 512, SOURCE_SIZE = 700, RAM = 4096 };

static const char *root;

static void fail(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

/* Writes a seed of that fuzzer: the first bytes, which tell a kind, and the rest. */
static void save(const char *fuzzer, const char *name, const uint8_t *first, size_t first_size,
                 const image *rest) {
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", root, fuzzer);
    (void)mkdir(root, 0777); /* they may be there already; if not, opening tells */
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof path, "%s/%s/%s", root, fuzzer, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(first, 1, first_size, file) != first_size ||
        fwrite(rest->data, 1, rest->size, file) != rest->size || fclose(file) != 0) {
        fail(path);
    }
}

static void save_image(const char *fuzzer, const char *name, const image *whole) {
    save(fuzzer, name, NULL, 0, whole);
}

static void save_kind(const char *fuzzer, const char *name, uint8_t kind, const image *rest) {
    save(fuzzer, name, &kind, 1, rest);
}

/* ---- Patches ---- */

/* Old bytes of code for an instruction set would be better than random ones, but any bytes hold
 * some of its instructions, and mutations find more. */
static image make_source(generator *random, uint8_t isa) {
    if (isa != WHITTLE_ISA_THUMB) {
        image mixed = image_of_pattern(random, 40, SOURCE_SIZE);
        image_flip(random, &mixed, SOURCE_SIZE / 8);
        return mixed;
    }
    firmware *program = firmware_generate(random, 3);
    image linked = firmware_link(program);
    firmware_free(program);
    return linked;
}

static image make_target(generator *random, const image *source) {
    image target = image_copy(source);
    image_insert(random, &target, 20);
    image_move(random, &target, 60);
    image_flip(random, &target, 10);
    return target;
}

static image encode(const image *source, const image *target,
                    const whittle_encoder_options *options) {
    image patch;
    if (whittle_encode(source->data, source->size, target->data, target->size, options, &patch.data,
                       &patch.size)) {
        fail("encode");
    }
    return patch;
}

static whittle_encoder_options options_for(uint8_t isa) {
    whittle_encoder_options options;
    whittle_encoder_defaults(&options);
    options.ram = RAM;
    options.isa = isa;
    options.base_given = isa != WHITTLE_ISA_NONE;
    options.base = FIRMWARE_BASE;
    options.jobs = 1;
    return options;
}

/* A patch alone, as its header, and with its old image behind it. */
static void save_patch(const char *name, const image *patch, const image *source) {
    whittle_header header;
    if (whittle_header_read(patch->data, patch->size, &header)) {
        fail(name);
    }
    const image start = {patch->data, header.header_size};
    save("decoder", name, patch->data, patch->size, source);
    save_image("header", name, &start);
    save_kind("signature", name, 0, patch);
}

static void make_patches(void) {
    char name[32];
    generator random = generator_start(1);
    for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT; isa++) {
        image source = make_source(&random, isa);
        image target = make_target(&random, &source);
        whittle_encoder_options options = options_for(isa);
        options.has_security_counter = isa & 1;
        options.has_hardware = isa & 2;
        options.firmware_version = isa & 4 ? "1.2.3" : NULL;
        options.full = false;
        image patch = encode(&source, &target, &options);
        if (isa % 2) {
            sign_patch(&patch.data, &patch.size, 0);
        }
        (void)snprintf(name, sizeof name, "isa-%u", isa);
        save_patch(name, &patch, &source);
        image_free(&patch);
        options.full = true;
        patch = encode(&source, &target, &options);
        (void)snprintf(name, sizeof name, "full-%u", isa);
        save_patch(name, &patch, &(image){source.data, 0});
        image_free(&patch);
        image_free(&source);
        image_free(&target);
    }
}

/* ---- Pairs of images, as support/image_pair.c reads them ---- */

static void make_pairs(void) {
    char name[32];
    generator random = generator_start(2);
    for (uint8_t isa = 0; isa < WHITTLE_ISA_COUNT + 2; isa++) {
        image source = make_source(&random, isa);
        image pair = image_of_value(0, source.size + 64);
        store_le16(pair.data, (uint32_t)source.size);
        memcpy(pair.data + 2, source.data, source.size);
        uint8_t *next = pair.data + 2 + source.size;
        for (unsigned i = 0; i < 12; i++) {
            next[0] = (uint8_t)i;
            store_le16(next + 1, 30 + 7 * i); /* bytes */
            store_le16(next + 3, 60 * i);     /* from here, or new bytes */
            next += 5;
        }
        const uint8_t options[] = {isa, (uint8_t)(isa * 3 + 1), (uint8_t)(isa * 20), 0x00, 0x08, 1};
        (void)snprintf(name, sizeof name, "pair-%u", isa);
        save("round_trip", name, options, sizeof options, &pair);
        save_image("bsdiff40_round_trip", name, &pair);
        image_free(&pair);
        image_free(&source);
    }
}

/* ---- The other formats ---- */

static void make_bsdiff40(void) {
    generator random = generator_start(3);
    image source = make_source(&random, 0);
    image target = make_target(&random, &source);
    image patch;
    if (whittle_bsdiff40_encode(source.data, source.size, target.data, target.size, 1, &patch.data,
                                &patch.size)) {
        fail("bsdiff40");
    }
    save_kind("bsdiff40", "patch", 0, &patch);
    /* Two segments of 8 and 4 copied and 2 and 0 inserted bytes: see fuzz_bsdiff40.c. */
    static const uint8_t forged[] = {1, 2, 0, 8, 0, 0, 2,  0,  0,  5,  0, 0,   4,  0,
                                     0, 0, 0, 0, 0, 0, 0,  14, 0,  12, 0, 1,   2,  3,
                                     4, 5, 6, 7, 8, 9, 10, 11, 12, 2,  0, 'x', 'y'};
    save("bsdiff40", "forged", forged, sizeof forged, &source);
    image_free(&patch);
    image_free(&target);
    image_free(&source);
}

static void make_image_files(void) {
    static const struct {
        const char *name;
        elf_shape shape;
    } elves[] = {{"elf32", {false, false, 40, true, 0}},
                 {"elf32-be", {false, true, 8, false, 4}},
                 {"elf64", {true, false, 183, true, 0}}};
    generator random = generator_start(4);
    image code = image_of_bytes(&random, 64);
    const file_part parts[] = {{0x8000, 0x20000000, code.data, 40},
                               {0x8040, 0x8040, code.data + 16, 48}};
    for (size_t i = 0; i < sizeof elves / sizeof *elves; i++) {
        image file = elf_file(&elves[i].shape, parts, 2);
        save_image("image", elves[i].name, &file);
        image_free(&file);
    }
    image hex = hex_file(parts, 2);
    save_image("image", "hex", &hex);
    image uf2 = uf2_file(0xE48BFF56, parts, 2);
    save_image("image", "uf2", &uf2);
    save_image("image", "raw", &code);
    image_free(&hex);
    image_free(&uf2);
    image_free(&code);
}

static void make_recognised(void) {
    static const esp_segment segments[] = {{0x40100000, 64}, {0x3FFE8000, 32}};
    generator random = generator_start(5);
    image esp8266 = {0};
    image esp32 = {0};
    (void)esp_image_put(&random, &esp8266, 0, ESP8266_HEADER, segments, 2);
    (void)esp_image_put(&random, &esp32, 0, ESP32_HEADER, segments, 2);
    save_kind("recognise", "esp8266", 0, &esp8266);
    save_kind("recognise", "esp32", 0, &esp32);
    image_free(&esp8266);
    image_free(&esp32);
    image thumb = make_source(&random, WHITTLE_ISA_THUMB);
    save_kind("recognise", "thumb", 0, &thumb);
    const uint8_t given[13] = {1, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0x40, 0, 8};
    save("recognise", "given", given, sizeof given, &thumb);
    image_free(&thumb);
}

/* ---- Keys ---- */

static uint8_t digit_of(const char *base64, char digit) {
    return (uint8_t)(strchr(base64, digit) - base64);
}

/* The bytes of a PEM text, for the fuzzer that puts them into one again. */
static image bytes_of_pem(const char *pem) {
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    image bytes = image_of_value(0, strlen(pem));
    uint32_t held = 0;
    unsigned bits = 0;
    bytes.size = 0;
    for (const char *at = strchr(pem, '\n') + 1; *at != '-' && *at != '='; at++) {
        if (*at != '\n') {
            held = held << 6 | digit_of(base64, *at);
            bits += 6;
        }
        if (bits >= 8) {
            bits -= 8;
            bytes.data[bytes.size++] = (uint8_t)(held >> bits);
        }
    }
    return bytes;
}

static void save_pem(const char *name, uint8_t label, const char *pem) {
    char der_name[32];
    image bytes = bytes_of_pem(pem);
    const image text = {(uint8_t *)(uintptr_t)pem, strlen(pem)};
    (void)snprintf(der_name, sizeof der_name, "%s-der", name);
    save_kind("keys", der_name, label, &bytes);
    save_kind("keys", name, 4, &text);
    image_free(&bytes);
}

static void make_keys(void) {
    /* Test key 1, by openssl pkcs8 -topk8; the second one with passphrase "passphrase". */
    static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA\n"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAKhRANCAAR88nsYjQNPfopSOAMEtRrDwIlp4nfy\n"
                                "GzWmC0j8R2aZeAd3VRDbjtBAKT2axp90MNu6fa3mPOmCKZ4Et50ieHPR\n"
                                "-----END PRIVATE KEY-----\n";
    static const char encrypted[] =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAh4MZnjh3jR7AIBCjAM\n"
        "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQ6CkvJo4WRmsVC9cv7ZU39gSBkMrM\n"
        "Yw+xOW7yVE99dZ655S3mwzptzy4XX5/7qj4FooZL9CHEX66nOfP4LkqsxmuanYbi\n"
        "f3AcuWJHoXjgo922i9XLK6vR+wNNNgSGd0Tc0Gey5G+sE3+lItyCtOk5P6MxkFC2\n"
        "q5u0DxyPkxSyYvHstCKn6B2xQ+DHS9vJ9uW+6PZR0GNTzyiAsJ1V0OYqm5jm5w==\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n";
    char pem[WHITTLE_KEY_PEM_MAX];
    const whittle_private_key key = test_key(0);
    if (whittle_private_key_write(&key, pem) < 0) {
        fail("private key");
    }
    save_pem("private", 0, pem);
    if (whittle_public_key_write(key.public_key, pem) < 0) {
        fail("public key");
    }
    save_pem("public", 3, pem);
    save_pem("pkcs8", 1, pkcs8);
    save_pem("encrypted", 2, encrypted);
}

static void make_der(void) {
    const whittle_private_key key = test_key(0);
    const uint8_t digest[WHITTLE_SHA256_SIZE] = {1, 2, 3};
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    uint8_t der[WHITTLE_SIGNATURE_DER_MAX];
    if (whittle_sign(&key, digest, signature)) {
        fail("signature");
    }
    const image made = {der, (size_t)whittle_signature_to_der(signature, der)};
    save_kind("signature", "der", 1, &made);
}

/* ---- Manifests: see fuzz_manifest.c ---- */

static void make_manifests(void) {
    image whole = fuzz_batch_folder_manifest(1, 1);
    image first = fuzz_batch_folder_manifest(1, 2);
    image second = fuzz_batch_folder_manifest(2, 2);
    image two = image_of_value(0, first.size + 1 + second.size);
    memcpy(two.data, first.data, first.size);
    memcpy(two.data + first.size + 1, second.data, second.size);
    save_image("manifest", "one-shard", &whole);
    save_image("manifest", "two-shards", &two);
    image_free(&whole);
    image_free(&first);
    image_free(&second);
    image_free(&two);
}

/* ---- Devices ---- */

static void save_record(fuzz_device *device, const char *name) {
    const whittle_device *description = &device->rig.device;
    uint32_t sector = description->flash->geometry.erase_unit;
    image sectors = image_of_value(0, 2 * sector);
    for (unsigned i = 0; i < 2; i++) {
        if (description->flash->read(description->flash->context, description->record_offset[i],
                                     sectors.data + i * sector, sector)) {
            fail(name);
        }
    }
    save_image("record", name, &sectors);
    image_free(&sectors);
}

static void make_records(void) {
    fuzz_device *device = fuzz_device_reset(FUZZ_DEVICE_OPEN);
    device_rig *rig = &device->rig;
    save_record(device, "ready");
    whittle_updater updater;
    if (whittle_updater_start(&updater, &rig->device) ||
        whittle_updater_write(&updater, rig->new_image.data, 1500)) {
        fail("updater");
    }
    save_record(device, "receiving");
    if (rig_send(rig, &rig->patch, 100, false)) {
        fail("patch");
    }
    save_record(device, "pending");
    sim_flash_cut(&rig->sim, 12, SIM_TORN);
    (void)fuzz_device_boot(device); /* ends in the cut */
    sim_flash_power_on(&rig->sim);
    save_record(device, "applying");
    rig->device.trial_starts = 3;
    if (fuzz_device_boot(device)) {
        fail("boot");
    }
    save_record(device, "trial");
    rig->device.trial_starts = 0;
}

/* The scripts of fuzz_updater.c: kind, count, commands. */
static void make_scripts(void) {
    static const uint8_t scripts[][12] = {
        {0, 3, 15, 0, 14, 0, 10, 0},             /* send, restart */
        {0, 5, 5, 0, 1, 9, 6, 0, 2, 0, 7, 0},    /* start, a part, resume, the rest, finish */
        {0, 4, 15, 0, 12, 20, 14, 0, 14, 0},     /* cut while patching */
        {0, 4, 12, 3, 15, 0, 6, 0, 2, 0},        /* cut while receiving */
        {0, 5, 4, 1, 15, 0, 8, 0, 14, 0, 10, 0}, /* the honest patch, verified */
        {0, 3, 4, 3, 15, 0, 14, 0},              /* an image */
        {0, 4, 15, 0, 14, 0, 14, 0, 14, 0},      /* a trial without confirmation */
    };
    char name[32];
    for (uint8_t kind = 0; kind < FUZZ_DEVICE_COUNT; kind++) {
        fuzz_device *device = fuzz_device_reset(kind);
        const rig_bytes *patches[] = {&device->rig.patch, &device->full};
        for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
            uint8_t script[12];
            memcpy(script, scripts[i], sizeof script);
            script[0] = kind;
            const image sent = {patches[i % 2]->data, patches[i % 2]->size};
            (void)snprintf(name, sizeof name, "script-%u-%u", kind, (unsigned)i);
            save("updater", name, script, 2u + 2u * script[1], &sent);
        }
    }
}

/* Devices in files: the bytes 0, for no erased flash behind them, and the file. */
static void save_device_file(const char *name, const char *path) {
    static const uint8_t no_more[2] = {0, 0};
    image file = fuzz_read_file(path);
    save("device_file", name, no_more, sizeof no_more, &file);
    image_free(&file);
}

static void update(posix_device *posix, const rig_bytes *sent) {
    whittle_updater updater;
    if (whittle_updater_start(&updater, &posix->device) ||
        whittle_updater_write(&updater, sent->data, sent->size) ||
        whittle_updater_finish(&updater)) {
        fail("device file");
    }
}

static void boot_once(posix_device *posix) {
    static uint64_t memory[36 << 7];
    whittle_boot_decision decision;
    if (whittle_boot(&posix->device, &whittle_boot_patcher, memory, &decision)) {
        fail("boot");
    }
}

static void make_device_files(void) {
    enum { SECTORS = 3 + 2 * 2, IMAGE_SIZE = 600 };
    char path[FUZZ_PATH_SIZE];
    posix_device posix;
    posix_device_options options;
    const whittle_private_key key = test_key(0);
    whittle_encoder_options named = rig_encoder_options();
    named.firmware_version = "2.0";
    rig_bytes old_image = rig_make_image(IMAGE_SIZE, 1);
    rig_bytes new_image = rig_make_next_image(&old_image, 2);
    rig_bytes patch = rig_make_patch(&old_image, &new_image, &named);
    posix_device_defaults(&options);
    options.geometry = "mcu-1k";
    options.size = SECTORS << 10;
    options.trial_starts = 2;
    fuzz_path("device", path);
    if (posix_device_create(&posix, path, &options) ||
        posix_device_install(&posix, old_image.data, old_image.size, 0)) {
        fail(path);
    }
    save_device_file("installed", path);
    update(&posix, &patch);
    save_device_file("pending", path);
    boot_once(&posix);
    save_device_file("restarting", path);
    boot_once(&posix);
    save_device_file("trial", path);
    options.public_key = key.public_key;
    if (posix_device_close(&posix) || posix_device_create(&posix, path, &options) ||
        posix_device_close(&posix)) {
        fail(path);
    }
    save_device_file("trusting", path);
    free(old_image.data);
    free(new_image.data);
    free(patch.data);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    root = argv[1];
    make_patches();
    make_pairs();
    make_bsdiff40();
    make_image_files();
    make_recognised();
    make_keys();
    make_der();
    make_records();
    make_scripts();
    make_device_files();
    make_manifests();
    return 0;
}
