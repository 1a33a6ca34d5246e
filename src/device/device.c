/* What concerns the device as a whole: the first record, reading it, and the application's word
 * that it works. */
#include "whittle/device.h"

#include "device/access.h"
#include "device/admission.h"
#include "device/record.h"

int whittle_device_install(const whittle_device *device, uint8_t slot, uint32_t size,
                           uint32_t security_counter) {
    whittle_record record;
    int error = whittle_record_init(&record, device);
    if (error) {
        return error;
    }
    if (slot >= WHITTLE_SLOT_COUNT || !whittle_fits_slot(device, size)) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    record.sector = 1; /* which is emptied: the first entry goes to the other sector, 0 */
    record.status.state = WHITTLE_STATE_READY;
    record.status.active = slot;
    record.status.security_counter = security_counter;
    whittle_slot_image *image = &record.status.images[slot];
    image->size = size;
    image->security_counter = security_counter;
    error = whittle_digest_slot(device, slot, size, image->digest);
    if (!error) {
        error = whittle_flash_erase(device, device->record_offset[1]);
    }
    return error ? error : whittle_record_append_fresh(&record);
}

int whittle_device_read_status(const whittle_device *device, whittle_device_status *status) {
    whittle_record record;
    int error = whittle_record_open(&record, device);
    if (!error) {
        *status = record.status;
    }
    return error;
}

int whittle_device_confirm(const whittle_device *device) {
    whittle_record record;
    const whittle_device_status *status = &record.status;
    int error = whittle_record_open(&record, device);
    bool unproven = status->state == WHITTLE_STATE_TRIAL ||
                    (status->state == WHITTLE_STATE_READY &&
                     status->images[status->active].security_counter > status->security_counter);
    return error || !unproven ? error : whittle_record_settle(&record);
}
