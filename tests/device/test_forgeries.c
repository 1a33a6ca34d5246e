/* Forgeries by the thousand: signed patches that were changed, with the CRC-32 made right again,
 * are sent to a device that trusts keys; and the power is cut while it receives or meets one.
 *
 * Each is sent to the updater, or left for the boot loader by an application that checks nothing.
 * Whatever happens, the device goes on with its firmware, and nothing of it is ever pending.
 * WHITTLE_FORGERIES=N in the environment asks for more than the usual 10,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bytes.h"
#include "support/generate.h"
#include "support/signed_rig.h"
#include "support/signing.h"
#include "support/unit_test.h"

enum { CRC_SIZE = 4, MUTANT_MAX = 8192, USUAL_COUNT = 10000 };

/* The device, what it would take, and what is made of that. */
typedef struct workshop {
    signed_rig device;
    sim_snapshot fresh;
    rig_bytes
        genuine[3]; /* right for this device; the others by another key and to another image */
    uint8_t mutant[MUTANT_MAX];
    uint32_t size;
    generator random;
} workshop;

static unsigned long verifications;

static uint32_t verify_and_count(const uint8_t *key, const uint8_t *digest,
                                 const uint8_t *signature) {
    verifications++;
    return whittle_signature_verify(key, digest, signature);
}

static void open_workshop(workshop *shop, uint64_t seed) {
    signed_rig_create(&shop->device, "spi-4k", 0);
    device_rig *rig = &shop->device.rig;
    shop->genuine[0] =
        signed_rig_patch(&rig->old_image, &rig->new_image, &(signed_options){.counter = 3});
    shop->genuine[1] = signed_rig_patch(&rig->old_image, &rig->new_image,
                                        &(signed_options){.key = 1, .counter = 3});
    shop->genuine[2] = signed_rig_patch(&rig->new_image, &rig->old_image,
                                        &(signed_options){.counter = 3, .full = true});
    shop->device.trust.verify = verify_and_count;
    shop->random = generator_start(seed);
    assert_int_equal(sim_snapshot_create(&shop->fresh, &rig->sim), WHITTLE_OK);
}

static void close_workshop(workshop *shop) {
    for (size_t i = 0; i < COUNT_OF(shop->genuine); i++) {
        free(shop->genuine[i].data);
    }
    sim_snapshot_destroy(&shop->fresh);
    signed_rig_destroy(&shop->device);
}

static void take_genuine(workshop *shop, unsigned number) {
    const rig_bytes *from = &shop->genuine[number];
    assert_in_range(from->size, 1, MUTANT_MAX / 2);
    memcpy(shop->mutant, from->data, from->size);
    shop->size = from->size;
}

/* ---- Ways to change a patch ---- */

