/* whittle device read FLASH OUT: the active image, if it is what the record says it is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/files.h"
#include "../common/message.h"
#include "../common/output.h"
#include "session.h"
#include "whittle/sha256.h"

static bool is_whole(const whittle_slot_image *image, const uint8_t *data) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    whittle_sha256 hash;
    whittle_sha256_start(&hash);
    whittle_sha256_update(&hash, data, image->size);
    whittle_sha256_finish(&hash, digest);
    return memcmp(digest, image->digest, sizeof image->digest) == 0;
}

static int read_image(const device_session *session, output *out) {
    const whittle_device *device = &session->posix.device;
    whittle_device_status record;
    int status = device_session_status(session, &record);
    if (status != STATUS_DONE) {
        return status;
    }
    const whittle_slot_image *image = &record.images[record.active];
    uint8_t *data = malloc(image->size);
    if (!data) {
        return message_system(session->path, ENOMEM);
    }
    int error = device->flash->read(device->flash->context, device->slot_offset[record.active],
                                    data, image->size);
    if (!error && !is_whole(image, data)) {
        error = WHITTLE_ERROR_DAMAGED;
    }
    status = error ? message_failed(session->path, whittle_error_text(error))
                   : output_save(out, data, image->size);
    free(data);
    return status;
}

int command_device_read(const char *invocation, char **arguments) {
    const syntax rules = {
        .operands = "FLASH OUT",
        .purpose = "Writes the image that the device in FLASH starts to OUT.\n",
        .operand_min = 2,
        .operand_max = 2,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    device_session session = {.open = false};
    output out = {.descriptor = -1};
    status = files_check(found.names, 1, found.names[1]);
    if (status == STATUS_DONE) {
        status = output_prepare(&out, found.names[1]);
    }
    if (status == STATUS_DONE) {
        status = device_session_open(&session, found.names[0], 0);
    }
    if (status == STATUS_DONE) {
        status = read_image(&session, &out);
    }
    output_discard(&out);
    return device_session_end(&session, status);
}
