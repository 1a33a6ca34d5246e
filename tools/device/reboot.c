/* whittle device reboot FLASH: the boot loader runs, and runs again where an update asks for a
 * second start, until an image starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/message.h"
#include "../common/words.h"
#include "session.h"
#include "whittle/boot.h"

static bool parse(const char *invocation, char **arguments, const char **path, bool *no_confirm,
                  uint32_t *cut_after, int *status) {
    const option known[] = {
        {"no-confirm", NULL, "the firmware does not say that it works (--trial)", NULL, no_confirm},
        {"cut-after", "N", CUT_AFTER_HELP, read_operation, cut_after},
    };
    const syntax rules = {
        .operands = "FLASH",
        .purpose =
            "Restarts the device in FLASH: its boot loader applies the update that waits, if\n"
            "one does, and starts the firmware, which then confirms that it works.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    bool right = options_parse(&rules, invocation, arguments, &found, status);
    *path = found.names[0];
    return right;
}

/* Starts until the boot loader has an image to run. */
static int boot(const device_session *session, whittle_boot_decision *decision) {
    const whittle_device *device = &session->posix.device;
    const whittle_patcher *patcher = device->patches_enabled ? &whittle_boot_patcher : NULL;
    void *memory = malloc(device->patch_memory);
    if (!memory) {
        return message_system(session->path, ENOMEM);
    }
    int error = whittle_boot(device, patcher, memory, decision);
    while (!error && decision->action == WHITTLE_BOOT_RESTART &&
           device_session_has_power(session)) {
        (void)printf("Restarting.\n");
        error = whittle_boot(device, patcher, memory, decision);
    }
    free(memory);
    return device_session_tell(session, session->path, error);
}

/* True if this restart gave an update up or went back, and not an earlier one. */
static bool gave_up(const whittle_device_status *before, const whittle_device_status *after) {
    return after->last_error != WHITTLE_OK &&
           (before->state != WHITTLE_STATE_READY || before->active != after->active ||
            before->last_error != after->last_error);
}

static int start_image(const device_session *session, const whittle_boot_decision *decision,
                       const whittle_device_status *status, bool no_confirm) {
    char size[WORDS_MAX];
    (void)printf("Starting slot %u, %s.\n", (unsigned)decision->slot,
                 bytes_in_words(decision->size, size));
    if (status->state != WHITTLE_STATE_TRIAL) {
        return STATUS_DONE;
    }
    if (no_confirm) {
        (void)printf("The firmware does not confirm itself; starts left: %u.\n",
                     (unsigned)status->starts_left);
        return STATUS_DONE;
    }
    int error = whittle_device_confirm(&session->posix.device);
    if (!error && device_session_has_power(session)) {
        (void)printf("The firmware has confirmed itself.\n");
    }
    return device_session_tell(session, session->path, error);
}

static int restart(const device_session *session, bool no_confirm) {
    whittle_device_status before;
    whittle_device_status after;
    whittle_boot_decision decision = {0};
    int status = device_session_status(session, &before);
    if (status == STATUS_DONE) {
        status = boot(session, &decision);
    }
    if (status != STATUS_DONE || !device_session_has_power(session)) {
        return status;
    }
    status = device_session_status(session, &after);
    if (status == STATUS_DONE) {
        status = start_image(session, &decision, &after, no_confirm);
    }
    if (status == STATUS_DONE && gave_up(&before, &after)) {
        status = device_session_tell(session, session->path, after.last_error);
    }
    return status;
}

int command_device_reboot(const char *invocation, char **arguments) {
    device_session session;
    const char *path;
    bool no_confirm = false;
    uint32_t cut_after = 0;
    int status;
    if (!parse(invocation, arguments, &path, &no_confirm, &cut_after, &status)) {
        return status;
    }
    status = device_session_open(&session, path, cut_after);
    if (status == STATUS_DONE) {
        status = restart(&session, no_confirm);
    }
    return device_session_end(&session, status);
}