static void flip_bits(workshop *shop) {
    for (uint32_t count = 1 + generate_below(&shop->random, 4); count > 0; count--) {
        uint32_t bit = generate_below(&shop->random, 8 * (shop->size - CRC_SIZE));
        shop->mutant[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void overwrite_bytes(workshop *shop) {
    uint32_t count = 1 + generate_below(&shop->random, 32);
    uint32_t at = generate_below(&shop->random, shop->size - CRC_SIZE - count);
    generate_bytes(&shop->random, shop->mutant + at, count);
}

static void change_signature_number(workshop *shop) {
    static const uint8_t order[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0,    0,    0,    0,
                                      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                      0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84,
                                      0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
    uint8_t *number = shop->mutant + shop->size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE +
                      32 * generate_below(&shop->random, 2);
    uint32_t choice = generate_below(&shop->random, 4);
    memset(number, choice == 1 ? 0xFF : 0, 32);
    if (choice == 2) {
        memcpy(number, order, sizeof order);
    } else if (choice == 3) {
        number[31] = (uint8_t)(1 + generate_below(&shop->random, 255));
    }
}

/* Parts of two patches that are both right. */
static void splice(workshop *shop) {
    const rig_bytes *other = &shop->genuine[1 + generate_below(&shop->random, 2)];
    uint32_t behind = generate_below(&shop->random, other->size);
    uint32_t kept = generate_below(&shop->random, shop->size);
    memcpy(shop->mutant + kept, other->data + other->size - behind, behind);
    shop->size = kept + behind;
}

/* The header or the payload of another, under this signature. */
static void change_payload_byte(workshop *shop) {
    uint32_t last = shop->size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE - 1;
    shop->mutant[last - generate_below(&shop->random, 20)] ^=
        (uint8_t)(1 + generate_below(&shop->random, 255));
}

static void remove_signature(workshop *shop) {
    shop->mutant[5] &= (uint8_t)~WHITTLE_FLAG_SIGNED;
    shop->size -= WHITTLE_SIGNATURE_BLOCK_SIZE;
}

static void change_length(workshop *shop) {
    uint32_t count = 1 + generate_below(&shop->random, 80);
    if (generate_below(&shop->random, 2)) {
        shop->size -= count;
    } else {
        generate_bytes(&shop->random, shop->mutant + shop->size, count);
        shop->size += count;
    }
}

static void (*const changes[])(workshop *shop) = {
    flip_bits,           overwrite_bytes, change_signature_number, splice,
    change_payload_byte, flip_bits,       remove_signature,        change_length,
};

static bool is_genuine(const workshop *shop) {
    for (size_t i = 0; i < COUNT_OF(shop->genuine); i++) {
        if (shop->size == shop->genuine[i].size &&
            memcmp(shop->mutant, shop->genuine[i].data, shop->size) == 0) {
            return true;
        }
    }
    return false;
}

static void make_mutant(workshop *shop, unsigned number) {
    do {
        take_genuine(shop, generate_below(&shop->random, 4) / 3);
        changes[number % COUNT_OF(changes)](shop);
        if (shop->size > CRC_SIZE) {
            seal_patch(shop->mutant, shop->size);
        }
    } while (is_genuine(shop));
}

/* ---- What the device makes of it ---- */

static void expect_old_firmware(workshop *shop) {
    whittle_boot_decision decision;
    device_rig *rig = &shop->device.rig;
    assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
    assert_true(rig_starts(rig, &decision, &rig->old_image));
    assert_int_equal(rig_status(rig).state, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(rig).security_counter, 0);
}

/* To the updater, which must refuse it. Most of its tests end here. */
static void send_to_updater(workshop *shop) {
    device_rig *rig = &shop->device.rig;
    const rig_bytes file = {shop->mutant, shop->size};
    assert_int_not_equal(rig_send(rig, &file, 512, false), WHITTLE_OK);
    assert_int_not_equal(rig_status(rig).state, WHITTLE_STATE_PENDING);
}

/* To the boot loader, by an application without keys. What that would not take either is no update.
 */
static void leave_for_boot_loader(workshop *shop) {
    device_rig *rig = &shop->device.rig;
    const rig_bytes file = {shop->mutant, shop->size};
    rig->device.trust = NULL;
    (void)rig_send(rig, &file, 512, false);
    rig->device.trust = &shop->device.trust;
    if (rig_status(rig).state == WHITTLE_STATE_PENDING) {
        expect_old_firmware(shop);
    }
}

static unsigned long count_wanted(void) {
    const char *value = getenv("WHITTLE_FORGERIES");
    return value ? strtoul(value, NULL, 10) : USUAL_COUNT;
}

static void no_changed_patch_is_accepted(void **state) {
    (void)state;
    workshop shop;
    unsigned long count = count_wanted();
    open_workshop(&shop, 600);
    verifications = 0;
    for (unsigned long i = 0; i < count; i++) {
        make_mutant(&shop, (unsigned)(i / 2));
        sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
        rig_clear_console(&shop.device.rig);
        if (i % 2) {
            leave_for_boot_loader(&shop);
        } else {
            send_to_updater(&shop);
        }
    }
    sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
    assert_int_equal(rig_send(&shop.device.rig, &shop.genuine[0], 512, false), WHITTLE_OK);
    printf("%lu changed patches, none of them accepted; %lu got as far as the signature\n", count,
           verifications);
    assert_true(verifications > count / 4);
    close_workshop(&shop);
}

/* Every single bit of header and trailer, and every seventh of the payload. */
static void no_flipped_bit_is_accepted(void **state) {
    (void)state;
    workshop shop;
    open_workshop(&shop, 601);
    take_genuine(&shop, 0);
    uint32_t trailer = shop.size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE;
    whittle_header header;
    assert_int_equal(whittle_header_read(shop.mutant, shop.size, &header), WHITTLE_OK);
    for (uint32_t bit = 0; bit < 8 * (shop.size - CRC_SIZE); bit++) {
        bool in_payload = bit / 8 >= header.header_size && bit / 8 < trailer;
        if (in_payload && bit % 7 != 0) {
            continue;
        }
        take_genuine(&shop, 0);
        shop.mutant[bit / 8] ^= (uint8_t)(1u << bit % 8);
        seal_patch(shop.mutant, shop.size);
        sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
        send_to_updater(&shop);
        sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
        leave_for_boot_loader(&shop);
    }
    close_workshop(&shop);
}

/* ---- Cuts ---- */

/* One life: send, boot, and boot again after each cut. Returns false if no cut fired. */
static bool live_with_cut(workshop *shop, const rig_bytes *file, uint64_t n, sim_moment moment) {
    device_rig *rig = &shop->device.rig;
    whittle_boot_decision decision;
    sim_snapshot_restore(&shop->fresh, &rig->sim);
    sim_flash_cut(&rig->sim, n, moment);
    (void)rig_send(rig, file, 512, false);
    (void)rig_boot(rig, &decision);
    bool cut = rig->sim.cut_fired;
    sim_flash_power_on(&rig->sim);
    return cut;
}

static void a_cut_does_not_make_a_forgery_right(void **state) {
    (void)state;
    workshop shop;
    unsigned long cuts = 0;
    open_workshop(&shop, 602);
    for (unsigned forged = 0; forged < 8; forged++) {
        make_mutant(&shop, forged);
        const rig_bytes file = {shop.mutant, shop.size};
        for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
            for (uint64_t n = 1; live_with_cut(&shop, &file, n, (sim_moment)moment); n++) {
                cuts++;
                whittle_boot_decision decision;
                assert_int_equal(rig_boot(&shop.device.rig, &decision), WHITTLE_OK);
                assert_true(rig_starts(&shop.device.rig, &decision, &shop.device.rig.old_image));
            }
        }
    }
    printf("%lu cuts while a forgery was received or refused\n", cuts);
    assert_true(cuts > 50);
    close_workshop(&shop);
}

static void a_cut_does_not_lose_a_signed_update(void **state) {
    (void)state;
    workshop shop;
    unsigned long cuts = 0;
    open_workshop(&shop, 603);
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1; live_with_cut(&shop, &shop.genuine[0], n, (sim_moment)moment); n++) {
            device_rig *rig = &shop.device.rig;
            whittle_boot_decision decision;
            cuts++;
            assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
            bool is_new = rig_starts(rig, &decision, &rig->new_image);
            assert_true(is_new || rig_starts(rig, &decision, &rig->old_image));
            assert_int_equal(rig_status(rig).security_counter, is_new ? 3 : 0);
            if (!is_new) {
                assert_int_equal(rig_send(rig, &shop.genuine[0], 512, true), WHITTLE_OK);
                assert_int_equal(rig_boot(rig, &decision), WHITTLE_OK);
                assert_true(rig_starts(rig, &decision, &rig->new_image));
            }
        }
    }
    printf("%lu cuts of a signed update\n", cuts);
    assert_true(cuts > 50);
    close_workshop(&shop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_changed_patch_is_accepted),
        cmocka_unit_test(no_flipped_bit_is_accepted),
        cmocka_unit_test(a_cut_does_not_make_a_forgery_right),
        cmocka_unit_test(a_cut_does_not_lose_a_signed_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
