/* A device in a file (ports/posix/posix_device.h) while a command works with it, and the commands
 * themselves: `whittle device init`, `ota` and so on, each a command_function.
 *
 * What the device says to its user goes to stdout, but nothing that it says without power.
 *
 * Functions that return an exit status have said on stderr what is wrong (message.h). */
#ifndef TOOLS_DEVICE_SESSION_H
#define TOOLS_DEVICE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "../command.h"
#include "../common/options.h"
#include "posix/posix_device.h"

command_function command_device_init;
command_function command_device_ota;
command_function command_device_reboot;
command_function command_device_status;
command_function command_device_read;

typedef struct device_session {
    posix_device posix;
    const char *path;
    bool open;
    uint32_t cut_after; /* the flash operation in which the power is cut; 0: it is not */
} device_session;

/* For --cut-after: a flash operation. The place is a uint32_t. */
option_reader read_operation;
#define CUT_AFTER_HELP "cut the power in the N-th flash operation of this call"

/* Opens the device and turns its power on. Pair with device_session_end. */
int device_session_open(device_session *session, const char *path, uint32_t cut_after);

/* False after the cut, and after a write that the file did not take: the device does nothing more,
 * says nothing more, and device_session_end tells why. */
bool device_session_has_power(const device_session *session);

/* Says what an error, if it is one, means for a file. Where there is no power it says nothing: the
 * error is what becomes of that. */
int device_session_tell(const device_session *session, const char *path, int error);

/* Reads the record. */
int device_session_status(const device_session *session, whittle_device_status *status);

/* Closes the device. Returns the status, or a failure of its own, the power cut among them. */
int device_session_end(device_session *session, int status);

#endif
