/* The boot loader's decision: one state of the record after the other, until it is clear what to
 * start. docs/device.md draws the states.
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

/* Makes the image that was just verified the active one, and nothing is incoming any more. The old
 * one stays it where that cannot be written. */
static int switch_slots(whittle_record *record) {
    whittle_device_status *status = &record->status;
    status->active ^= 1u;
    status->incoming = WHITTLE_INCOMING_NONE;
    status->incoming_size = 0;
    status->last_error = WHITTLE_OK;
    status->state = WHITTLE_STATE_TRIAL;
    status->starts_left = record->device->trial_starts;
    int error = status->starts_left ? whittle_record_append(record) : whittle_record_settle(record);
    if (error) {
        status->active ^= 1u;
    }
    return error;
}

/* Makes the update that is pending, or was cut off while it was made. */
static int make_update(whittle_record *record, const whittle_patcher *patcher, void *memory) {
    if (record->status.incoming != WHITTLE_INCOMING_PATCH) {
        return whittle_admit_received(record, NULL);
    }
    if (!patcher) {
        return WHITTLE_ERROR_DISABLED;
    }
    whittle_say(record->device, "Patching the binary...", WHITTLE_OK);
    return patcher->apply(record, memory);
}

/* Updates, or gives the update up; either way the record says what to start next. */
static whittle_boot_action update(whittle_record *record, const whittle_patcher *patcher,
                                  void *memory) {
    bool patch = record->status.incoming == WHITTLE_INCOMING_PATCH;
    whittle_boot_action action = WHITTLE_BOOT_START;
    const char *outcome = NULL;
    int error = make_update(record, patcher, memory);
    if (!error) {
        error = switch_slots(record);
    }
    if (error) {
        (void)whittle_record_give_up(record, error); /* else the next start tries once more */
        outcome = "Patching FAILED. We will continue with the current firmware.";
    } else if (patch) {
        outcome = "Patching SUCCESSFUL.";
        action = WHITTLE_BOOT_RESTART;
    }
    whittle_say(record->device, outcome, error);
    return action;
}

/* Makes the other slot's image the active one again, if that may be started: it is whole, and not
 * older than what was confirmed since. */
static int go_back(whittle_record *record, int reason) {
    whittle_device_status *status = &record->status;
    uint32_t slot = whittle_other_slot(record);
    int error = WHITTLE_ERROR_DOWNGRADE;
    if (status->images[slot].security_counter >= status->security_counter) {
        error = whittle_verify_slot(record, slot);
    }
    if (!error) {
        status->active = (uint8_t)slot;
        (void)whittle_record_give_up(record, reason); /* else the next start decides the same */
        whittle_say(record->device, "Going back to the previous firmware.", reason);
    }
    return error;
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
    if (go_back(record, WHITTLE_ERROR_UNPROVEN)) {
        /* There is no way back. It stays, and its security counter waits for its word. */
        (void)whittle_record_give_up(record, WHITTLE_ERROR_UNPROVEN);
    }
}

/* The image to start, verified. */
static int choose(whittle_record *record, whittle_boot_decision *decision) {
    const whittle_device *device = record->device;
    int error =
        device->fast_start ? WHITTLE_OK : whittle_verify_slot(record, record->status.active);
    if (error && go_back(record, error)) {
        return WHITTLE_ERROR_NO_IMAGE;
    }
    uint8_t slot = record->status.active;
    decision->slot = slot;
    decision->offset = device->slot_offset[slot];
    decision->size = record->status.images[slot].size;
    return WHITTLE_OK;
}

int whittle_boot(const whittle_device *device, const whittle_patcher *patcher, void *memory,
                 whittle_boot_decision *decision) {
    whittle_record record;
    int error = whittle_record_open(&record, device);
    if (error) {
        return error;
    }
    if (patcher && (!memory || (uintptr_t)memory % 8 != 0)) {
        return WHITTLE_ERROR_ARGUMENT;
    }
    if (!whittle_record_is_certain(&record)) {
        (void)whittle_record_append(&record); /* it counts already; the next start may try again */
    }
    decision->action = WHITTLE_BOOT_START;
    switch (record.status.state) {
    case WHITTLE_STATE_PENDING:
    case WHITTLE_STATE_APPLYING:
        decision->action = update(&record, patcher, memory);
        if (decision->action == WHITTLE_BOOT_RESTART) {
            return WHITTLE_OK;
        }
        if (record.status.state != WHITTLE_STATE_TRIAL) {
            break;
        }
        /* fall through - the trial of a plain image begins with this start */
    case WHITTLE_STATE_TRIAL:
        count_start(&record);
        break;
    default: /* READY, RECEIVING: nothing is due */
        break;
    }
    return choose(&record, decision);
}
