/* whittle device COMMAND ...: a device in a flash image file, without hardware. A second table of
 * commands; each runs the very code that runs on devices. */
#include <stdio.h>
#include <string.h>

#include "../common/message.h"
#include "session.h"

static const command commands[] = {
    {"init", "whittle device init", "make a device with its first firmware", command_device_init},
    {"ota", "whittle device ota", "receive a patch or an image, as the device does",
     command_device_ota},
    {"reboot", "whittle device reboot", "restart: apply what waits, start the firmware",
     command_device_reboot},
    {"status", "whittle device status", "show the boot record and the slots",
     command_device_status},
    {"read", "whittle device read", "read the active image", command_device_read},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int print_help(const char *invocation) {
    (void)printf("Usage: %s COMMAND [options] FLASH ...\n\n"
                 "A device in the flash image file FLASH: boot loader, boot record and two slots.\n"
                 "It runs the code that runs on devices, and its power can be cut.\n\n",
                 invocation);
    commands_list(commands, COMMAND_COUNT);
    (void)printf("\n%s COMMAND --help shows a command's options.\n", invocation);
    return STATUS_DONE;
}

int command_device(const char *invocation, char **arguments) {
    const char *name = *arguments;
    if (!name) {
        return message_usage(invocation, NULL, "a command is missing");
    }
    if (strcmp(name, "--help") == 0) {
        return print_help(invocation);
    }
    return commands_run(commands, COMMAND_COUNT, invocation, name, arguments + 1);
}
