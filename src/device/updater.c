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
    COLLECTING, /* the first bytes, which will tell */
    PATCH,
    IMAGE,
    UNWANTED, /* a patch, in a build without patching: counted, so that finish can say so */
    COMPLETE, /* resumed where everything was there already */
};

enum { PIECE_MAX = 256 }; /* bytes programmed at a time, where pages are larger */

static_assert(PIECE_MAX <= WHITTLE_HEADER_MAX, "the buffer holds a piece");

static void say(const whittle_device *device, const char *text) {
    if (device->message) {
        device->message(device->context, text);
    }
}

/* Bytes that are programmed at a time: a page, or an equal part of a page that fits the buffer. */
static uint16_t piece_size(const whittle_device *device) {
    uint32_t size = device->flash->geometry.program_page;
    while (size > PIECE_MAX) {
        size /= 2;
    }
    return (uint16_t)size;
}

/* Opens the record for a transfer. */
static int open_for_transfer(const whittle_device *device, whittle_record *record) {
    int error = whittle_device_check(device);
    if (!error) {
        error = whittle_record_open(record, device);
    }
    if (!error && record->status.state == WHITTLE_STATE_TRIAL) {
        error = WHITTLE_ERROR_STATE;
    }
    return error;
}

/* Remembers an error, says what it means, and drops what the record says is being received. */
static int refuse(whittle_updater *updater, int error) {
    whittle_record record;
    updater->error = error;
    say(updater->device, whittle_error_text(error));
    if ((updater->state == PATCH || updater->state == IMAGE) &&
        whittle_record_open(&record, updater->device) == WHITTLE_OK) {
        whittle_record_give_up(&record, error);
        (void)whittle_record_append(&record); /* the error to report is the first one */
    }
    return error;
}

/* The place of what is received: a patch of size bytes, or an image that may fill the slot. */
static void place_area(whittle_updater *updater, const whittle_record *record) {
    const whittle_device *device = updater->device;
    uint32_t offset = device->slot_offset[updater->slot];
    uint32_t size = device->slot_size;
    if (updater->state == PATCH) {
        offset = whittle_patch_offset(device, updater->slot, updater->size);
        size = whittle_round_up(updater->size, device->flash->geometry.erase_unit);
    }
    whittle_area_begin(&updater->area, device, offset, size, record->sector);
}

/* Writes into the record what arrives, before the first erase. */
static int begin(whittle_updater *updater, whittle_record *record, whittle_incoming incoming) {
    whittle_device_status *status = &record->status;
    bool patch = incoming == WHITTLE_INCOMING_PATCH;
    status->state = WHITTLE_STATE_RECEIVING;
    status->incoming = incoming;
    status->incoming_size = patch ? updater->size : 0;
    status->last_error = WHITTLE_OK;
    status->images[updater->slot].size = 0;
    int error = whittle_record_append_fresh(record);
    if (!error) {
        updater->state = patch ? PATCH : IMAGE;
        place_area(updater, record);
    }
    return error;
}

/* Decides by the collected bytes what arrives. Nothing is decided as long as more are needed. */
static int recognise(whittle_updater *updater) {
    const whittle_device *device = updater->device;
    whittle_header header;
    whittle_record record;
    int error = whittle_header_read(updater->buffer, updater->held, &header);
    if (error == WHITTLE_ERROR_INCOMPLETE) {
        return WHITTLE_OK;
    }
    bool image = error == WHITTLE_ERROR_NOT_A_PATCH;
    if (!image && !device->patches_enabled) {
        updater->state = UNWANTED;
        return WHITTLE_OK;
    }
    if (error && !image) {
        return error;
    }
    error = whittle_record_open(&record, device);
    if (!error) {
        error = image ? whittle_admit_image(&record.status)
                      : whittle_admit_header(device, &record.status, &header);
    }
    if (error) {
        return error;
    }
    updater->slot = whittle_other_slot(&record.status);
    updater->size = image ? device->slot_size : header.total_size;
    return begin(updater, &record, image ? WHITTLE_INCOMING_IMAGE : WHITTLE_INCOMING_PATCH);
}

