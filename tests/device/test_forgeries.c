/* Forgeries by the thousand: signed patches that were changed (support/forgery.h) are sent to a
 * device that trusts keys; and the power is cut while it receives or meets one.
 *
 * Each is sent to the updater, or left for the boot loader by an application that checks nothing.
 * Whatever happens, the device goes on with its firmware, and nothing of it is ever pending.
 * WHITTLE_FORGERIES=N in the environment asks for more than the usual 10,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/forgery.h"
#include "support/instrumentation.h"
#include "support/signed_rig.h"
#include "support/signing.h"
#include "support/unit_test.h"

enum { CRC_SIZE = 4, USUAL_COUNT = 10000, COUNT_WHERE_SLOW = 1000 };

/* The device, and what is forged for it. */
typedef struct workshop {
    signed_rig device;
    sim_snapshot fresh;
    rig_bytes genuine; /* right for this device, as all of the forgery's patterns but the last */
    forgery forged;
} workshop;

static unsigned long verifications;

static uint32_t verify_and_count(const uint8_t *key, const uint8_t *digest,
                                 const uint8_t *signature) {
    verifications++;
    return whittle_signature_verify(key, digest, signature);
}

/* The patterns: right for the device by both of its keys, another image, and one by a key that it
 * does not trust. */
static void open_workshop(workshop *shop, uint64_t seed) {
    signed_rig_create(&shop->device, "spi-4k", 0);
    device_rig *rig = &shop->device.rig;
    const struct {
        const rig_bytes *from;
        const rig_bytes *to;
        signed_options options;
    } patterns[] = {
        {&rig->old_image, &rig->new_image, {.counter = 3}},
        {&rig->old_image, &rig->new_image, {.counter = 3, .key = 1}},
        {&rig->new_image, &rig->old_image, {.counter = 3, .full = true}},
        {&rig->old_image, &rig->new_image, {.counter = 3, .key = 2}},
    };
    memset(&shop->forged, 0, sizeof shop->forged);
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        shop->forged.patterns[i] =
            signed_rig_patch(patterns[i].from, patterns[i].to, &patterns[i].options);
    }
    shop->forged.pattern_count = COUNT_OF(patterns);
    shop->forged.random = generator_start(seed);
    shop->genuine = shop->forged.patterns[0];
    shop->device.trust.verify = verify_and_count;
    assert_int_equal(sim_snapshot_create(&shop->fresh, &rig->sim), WHITTLE_OK);
}

static void close_workshop(workshop *shop) {
    for (unsigned i = 0; i < shop->forged.pattern_count; i++) {
        free(shop->forged.patterns[i].data);
    }
    sim_snapshot_destroy(&shop->fresh);
    signed_rig_destroy(&shop->device);
}

static rig_bytes forgery_of(workshop *shop) {
    return (rig_bytes){shop->forged.bytes, shop->forged.size};
}

/* ---- What the device makes of it ---- */

static void expect_old_firmware(workshop *shop) {
    device_rig *rig = &shop->device.rig;
    rig_boots(rig, &rig->old_image);
    assert_int_equal(rig_status(rig).state, WHITTLE_STATE_READY);
    assert_int_equal(rig_status(rig).security_counter, 0);
}

/* To the updater, which must refuse it. Most of its tests end here. */
static void send_to_updater(workshop *shop) {
    device_rig *rig = &shop->device.rig;
    const rig_bytes file = forgery_of(shop);
    assert_int_not_equal(rig_send(rig, &file, 512, false), WHITTLE_OK);
    assert_int_not_equal(rig_status(rig).state, WHITTLE_STATE_PENDING);
}

/* To the boot loader, by an application without keys. What that would not take either is no update.
 */
static void leave_for_boot_loader(workshop *shop) {
    device_rig *rig = &shop->device.rig;
    const rig_bytes file = forgery_of(shop);
    rig->device.trust = NULL;
    (void)rig_send(rig, &file, 512, false);
    rig->device.trust = &shop->device.trust;
    if (rig_status(rig).state == WHITTLE_STATE_PENDING) {
        expect_old_firmware(shop);
    }
}

static unsigned long count_wanted(void) {
    const char *value = getenv("WHITTLE_FORGERIES");
    if (value) {
        return strtoul(value, NULL, 10);
    }
    return runs_instrumented() ? COUNT_WHERE_SLOW : USUAL_COUNT;
}

static void no_forgery_is_accepted(void **state) {
    (void)state;
    workshop shop;
    unsigned long judged[FORGERY_WAYS] = {0}; /* forgeries that got as far as the signature */
    unsigned long count = count_wanted();
    open_workshop(&shop, 600);
    for (unsigned long i = 0; i < count; i++) {
        unsigned way = (unsigned)(i / 2 % FORGERY_WAYS);
        forge(&shop.forged, way);
        sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
        rig_clear_console(&shop.device.rig);
        verifications = 0;
        if (i % 2) {
            leave_for_boot_loader(&shop);
        } else {
            send_to_updater(&shop);
        }
        judged[way] += verifications > 0;
    }
    sim_snapshot_restore(&shop.fresh, &shop.device.rig.sim);
    assert_int_equal(rig_send(&shop.device.rig, &shop.genuine, 512, false), WHITTLE_OK);
    unsigned long all = 0;
    for (unsigned way = 0; way < FORGERY_WAYS; way++) {
        printf("%9lu of %lu judged by their signature: %s\n", judged[way], count / FORGERY_WAYS,
               forgery_way_name(way));
        all += judged[way];
    }
    printf("%lu changed patches, none of them accepted; %lu got as far as the signature\n", count,
           all);
    assert_true(all > count / 2);
    close_workshop(&shop);
}

