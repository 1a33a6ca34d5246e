/* Applying a stored patch: old image and patch are read from flash, the new image goes to the start
 * of the slot at whose end the patch lies.
 *
 * The decoder is deterministic, so after a power failure it runs again from the start, and what it
 * makes of the part that is already written is dropped (area.h tells how much that is). Nothing of
 * the patch or of the old image is touched, whatever happens.
 *
 * RAM: the decoder's memory, as much as the patch's header says, and behind it one program page in
 * which the new image's bytes are collected.
 */
#include "device/patching.h"

#include <string.h>

#include "device/access.h"
#include "device/admission.h"
#include "device/area.h"
#include "whittle/decoder.h"

enum { FEED_SIZE = 64 }; /* bytes of the patch read at a time */

typedef struct patching {
    uint32_t source_offset; /* of the old image, in the flash */
    whittle_area area;
    uint8_t *page; /* bytes that follow area.position, not programmed yet */
    uint32_t held; /* how many */
    whittle_header header;
} patching;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const patching *work = context;
    return whittle_flash_read(work->area.device, work->source_offset + offset, data, size);
}

/* Programs what the page holds. */
static int flush(patching *work) {
    const whittle_device *device = work->area.device;
    uint32_t done = work->area.position + work->held;
    int error = whittle_area_write(&work->area, work->page, work->held);
    work->held = 0;
    if (!error && device->progress) {
        device->progress(device->context, done, work->header.target_size);
    }
    return error;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    patching *work = context;
    uint32_t page_size = work->area.device->flash->geometry.program_page;
    int error = WHITTLE_OK;
    /* A few bytes of patch may make a long part of an image, so it is the image that counts. */
    whittle_feed_watchdog(work->area.device);
    for (size_t i = 0; i < size && !error; i++) {
        if (offset + i >= work->area.position) { /* else it is there since before a restart */
            work->page[work->held++] = data[i];
            error = work->held == page_size ? flush(work) : WHITTLE_OK;
        }
    }
    return error;
}

/* Runs the stored patch through the decoder, to the last byte of the new image. */
static int decode(patching *work, uint32_t patch_offset, void *memory) {
    const whittle_decoder_io io = {
        .context = work, .read_source = read_source, .write_target = write_target};
    whittle_decoder *decoder;
    uint8_t piece[FEED_SIZE];
    uint32_t left = work->header.total_size;
    int error = whittle_decoder_init(memory, work->header.ram, &io, &decoder);
    while (!error && left) {
        uint32_t count = left < sizeof piece ? left : (uint32_t)sizeof piece;
        error = whittle_flash_read(work->area.device, patch_offset, piece, count);
        if (!error) {
            error = whittle_decoder_feed(decoder, piece, count);
        }
        patch_offset += count;
        left -= count;
    }
    if (!error) {
        error = whittle_decoder_finish(decoder);
    }
    return error || work->held == 0 ? error : flush(work);
}

/* The record says APPLYING, and how far it has come, before the first erase. */
static int enter_applying(whittle_record *record, whittle_area *area) {
    if (record->status.state == WHITTLE_STATE_APPLYING) {
        whittle_area_resume(area, record);
    }
    record->status.state = WHITTLE_STATE_APPLYING;
    return whittle_area_settle(area, record);
}

static int apply(whittle_record *record, void *memory) {
    const whittle_device *device = record->device;
    uint32_t active = record->status.active;
    uint32_t slot = whittle_other_slot(record);
    patching work;
    const whittle_header *header = &work.header;
    int error = whittle_admit_received(record, &work.header);
    if (!error && (header->flags & WHITTLE_FLAG_SOURCE)) {
        error = whittle_verify_slot(record, active);
    }
    if (error) {
        return error;
    }
    work.source_offset = device->slot_offset[active];
    work.page = (uint8_t *)memory + header->ram;
    work.held = 0;
    whittle_area_begin(&work.area, device, device->slot_offset[slot], header->target_size);
    error = enter_applying(record, &work.area);
    if (!error) {
        error = decode(&work, whittle_patch_offset(device, slot, header->total_size), memory);
    }
    if (!error) {
        /* From flash once more, and from the beginning: a fault that was forced upon the first
         * admission must be forced again, here, before the image can become the active one. */
        error = whittle_admit_received(record, &work.header);
    }
    if (error) {
        return error;
    }
    whittle_slot_image *image = &record->status.images[slot];
    image->size = header->target_size;
    image->patch_size = header->total_size;
    image->security_counter = header->security_counter;
    memcpy(image->digest, header->target_digest, sizeof image->digest);
    error = whittle_verify_slot(record, slot);
    return error == WHITTLE_ERROR_DAMAGED ? WHITTLE_ERROR_TARGET : error;
}

const whittle_patcher whittle_boot_patcher = {apply};
