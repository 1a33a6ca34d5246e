/* whittle device COMMAND ...: a device in a flash image file, without hardware. A second table of
 * commands; each runs the very code that runs on devices. */
#include <stdio.h>
#include <string.h>

#include "device_session.h"
#include "message.h"

typedef struct device_command {
    const char *name;
    const char *invocation; /* as help writes it */
    const char *summary;    /* less than a line */
    command_function *run;
} device_command;

static const device_command commands[] = {
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
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        (void)printf("  %-10s%s\n", commands[i].name, commands[i].summary);
    }
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
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return commands[i].run(commands[i].invocation, arguments + 1);
        }
    }
    return message_usage(invocation, name, "there is no such command");
}
