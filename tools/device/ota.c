/* whittle device ota FLASH FILE: the device receives a file, piece by piece. A transfer that was
 * cut off goes on where it ended, if what the device holds is the beginning of this very file. */
#include <stdio.h>
#include <string.h>

#include "../common/message.h"
#include "../patch/input_image.h"
#include "session.h"
#include "whittle/updater.h"

enum { CHUNK_DEFAULT = 1024, CHUNK_MAX = 1 << 20 };

typedef struct transfer {
    const char *flash_path;
    const char *file_path;
    uint32_t chunk; /* bytes that arrive at a time */
    uint32_t cut_after;
    whittle_image_choice input;
    input_image update; /* what is sent: a patch as it is, an image made flat */
    device_session session;
} transfer;

static const char *read_chunk(const char *text, void *place) {
    return parse_size(text, 1, CHUNK_MAX, place) ? NULL : "a size from 1 to 1M";
}

static bool parse(transfer *work, const char *invocation, char **arguments, int *status) {
    const option known[] = {
        {"input", "FORM", INPUT_HELP, read_input, &work->input},
        {"chunk", "SIZE", "bytes that arrive at a time (default 1K)", read_chunk, &work->chunk},
        {"cut-after", "N", CUT_AFTER_HELP, read_operation, &work->cut_after},
    };
    const syntax rules = {
        .operands = "FLASH FILE",
        .purpose =
            "The device in FLASH receives FILE, a patch or a firmware image (raw, ELF, Intel\n"
            "HEX or UF2: made flat before), into the slot that does not run. Goes on with a\n"
            "transfer of FILE that was cut off.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 2,
        .operand_max = 2,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    work->flash_path = found.names[0];
    work->file_path = found.names[1];
    return true;
}

/* Where in the flash the first byte of what arrives lies (include/whittle/device.h). */
static uint32_t incoming_offset(const whittle_device *device, const whittle_device_status *status) {
    uint32_t slot = device->slot_offset[status->active ^ 1u];
    if (status->incoming != WHITTLE_INCOMING_PATCH) {
        return slot;
    }
    uint32_t sector = device->flash->geometry.erase_unit;
    return slot + device->slot_size - (status->incoming_size + sector - 1) / sector * sector;
}

/* True if the held bytes that the device tells of are those at the beginning of the file. */
static bool holds_beginning(const transfer *work, const whittle_device_status *status,
                            uint32_t held) {
    const whittle_device *device = &work->session.posix.device;
    const file *content = &work->update.content;
    uint8_t piece[256];
    bool size_is_known =
        status->state == WHITTLE_STATE_PENDING || status->incoming == WHITTLE_INCOMING_PATCH;
    if (held > content->size || (size_is_known && status->incoming_size != content->size)) {
        return false;
    }
    uint32_t offset = incoming_offset(device, status);
    for (uint32_t done = 0; done < held;) {
        uint32_t count = held - done < sizeof piece ? held - done : (uint32_t)sizeof piece;
        if (device->flash->read(device->flash->context, offset + done, piece, count) ||
            memcmp(piece, content->data + done, count) != 0) {
            return false;
        }
        done += count;
    }
    return true;
}

/* Begins or goes on; *position is set to the first byte to send. */
static int begin(transfer *work, whittle_updater *updater, uint32_t *position) {
    const whittle_device *device = &work->session.posix.device;
    whittle_device_status status;
    if (device_session_status(&work->session, &status) != STATUS_DONE) {
        return STATUS_FAILED;
    }
    if (status.state == WHITTLE_STATE_TRIAL) {
        return message_failed(work->flash_path, "the running firmware is on trial, and the other "
                                                "slot is the way back (let it confirm itself: "
                                                "whittle device reboot)");
    }
    int error = whittle_updater_resume(updater, device, position);
    if (!error && *position > 0 && !holds_beginning(work, &status, *position)) {
        *position = 0;
        error = whittle_updater_start(updater, device);
    }
    if (!error && *position > 0) {
        (void)printf("Resuming at byte %u of %zu.\n", *position, work->update.content.size);
    }
    return device_session_tell(&work->session, work->flash_path, error);
}

/* The reason for a refusal is a failure's, and goes to stderr: the device does not say it, too. */
static int send(transfer *work) {
    const file *content = &work->update.content;
    whittle_updater updater;
    uint32_t position = 0;
    work->session.posix.device.error_text = NULL;
    int status = begin(work, &updater, &position);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = WHITTLE_OK;
    for (size_t done = position; done < content->size && !error;) {
        size_t count = content->size - done;
        count = count < work->chunk ? count : work->chunk;
        error = whittle_updater_write(&updater, content->data + done, count);
        done += count;
    }
    if (!error) {
        error = whittle_updater_finish(&updater);
    }
    return device_session_tell(&work->session, work->file_path, error);
}

static int read_update(transfer *work) {
    int status = input_image_read(&work->update, work->file_path, &work->input);
    if (status == STATUS_DONE && work->update.content.size == 0) {
        status = message_failed(work->file_path, "it is empty (name a patch or a firmware image)");
    }
    return status;
}

int command_device_ota(const char *invocation, char **arguments) {
    transfer work = {.chunk = CHUNK_DEFAULT};
    int status;
    if (!parse(&work, invocation, arguments, &status)) {
        return status;
    }
    const char *const inputs[] = {work.file_path, work.flash_path};
    status = files_check(inputs, sizeof inputs / sizeof *inputs, NULL);
    if (status == STATUS_DONE) {
        status = read_update(&work);
    }
    if (status == STATUS_DONE) {
        status = device_session_open(&work.session, work.flash_path, work.cut_after);
    }
    if (status == STATUS_DONE) {
        status = send(&work);
    }
    status = device_session_end(&work.session, status);
    input_image_free(&work.update);
    return status;
}
