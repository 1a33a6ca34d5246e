/* Opening, the power, and closing: what the commands of a device have in common. The power is cut
 * inside an operation, which is the worst moment of the three: what was in work is left torn. */
#include "session.h"

#include <errno.h>
#include <stdio.h>

#include "../common/message.h"

const char *read_operation(const char *text, void *place) {
    bool right = parse_decimal(text, 1, UINT32_MAX, place);
    return right ? NULL : "the number of an operation, from 1 to 4294967295";
}

bool device_session_has_power(const device_session *session) {
    return !session->posix.sim.cut_fired && !session->posix.write_error;
}

static void say(void *context, const char *text) {
    const device_session *session = context;
    if (device_session_has_power(session)) {
        (void)printf("%s\n", text);
        (void)fflush(stdout); /* before what goes to stderr; a failure stays in the stream */
    }
}

int device_session_open(device_session *session, const char *path, uint32_t cut_after) {
    *session = (device_session){.path = path, .cut_after = cut_after};
    int error = posix_device_open(&session->posix, path);
    if (error == WHITTLE_ERROR_IO) {
        return message_system(path, errno);
    }
    if (error == WHITTLE_ERROR_CORRUPT) {
        return message_failed(path, "this is no device in a file (make one: whittle device init)");
    }
    if (error) {
        return message_failed(path, whittle_error_text(error));
    }
    session->open = true;
    session->posix.device.context = session;
    session->posix.device.message = say;
    if (cut_after > 0) {
        sim_flash_cut(&session->posix.sim, cut_after, SIM_TORN);
    }
    return STATUS_DONE;
}

int device_session_tell(const device_session *session, const char *path, int error) {
    if (!error) {
        return STATUS_DONE;
    }
    return device_session_has_power(session) ? message_failed(path, whittle_error_text(error))
                                             : STATUS_FAILED;
}

int device_session_status(const device_session *session, whittle_device_status *status) {
    int error = whittle_device_read_status(&session->posix.device, status);
    return device_session_tell(session, session->path, error);
}

int device_session_end(device_session *session, int status) {
    if (!session->open) {
        return status;
    }
    session->open = false;
    bool cut = session->posix.sim.cut_fired;
    if (posix_device_close(&session->posix)) {
        return message_system(session->path, errno);
    }
    if (cut) {
        char text[128];
        (void)snprintf(text, sizeof text,
                       "the power was cut in flash operation %u (call again: the device goes on)",
                       session->cut_after);
        return message_failed(session->path, text);
    }
    return status;
}
