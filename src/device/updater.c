/* The updater: bytes from any link, into the slot that does not run.
 *
 * The first bytes are collected until they are a patch's header, or cannot become one; then the
 * record says that something is being received, and from then on whole pages are written to an area
 * (area.h) at the end of the slot for a patch, or at its start for a plain image. The buffer that
 * collects the header goes on as the page buffer: the header is the first data of the patch.
 */
#include "whittle/updater.h"

#include <assert.h>
#include <string.h>

#include "device/access.h"
#include "device/admission.h"
#include "device/area.h"
#include "device/record.h"

static_assert(sizeof(whittle_updater) <= 512, "receiving takes at most 512 bytes of RAM");

/* The updater's state: what it takes the next bytes for. A struct of zeros is IDLE. */
enum {
    IDLE,
    COLLECTING, /* the first bytes, which will tell what arrives */
    STORING,
    UNWANTED, /* a patch, in a build without patching: passed over, so that finish can say so */
    COMPLETE, /* resumed where everything was there already */
};

enum { PIECE_MAX = 256 }; /* bytes programmed at a time, where pages are larger */

static_assert(PIECE_MAX + WHITTLE_PROGRAM_UNIT_MAX <= WHITTLE_HEADER_MAX, "a piece is padded");

/* Opens the record for a transfer: on trial there is none, since the other slot is the way back. */
static int open_for_transfer(whittle_record *record, const whittle_device *device) {
    int error = whittle_record_open(record, device);
    if (!error && record->status.state == WHITTLE_STATE_TRIAL) {
        error = WHITTLE_ERROR_STATE;
    }
    return error;
}

/* Remembers an error, says why, and drops what the record says is being received. */
static int refuse(whittle_updater *updater, int error) {
    whittle_record record;
    updater->error = error;
    whittle_say(updater->device, NULL, error);
    if (updater->state == STORING && whittle_record_open(&record, updater->device) == WHITTLE_OK) {
        (void)whittle_record_give_up(&record, error); /* the error to report is the first one */
    }
    return error;
}

/* Places what is received: a patch of size bytes, or an image that may fill the slot. */
static void place(whittle_updater *updater, const whittle_record *record) {
    uint32_t slot = whittle_other_slot(record);
    uint32_t offset = record->device->slot_offset[slot];
    if (updater->incoming == WHITTLE_INCOMING_PATCH) {
        offset = whittle_patch_offset(record->device, slot, updater->size);
    }
    whittle_area_begin(&updater->area, record->device, offset, updater->size);
}

/* Writes into the record what arrives, before the first erase. */
static int begin(whittle_updater *updater, whittle_record *record) {
    whittle_device_status *status = &record->status;
    status->state = WHITTLE_STATE_RECEIVING;
    status->incoming = (uint8_t)updater->incoming;
    status->incoming_size = updater->size;
    status->last_error = WHITTLE_OK;
    status->images[whittle_other_slot(record)].size = 0;
    place(updater, record);
    int error = whittle_area_settle(&updater->area, record);
    if (!error) {
        updater->state = STORING;
    }
    return error;
}

/* Decides by the collected bytes what arrives. Nothing is decided as long as more are needed. */
static int recognise(whittle_updater *updater) {
    whittle_header header;
    whittle_record record;
    int error = whittle_header_read(updater->buffer, updater->held, &header);
    if (error == WHITTLE_ERROR_INCOMPLETE) {
        return WHITTLE_OK;
    }
    const whittle_header *patch = NULL;
    if (error == WHITTLE_ERROR_NOT_A_PATCH) {
        error = WHITTLE_OK;
        updater->incoming = WHITTLE_INCOMING_IMAGE;
        updater->size = updater->device->slot_size;
    } else if (!updater->device->patches_enabled) {
        updater->state = UNWANTED;
        return WHITTLE_OK;
    } else if (!error) {
        patch = &header;
        updater->incoming = WHITTLE_INCOMING_PATCH;
        updater->size = header.total_size;
    }
    if (!error) {
        error = whittle_record_open(&record, updater->device);
    }
    if (!error) {
        error = whittle_admit_incoming(&record, patch);
    }
    return error ? error : begin(updater, &record);
}

/* Programs size bytes of the buffer; the first time after a restart, the record comes first. */
static int write_buffer(whittle_updater *updater, uint32_t size) {
    if (updater->unsettled) {
        whittle_record record;
        int error = whittle_record_open(&record, updater->device);
        if (!error) {
            error = whittle_area_settle(&updater->area, &record);
        }
        if (error) {
            return error;
        }
        updater->unsettled = false;
    }
    int error = whittle_area_write(&updater->area, updater->buffer, size);
    updater->held -= size;
    memmove(updater->buffer, updater->buffer + size, updater->held);
    return error;
}

/* Programs the pieces that the buffer holds whole. */
static int write_pieces(whittle_updater *updater) {
    if (updater->received > updater->size) {
        return updater->incoming == WHITTLE_INCOMING_PATCH ? WHITTLE_ERROR_TRAILING
                                                           : WHITTLE_ERROR_TOO_LARGE;
    }
    int error = WHITTLE_OK;
    while (!error && updater->held >= updater->piece) {
        error = write_buffer(updater, updater->piece);
    }
    return error;
}

/* Takes size bytes, for which the buffer has room. */
static int take(whittle_updater *updater, const uint8_t *data, uint32_t size) {
    int error = WHITTLE_OK;
    memcpy(updater->buffer + updater->held, data, size);
    updater->held += size;
    updater->received += size;
    if (updater->state == COLLECTING) {
        error = recognise(updater);
    }
    if (!error && updater->state == STORING) {
        error = write_pieces(updater);
    }
    return error;
}

