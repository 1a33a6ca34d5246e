/* Finding a command, and what both mains do before and after it. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"

void commands_list(const command *table, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        (void)printf("  %-10s%s\n", table[i].name, table[i].summary);
    }
}

int commands_run(const command *table, unsigned count, const char *invocation, const char *name,
                 char **arguments) {
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(name, table[i].name) == 0) {
            return table[i].run(table[i].invocation, arguments);
        }
    }
    return message_usage(invocation, name,
                         name[0] == '-' ? "there is no such option" : "there is no such command");
}

progress_mode reporting_progress(const reporting *how) {
    return how->quiet ? PROGRESS_NEVER : how->progress ? PROGRESS_ALWAYS : PROGRESS_AUTOMATIC;
}

/* Started with a standard stream closed, the first file opened would take its number, and messages
 * would be written into it. The streams opened instead fail at every use. */
static void occupy_standard_streams(void) {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) < 0) {
            (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

void command_start(const char *tool) {
    message_set_tool(tool);
    occupy_standard_streams();
    /* A reader that goes away, or a limit on the size of files, is an error of a write: it gets its
     * message, and the temporary file is removed. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
}

int command_finish(int status) {
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return message_system("standard output", errno);
    }
    return status;
}
