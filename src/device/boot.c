/* The boot loader's decision: one state of the record after the other, until it is clear what to
 * start. docs/DESIGN.md draws the states.
 *
 * Every step ends with an appended record or changes nothing; so the power may fail in any of them,
 * and the next start takes the step again. What a step did before its record is done over or gone
 * on with, never relied on.
 */
#include "whittle/boot.h"

#include "device/access.h"
#include "device/admission.h"
#include "device/patching.h"
#include "device/record.h"

static void say(const whittle_device *device, const char *text) {
    if (device->message) {
        device->message(device->context, text);
    }
}

/* A failure in words for the user: what it means for them, and why. */
static void explain(const whittle_device *device, const char *outcome, int error) {
    say(device, outcome);
    say(device, whittle_error_text(error));
}

/* Starting the other slot's image: verified, and not older than what was confirmed since. */
static int may_go_back(const whittle_record *record) {
    const whittle_device_status *status = &record->status;
    uint8_t slot = whittle_other_slot(status);
    if (status->images[slot].security_counter < status->security_counter) {
        return WHITTLE_ERROR_DOWNGRADE;
    }
    return whittle_verify_slot(record->device, status, slot);
}

/* Makes the image that was just written and verified the active one. */
static int switch_slots(whittle_record *record) {
    whittle_device_status *status = &record->status;
    uint8_t starts = record->device->trial_starts;
    status->active = whittle_other_slot(status);
    status->incoming = WHITTLE_INCOMING_NONE;
    status->incoming_size = 0;
    status->last_error = WHITTLE_OK;
    if (starts == 0) {
        whittle_record_settle(record);
    } else {
        status->state = WHITTLE_STATE_TRIAL;
        status->starts_left = starts;
    }
    return whittle_record_append(record);
}

/* The update that is pending, or was cut off while it was applied. */
static int make_update(whittle_record *record, const whittle_patcher *patcher, void *memory) {
    int error;
    if (record->status.incoming != WHITTLE_INCOMING_PATCH) {
        error = whittle_admit_received_image(record->device, &record->status);
    } else if (patcher) {
        error = patcher->apply(record, memory);
    } else {
        error = WHITTLE_ERROR_DISABLED;
    }
    return error ? error : switch_slots(record);
}

static whittle_boot_action update(whittle_record *record, const whittle_patcher *patcher,
                                  void *memory) {
    const whittle_device *device = record->device;
    uint8_t active = record->status.active;
    bool patch = record->status.incoming == WHITTLE_INCOMING_PATCH;
    if (patch) {
        say(device, "Patching the binary...");
    }
    int error = make_update(record, patcher, memory);
    if (error) {
        record->status.active = active;
        whittle_record_give_up(record, error);
        (void)whittle_record_append(record); /* otherwise the next start tries once more */
        explain(device,
                patch ? "Patching FAILED. We will continue with the current firmware."
                      : "The new firmware was refused. We will continue with the current firmware.",
                error);
        return WHITTLE_BOOT_START;
    }
    if (patch) {
        say(device, "Patching SUCCESSFUL.");
        return WHITTLE_BOOT_RESTART;
    }
    return WHITTLE_BOOT_START;
}

/* Goes back to the previous image if it can be started; else stays. */
static int go_back(whittle_record *record, int reason) {
    whittle_device_status *status = &record->status;
    int error = may_go_back(record);
    if (error) {
        return error;
    }
    status->active = whittle_other_slot(status);
    whittle_record_give_up(record, reason);
    (void)whittle_record_append(record); /* otherwise the next start decides the same */
    explain(record->device, "We will continue with the previous firmware.", reason);
    return WHITTLE_OK;
}

/* One start of a trial: counted before it begins, so that a firmware that crashes has had it. */
static void count_start(whittle_record *record) {
    whittle_device_status *status = &record->status;
    if (status->starts_left > 0) {
        status->starts_left--;
        if (whittle_record_append(record) == WHITTLE_OK) {
            return;
        }
    }
    if (go_back(record, WHITTLE_ERROR_UNPROVEN) != WHITTLE_OK) {
        whittle_record_settle(record); /* there is no way back */
        (void)whittle_record_append(record);
    }
}

/* The image to start, verified. */
static int choose(whittle_record *record, whittle_boot_decision *decision) {
    const whittle_device *device = record->device;
    const whittle_device_status *status = &record->status;
    int error = WHITTLE_OK;
    if (!device->fast_start) {
        error = whittle_verify_slot(device, status, status->active);
        if (error) {
            error = go_back(record, error) == WHITTLE_OK ? WHITTLE_OK : WHITTLE_ERROR_NO_IMAGE;
        }
    }
    decision->slot = status->active;
    decision->offset = device->slot_offset[status->active];
    decision->size = status->images[status->active].size;
    return error;
}

int whittle_boot(const whittle_device *device, const whittle_patcher *patcher, void *memory,
                 whittle_boot_decision *decision) {
    whittle_record record;
    int error = whittle_device_check(device);
    if (!error && patcher && (!memory || (uintptr_t)memory % 8 != 0)) {
        error = WHITTLE_ERROR_ARGUMENT;
    }
    if (!error) {
        error = whittle_record_open(&record, device);
    }
    if (error) {
        return error;
    }
    *decision = (whittle_boot_decision){.action = WHITTLE_BOOT_START};
    if (record.status.state == WHITTLE_STATE_PENDING ||
        record.status.state == WHITTLE_STATE_APPLYING) {
        decision->action = update(&record, patcher, memory);
    }
    if (decision->action == WHITTLE_BOOT_START) {
        if (record.status.state == WHITTLE_STATE_TRIAL) {
            count_start(&record);
        }
        error = choose(&record, decision);
    }
    return error;
}
