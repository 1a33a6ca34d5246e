/* The boot record, with anything in its two sectors, and all that relies on it. The input is what
 * the sectors hold.
 *
 * Whatever they say, the flash is used within its rules, what is started has the digest that the
 * record promises, and a record that could be read can be written and read again. */
#include <string.h>

#include "device/record.h"
#include "fuzz/support/fuzz.h"
#include "fuzz/support/fuzz_device.h"
#include "fuzz/support/record_entries.h"

static fuzz_device *device;

static void put_records(const uint8_t *data, size_t size) {
    const whittle_device *description = &device->rig.device;
    uint32_t sector = description->flash->geometry.erase_unit;
    for (unsigned i = 0; i < 2; i++) {
        uint32_t count = size < sector ? (uint32_t)size : sector;
        fuzz_device_fill(device, description->record_offset[i], sector);
        sim_flash_load(&device->rig.sim, description->record_offset[i], data, count);
        data += count;
        size -= count;
    }
}

/* What is read can be appended, and is then the newest state for certain. */
static void require_appendable(void) {
    whittle_record record;
    whittle_record again;
    if (whittle_record_open(&record, &device->rig.device) != WHITTLE_OK) {
        return;
    }
    FUZZ_REQUIRE(record.status.active < WHITTLE_SLOT_COUNT);
    FUZZ_REQUIRE(whittle_record_append(&record) == WHITTLE_OK);
    FUZZ_REQUIRE(whittle_record_open(&again, &device->rig.device) == WHITTLE_OK);
    FUZZ_REQUIRE(memcmp(&again.status, &record.status, sizeof record.status) == 0);
    FUZZ_REQUIRE(whittle_record_is_certain(&again));
}

/* An application that goes on where the record says that it can. */
static void use(void) {
    static const uint8_t bytes[300] = {1};
    whittle_updater updater;
    uint32_t offset;
    if (whittle_updater_resume(&updater, &device->rig.device, &offset) == WHITTLE_OK) {
        FUZZ_REQUIRE(offset <= device->rig.device.slot_size);
        (void)whittle_updater_write(&updater, bytes, sizeof bytes);
        (void)whittle_updater_finish(&updater);
    }
    (void)whittle_device_confirm(&device->rig.device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    device = fuzz_device_reset(FUZZ_DEVICE_OPEN);
    if (fuzz_counts_too_far(data, size)) {
        return 0;
    }
    put_records(data, size);
    require_appendable();
    put_records(data, size);
    use();
    fuzz_device_require_rules_kept(device);
    (void)fuzz_device_boot(device);
    put_records(data, size);
    (void)fuzz_device_boot(device);
    return 0;
}

/* Makes the checksums of entries right, so that what they say counts. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size = LLVMFuzzerMutate(data, size, room);
    if (seed % 8) {
        fuzz_seal_entries(data, size);
    }
    return size;
}
