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
    const whittle_device *device;
    uint32_t source_offset; /* of the old image, in the flash */
    uint32_t target_size;
    whittle_area area;
    uint8_t *page; /* bytes that follow area.position, not programmed yet */
    uint32_t held; /* how many */
} patching;

static int read_source(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const patching *work = context;
    return whittle_flash_read(work->device, work->source_offset + offset, data, size);
}

static int read_target(void *context, uint32_t offset, uint8_t *data, size_t size) {
    const patching *work = context;
    uint32_t programmed = offset < work->area.position ? work->area.position - offset : 0;
    if (programmed > size) {
        programmed = (uint32_t)size;
    }
    if (programmed) {
        int error = whittle_flash_read(work->device, work->area.offset + offset, data, programmed);
        if (error) {
            return error;
        }
    }
    if (programmed < size) {
        memcpy(data + programmed, work->page + (offset + programmed - work->area.position),
               size - programmed);
    }
    return WHITTLE_OK;
}

/* Programs what the page holds, filled up to whole program units. */
static int flush(patching *work) {
    const whittle_flash_geometry *geometry = &work->device->flash->geometry;
    uint32_t size = whittle_round_up(work->held, geometry->program_unit);
    memset(work->page + work->held, geometry->erased_value, size - work->held);
    work->held = 0;
    int error = whittle_area_write(&work->area, work->device, work->page, size);
    if (!error && work->device->progress) {
        uint32_t done = work->area.position;
        work->device->progress(work->device->context,
                               done < work->target_size ? done : work->target_size,
                               work->target_size);
    }
    return error;
}

static int write_target(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    patching *work = context;
    uint32_t page_size = work->device->flash->geometry.program_page;
    if (offset < work->area.position) { /* there already, since before a restart */
        uint32_t known = work->area.position - offset;
        if (known >= size) {
            return WHITTLE_OK;
        }
        data += known;
        size -= known;
    }
    while (size) {
        size_t count = page_size - work->held;
        count = count < size ? count : size;
        memcpy(work->page + work->held, data, count);
        work->held += (uint32_t)count;
        data += count;
        size -= count;
        if (work->held == page_size) {
            int error = flush(work);
            if (error) {
                return error;
            }
        }
    }
    return WHITTLE_OK;
}

/* Runs the stored patch through the decoder. */
static int decode(patching *work, uint32_t patch_offset, const whittle_header *header,
                  void *memory) {
    const whittle_decoder_io io = {.context = work,
                                   .read_source = read_source,
                                   .read_target = read_target,
                                   .write_target = write_target};
    whittle_decoder *decoder;
    int error = whittle_decoder_init(memory, header->ram, &io, &decoder);
    for (uint32_t fed = 0; !error && fed < header->total_size; fed += FEED_SIZE) {
        uint8_t piece[FEED_SIZE];
        uint32_t left = header->total_size - fed;
        uint32_t count = left < sizeof piece ? left : (uint32_t)sizeof piece;
        error = whittle_flash_read(work->device, patch_offset + fed, piece, count);
        if (!error) {
            error = whittle_decoder_feed(decoder, piece, count);
        }
        whittle_feed_watchdog(work->device);
    }
    if (!error) {
        error = whittle_decoder_finish(decoder);
    }
    if (!error && work->held) {
        error = flush(work);
    }
    return error;
}

/* The record says APPLYING before the first erase; where it says so already, the work goes on. */
static int enter_applying(whittle_record *record, whittle_area *area, uint32_t offset,
                          uint32_t target_size) {
    const whittle_device *device = record->device;
    uint32_t size = whittle_round_up(target_size, device->flash->geometry.erase_unit);
    bool resumed = record->status.state == WHITTLE_STATE_APPLYING;
    if (!resumed) {
        record->status.state = WHITTLE_STATE_APPLYING;
        int error = whittle_record_append_fresh(record);
        if (error) {
            return error;
        }
    }
    whittle_area_begin(area, device, offset, size, record->sector);
    if (resumed) {
        whittle_area_resume(area, device, false);
    }
    return WHITTLE_OK;
}

static int apply(whittle_record *record, void *memory) {
    const whittle_device *device = record->device;
    whittle_device_status *status = &record->status;
    uint8_t slot = whittle_other_slot(status);
    whittle_slot_image *image = &status->images[slot];
    whittle_header header;
    int error = whittle_admit_patch(device, status, &header);
    if (!error && (header.flags & WHITTLE_FLAG_SOURCE)) {
        error = whittle_verify_slot(device, status, status->active);
    }
    patching work = {.device = device,
                     .source_offset = device->slot_offset[status->active],
                     .target_size = header.target_size,
                     .page = (uint8_t *)memory + header.ram};
    if (!error) {
        error = enter_applying(record, &work.area, device->slot_offset[slot], header.target_size);
    }
    if (!error) {
        error =
            decode(&work, whittle_patch_offset(device, slot, header.total_size), &header, memory);
    }
    if (error) {
        return error;
    }
    *image = (whittle_slot_image){.size = header.target_size,
                                  .patch_size = header.total_size,
                                  .security_counter = header.security_counter};
    memcpy(image->digest, header.target_digest, sizeof image->digest);
    error = whittle_verify_slot(device, status, slot);
    return error == WHITTLE_ERROR_DAMAGED ? WHITTLE_ERROR_TARGET : error;
}

const whittle_patcher whittle_boot_patcher = {apply};