/* Programs the pieces that the buffer holds whole. */
static int write_pieces(whittle_updater *updater) {
    uint16_t piece = piece_size(updater->device);
    while (updater->held >= piece) {
        int error = whittle_area_write(&updater->area, updater->device, updater->buffer, piece);
        if (error) {
            return error;
        }
        updater->held = (uint16_t)(updater->held - piece);
        memmove(updater->buffer, updater->buffer + piece, updater->held);
    }
    return WHITTLE_OK;
}

/* Programs the rest, which is not a whole piece. */
static int write_rest(whittle_updater *updater) {
    const whittle_flash_geometry *geometry = &updater->device->flash->geometry;
    uint32_t size = whittle_round_up(updater->held, geometry->program_unit);
    memset(updater->buffer + updater->held, geometry->erased_value, size - updater->held);
    updater->held = 0;
    return whittle_area_write(&updater->area, updater->device, updater->buffer, size);
}

/* Moves bytes into the buffer up to limit; returns how many. */
static size_t collect(whittle_updater *updater, const uint8_t *data, size_t size, size_t limit) {
    size_t count = limit - updater->held;
    count = count < size ? count : size;
    memcpy(updater->buffer + updater->held, data, count);
    updater->held = (uint16_t)(updater->held + count);
    return count;
}

/* Takes at least one of the bytes, and sets *used to how many. */
static int take(whittle_updater *updater, const uint8_t *data, size_t size, size_t *used) {
    int error = WHITTLE_OK;
    switch (updater->state) {
    case COLLECTING:
        *used = collect(updater, data, size, WHITTLE_HEADER_MAX);
        error = recognise(updater);
        break;
    case PATCH:
    case IMAGE:
        *used = collect(updater, data, size, piece_size(updater->device));
        break;
    case UNWANTED:
        *used = size;
        break;
    default:
        return WHITTLE_ERROR_STATE;
    }
    updater->received += (uint32_t)*used;
    if (!error && (updater->state == PATCH || updater->state == IMAGE)) {
        if (updater->received > updater->size) {
            return updater->state == PATCH ? WHITTLE_ERROR_TRAILING : WHITTLE_ERROR_TOO_LARGE;
        }
        error = write_pieces(updater);
    }
    return error;
}

int whittle_updater_start(whittle_updater *updater, const whittle_device *device) {
    whittle_record record;
    memset(updater, 0, sizeof *updater);
    int error = open_for_transfer(device, &record);
    if (!error) {
        updater->device = device;
        updater->state = COLLECTING;
    }
    return error;
}

int whittle_updater_resume(whittle_updater *updater, const whittle_device *device,
                           uint32_t *offset) {
    whittle_record record;
    const whittle_device_status *status = &record.status;
    *offset = 0;
    memset(updater, 0, sizeof *updater);
    int error = open_for_transfer(device, &record);
    if (error) {
        return error;
    }
    updater->device = device;
    updater->state = COLLECTING;
    updater->slot = whittle_other_slot(status);
    if (status->state == WHITTLE_STATE_PENDING) {
        updater->state = COMPLETE;
        updater->received = status->incoming_size;
    } else if (status->state == WHITTLE_STATE_RECEIVING) {
        bool patch = status->incoming == WHITTLE_INCOMING_PATCH;
        updater->size = patch ? status->incoming_size : device->slot_size;
        updater->state = patch ? PATCH : IMAGE;
        place_area(updater, &record);
        whittle_area_resume(&updater->area, device, true);
        updater->received = updater->area.position;
        if (updater->received == 0) {
            updater->state = COLLECTING;
        }
    }
    *offset = updater->received;
    return WHITTLE_OK;
}

int whittle_updater_write(whittle_updater *updater, const void *data, size_t size) {
    const uint8_t *bytes = data;
    while (size > 0 && !updater->error) {
        size_t used;
        int error = take(updater, bytes, size, &used);
        if (error) {
            return updater->device ? refuse(updater, error) : error;
        }
        bytes += used;
        size -= used;
    }
    return updater->error;
}

uint32_t whittle_updater_position(const whittle_updater *updater) {
    return updater->received;
}