/* Which anyone can make: it is as right, and of the same patch. */
static void the_other_form_of_a_signature_makes_the_same_image(void **state) {
    (void)state;
    workshop shop;
    open_workshop(&shop, 604);
    device_rig *rig = &shop.device.rig;
    forgery_turn_signature(shop.genuine.data, shop.genuine.size);
    assert_int_equal(rig_send(rig, &shop.genuine, 512, false), WHITTLE_OK);
    rig_boots(rig, &rig->new_image);
    close_workshop(&shop);
}

/* Every single bit of header and trailer, and every seventh of the payload. */
static void no_flipped_bit_is_accepted(void **state) {
    (void)state;
    workshop shop;
    open_workshop(&shop, 601);
    const rig_bytes *genuine = &shop.genuine;
    uint32_t trailer = genuine->size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE;
    whittle_header header;
    assert_int_equal(whittle_header_read(genuine->data, genuine->size, &header), WHITTLE_OK);
    shop.forged.size = genuine->size;
    for (uint32_t bit = 0; bit < 8 * (genuine->size - CRC_SIZE); bit++) {
        bool in_payload = bit / 8 >= header.header_size && bit / 8 < trailer;
        if (in_payload && bit % 7 != 0) {
            continue;
        }
        memcpy(shop.forged.bytes, genuine->data, genuine->size);
        shop.forged.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        seal_patch(shop.forged.bytes, genuine->size);
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
    for (unsigned way = 0; way < FORGERY_WAYS; way++) {
        forge(&shop.forged, way);
        const rig_bytes file = forgery_of(&shop);
        for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
            for (uint64_t n = 1; live_with_cut(&shop, &file, n, (sim_moment)moment); n++) {
                cuts++;
                rig_boots(&shop.device.rig, &shop.device.rig.old_image);
            }
        }
    }
    printf("%lu cuts while a forgery was received or refused\n", cuts);
    assert_true(cuts > 50);
    close_workshop(&shop);
}

/* Receives the patch, is cut off at the n-th operation of its start, and finds the stored patch
 * changed at the next one: a bit flipped in what the signature covers, and the CRC-32 right.
 * Returns false if no cut fired. */
static bool flip_after_cut(workshop *shop, uint64_t n, sim_moment moment) {
    device_rig *rig = &shop->device.rig;
    rig_bytes *patch = &shop->genuine;
    uint32_t covered = patch->size - CRC_SIZE - WHITTLE_SIGNATURE_BLOCK_SIZE;
    uint32_t bit = generate_below(&shop->forged.random, 8 * covered);
    uint32_t sector = rig->sim.flash.geometry.erase_unit;
    uint32_t stored = (patch->size + sector - 1) / sector * sector;
    whittle_boot_decision decision;
    sim_snapshot_restore(&shop->fresh, &rig->sim);
    assert_int_equal(rig_send(rig, patch, 512, false), WHITTLE_OK);
    sim_flash_cut(&rig->sim, n, moment);
    (void)rig_boot(rig, &decision);
    bool cut = rig->sim.cut_fired;
    sim_flash_power_on(&rig->sim);
    memcpy(shop->forged.bytes, patch->data, patch->size);
    shop->forged.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    seal_patch(shop->forged.bytes, patch->size);
    sim_flash_load(&rig->sim, rig->device.slot_offset[1] + rig->device.slot_size - stored,
                   shop->forged.bytes, patch->size);
    return cut;
}

/* Once the record says so, the image that was made of the right patch is started all the same. */
static void a_patch_that_changes_after_a_cut_is_refused(void **state) {
    (void)state;
    workshop shop;
    unsigned long refused = 0;
    open_workshop(&shop, 605);
    device_rig *rig = &shop.device.rig;
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1; flip_after_cut(&shop, n, (sim_moment)moment); n++) {
            bool made = rig_status(rig).active == 1;
            rig_boots(rig, made ? &rig->new_image : &rig->old_image);
            assert_int_equal(rig_status(rig).security_counter, made ? 3 : 0);
            refused += !made;
        }
    }
    printf("%lu patches refused that were changed after a cut\n", refused);
    assert_true(refused > 30);
    close_workshop(&shop);
}

static void a_cut_does_not_lose_a_signed_update(void **state) {
    (void)state;
    workshop shop;
    unsigned long cuts = 0;
    open_workshop(&shop, 603);
    for (unsigned moment = 0; moment < SIM_MOMENT_COUNT; moment++) {
        for (uint64_t n = 1; live_with_cut(&shop, &shop.genuine, n, (sim_moment)moment); n++) {
            device_rig *rig = &shop.device.rig;
            cuts++;
            bool is_new = rig_boots_old_or_new(rig);
            assert_int_equal(rig_status(rig).security_counter, is_new ? 3 : 0);
            if (!is_new) {
                assert_int_equal(rig_send(rig, &shop.genuine, 512, true), WHITTLE_OK);
                rig_boots(rig, &rig->new_image);
            }
        }
    }
    printf("%lu cuts of a signed update\n", cuts);
    assert_true(cuts > 50);
    close_workshop(&shop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_forgery_is_accepted),
        cmocka_unit_test(the_other_form_of_a_signature_makes_the_same_image),
        cmocka_unit_test(no_flipped_bit_is_accepted),
        cmocka_unit_test(a_cut_does_not_make_a_forgery_right),
        cmocka_unit_test(a_patch_that_changes_after_a_cut_is_refused),
        cmocka_unit_test(a_cut_does_not_lose_a_signed_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