int whittle_updater_resume(whittle_updater *updater, const whittle_device *device,
                           uint32_t *offset) {
    whittle_record record;
    memset(updater, 0, sizeof *updater);
    *offset = 0;
    int error = open_for_transfer(&record, device);
    if (error) {
        return error;
    }
    updater->device = device;
    updater->piece = device->flash->geometry.program_page;
    if (updater->piece > PIECE_MAX) {
        updater->piece = PIECE_MAX; /* a part of a page: both are powers of two */
    }
    updater->state = COLLECTING;
    updater->incoming = record.status.incoming;
    updater->size = record.status.incoming_size;
    if (record.status.state == WHITTLE_STATE_PENDING) {
        updater->state = COMPLETE;
        updater->received = updater->size;
    } else if (record.status.state == WHITTLE_STATE_RECEIVING) {
        place(updater, &record);
        whittle_area_resume(&updater->area, &record);
        updater->received = updater->area.position;
        if (updater->received > 0) {
            updater->state = STORING;
            updater->unsettled = true;
        }
    }
    *offset = updater->received;
    return WHITTLE_OK;
}

int whittle_updater_start(whittle_updater *updater, const whittle_device *device) {
    uint32_t offset;
    int error = whittle_updater_resume(updater, device, &offset);
    if (!error) {
        updater->state = COLLECTING;
        updater->unsettled = false;
        updater->received = 0;
    }
    return error;
}

int whittle_updater_write(whittle_updater *updater, const void *data, size_t size) {
    const uint8_t *bytes = data;
    if (!updater->error && (updater->state == IDLE || updater->state == COMPLETE)) {
        return WHITTLE_ERROR_STATE;
    }
    while (size > 0 && !updater->error && updater->state != UNWANTED) {
        uint32_t end = updater->state == COLLECTING ? WHITTLE_HEADER_MAX : updater->piece;
        uint32_t count = end - updater->held;
        if (count > size) {
            count = (uint32_t)size;
        }
        int error = take(updater, bytes, count);
        if (error) {
            return refuse(updater, error);
        }
        bytes += count;
        size -= count;
    }
    return updater->error;
}

uint32_t whittle_updater_position(const whittle_updater *updater) {
    return updater->received;
}

/* Takes a received image's digest, and the device's opinion of it. */
static int accept_image(const whittle_updater *updater, whittle_record *record) {
    const whittle_device *device = record->device;
    uint32_t slot = whittle_other_slot(record);
    whittle_slot_image *image = &record->status.images[slot];
    record->status.incoming_size = updater->received;
    image->size = updater->received;
    image->patch_size = 0;
    image->security_counter = 0;
    int error = whittle_digest_slot(device, slot, image->size, image->digest);
    if (!error && device->check_image) {
        error = device->check_image(device->context, device->slot_offset[slot], image->size);
    }
    return error;
}

/* Judges what is received whole, and makes it pending. An image, too, is admitted here and not by
 * its first bytes alone: firmware without keys may have begun what firmware with keys ends. */
static int complete(whittle_updater *updater) {
    whittle_record record;
    whittle_header header;
    int error = updater->held ? write_buffer(updater, updater->held) : WHITTLE_OK;
    if (!error) {
        error = whittle_record_open(&record, updater->device);
    }
    if (!error && record.status.state != WHITTLE_STATE_RECEIVING) {
        error = WHITTLE_ERROR_STATE;
    }
    if (!error && updater->incoming != WHITTLE_INCOMING_PATCH) {
        error = accept_image(updater, &record);
    }
    if (!error) {
        error = whittle_admit_received(&record, &header);
    }
    if (!error) {
        record.status.state = WHITTLE_STATE_PENDING;
        error = whittle_record_append(&record);
    }
    return error;
}

int whittle_updater_finish(whittle_updater *updater) {
    bool patch = updater->incoming == WHITTLE_INCOMING_PATCH;
    const char *outcome =
        patch ? "Differential Update Image detected. Restart the device to apply the patch."
              : "Full Update Image detected. Restart the device to load the new firmware.";
    int error = updater->error;
    if (error) {
        return error;
    }
    switch (updater->state) {
    case COLLECTING:
        return WHITTLE_ERROR_INCOMPLETE;
    case STORING:
        if (patch && updater->received < updater->size) {
            return WHITTLE_ERROR_INCOMPLETE;
        }
        error = complete(updater);
        break;
    case UNWANTED:
        outcome = "Differential Update Image detected. This feature is disabled in the build. "
                  "Enable DIFF_UPDATE_ENABLED in the build to use it.";
        updater->error = WHITTLE_ERROR_DISABLED;
        break;
    case COMPLETE:
        error = whittle_updater_verify(updater->device);
        break;
    default:
        return WHITTLE_ERROR_STATE;
    }
    if (error) {
        return refuse(updater, error);
    }
    whittle_say(updater->device, outcome, WHITTLE_OK);
    updater->state = IDLE;
    return updater->error;
}

int whittle_updater_verify(const whittle_device *device) {
    whittle_record record;
    whittle_header header;
    int error = whittle_record_open(&record, device);
    if (!error && record.status.state != WHITTLE_STATE_PENDING) {
        error = WHITTLE_ERROR_STATE;
    }
    return error ? error : whittle_admit_received(&record, &header);
}

int whittle_updater_slot(const whittle_device *device, uint8_t *slot) {
    whittle_record record;
    int error = whittle_record_open(&record, device);
    if (!error) {
        *slot = (uint8_t)whittle_other_slot(&record);
    }
    return error;
}

int whittle_updater_abort(const whittle_device *device) {
    whittle_record record;
    int error = whittle_record_open(&record, device);
    bool dropped = !error && record.status.incoming != WHITTLE_INCOMING_NONE;
    return dropped ? whittle_record_give_up(&record, WHITTLE_OK) : error;
}