/* Takes an image's digest, and the device's opinion of it. */
static int accept_image(const whittle_updater *updater, whittle_device_status *status) {
    const whittle_device *device = updater->device;
    whittle_slot_image *image = &status->images[updater->slot];
    uint32_t offset = device->slot_offset[updater->slot];
    *image = (whittle_slot_image){.size = updater->received};
    status->incoming_size = updater->received;
    int error = whittle_flash_digest(device, offset, image->size, image->digest);
    if (!error && device->check_image) {
        error = device->check_image(device->context, offset, image->size);
    }
    return error;
}

/* Judges what is received whole, and makes it pending. */
static int complete(whittle_updater *updater) {
    whittle_record record;
    whittle_header header;
    int error = whittle_record_open(&record, updater->device);
    if (!error && record.status.state != WHITTLE_STATE_RECEIVING) {
        error = WHITTLE_ERROR_STATE;
    }
    if (!error) {
        error = write_rest(updater);
    }
    if (!error) {
        error = updater->state == PATCH
                    ? whittle_admit_patch(updater->device, &record.status, &header)
                    : accept_image(updater, &record.status);
    }
    if (!error) {
        record.status.state = WHITTLE_STATE_PENDING;
        error = whittle_record_append(&record);
    }
    return error;
}

/* Judges a pending update, and tells of which kind it is. */
static int verify(const whittle_device *device, whittle_incoming *incoming) {
    whittle_record record;
    whittle_header header;
    int error = open_for_transfer(device, &record);
    if (!error && record.status.state != WHITTLE_STATE_PENDING) {
        error = WHITTLE_ERROR_STATE;
    }
    if (error) {
        return error;
    }
    *incoming = record.status.incoming;
    return *incoming == WHITTLE_INCOMING_PATCH
               ? whittle_admit_patch(device, &record.status, &header)
               : whittle_admit_received_image(device, &record.status);
}

static void announce(const whittle_device *device, whittle_incoming incoming) {
    say(device, incoming == WHITTLE_INCOMING_PATCH
                    ? "Differential Update Image detected. "
                      "Restart the device to apply the patch."
                    : "Full Update Image detected. "
                      "Restart the device to load the new firmware.");
}

static int finish_disabled(whittle_updater *updater) {
    say(updater->device, "Differential Update Image detected. This feature is disabled in the "
                         "build. Enable DIFF_UPDATE_ENABLED in the build to use it.");
    updater->error = WHITTLE_ERROR_DISABLED;
    return updater->error;
}

int whittle_updater_finish(whittle_updater *updater) {
    bool patch = updater->state == PATCH;
    whittle_incoming incoming = patch ? WHITTLE_INCOMING_PATCH : WHITTLE_INCOMING_IMAGE;
    int error = updater->error;
    if (error) {
        return error;
    }
    switch (updater->state) {
    case COLLECTING:
        return WHITTLE_ERROR_INCOMPLETE;
    case PATCH:
    case IMAGE:
        if (patch && updater->received < updater->size) {
            return WHITTLE_ERROR_INCOMPLETE;
        }
        error = complete(updater);
        break;
    case UNWANTED:
        return finish_disabled(updater);
    case COMPLETE:
        error = verify(updater->device, &incoming);
        break;
    default:
        return WHITTLE_ERROR_STATE;
    }
    if (error) {
        return refuse(updater, error);
    }
    announce(updater->device, incoming);
    updater->state = IDLE;
    return WHITTLE_OK;
}

int whittle_updater_verify(const whittle_device *device) {
    whittle_incoming incoming;
    return verify(device, &incoming);
}

int whittle_updater_slot(const whittle_device *device, uint8_t *slot) {
    whittle_device_status status;
    int error = whittle_device_read_status(device, &status);
    if (!error) {
        *slot = whittle_other_slot(&status);
    }
    return error;
}

int whittle_updater_abort(const whittle_device *device) {
    whittle_record record;
    int error = whittle_device_check(device);
    if (!error) {
        error = whittle_record_open(&record, device);
    }
    if (error || record.status.state == WHITTLE_STATE_READY ||
        record.status.state == WHITTLE_STATE_TRIAL) {
        return error;
    }
    whittle_record_give_up(&record, WHITTLE_OK);
    return whittle_record_append(&record);
}
