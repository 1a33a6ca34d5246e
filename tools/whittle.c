/* whittle COMMAND ...: a table of commands. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"
#include "version.h"

static const command commands[] = {
    {"diff", "whittle diff", "make a patch from an old image to a new one", command_diff},
    {"apply", "whittle apply", "rebuild the new image from the old one and a patch", command_apply},
    {"info", "whittle info", "show what a patch says about itself", command_info},
    {"report", "whittle report", "show where the bytes of a patch go, and why", command_report},
    {"verify", "whittle verify", "check a patch without writing anything", command_verify},
    {"keygen", "whittle keygen", "make a pair of keys for signing", command_keygen},
    {"sign", "whittle sign", "sign a patch", command_sign},
    {"digest", "whittle digest", "print what to sign, for a key that is elsewhere", command_digest},
    {"attach", "whittle attach", "attach a signature that was made elsewhere", command_attach},
    {"batch", "whittle batch", "make patches from many old images to a new one", command_batch},
    {"device", "whittle device", "a device in a file, to try updates without hardware",
     command_device},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(void) {
    (void)printf("Usage: whittle COMMAND [options] ...\n\n"
                 "Differential firmware updates for microcontrollers.\n\n");
    commands_list(commands, COMMAND_COUNT);
    (void)printf("\nwhittle COMMAND --help shows a command's options.\n");
}

/* whittle help COMMAND is whittle COMMAND --help; of what follows nothing is done. */
static int help(const char *name) {
    char *wanted[] = {"--help", NULL};
    if (name) {
        return commands_run(commands, COMMAND_COUNT, "whittle", name, wanted);
    }
    print_help();
    return STATUS_DONE;
}

static int run(char **arguments) {
    const char *first = *arguments;
    if (!first) {
        return message_usage("whittle", NULL, "a command is missing");
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "help") == 0) {
        return help(arguments[1]);
    }
    if (strcmp(first, "--version") == 0) {
        (void)printf("whittle %s\n", WHITTLE_VERSION);
        return STATUS_DONE;
    }
    return commands_run(commands, COMMAND_COUNT, "whittle", first, arguments + 1);
}

int main(int argc, char **argv) {
    command_start("whittle");
    return command_finish(run(argc > 0 ? argv + 1 : argv));
}
