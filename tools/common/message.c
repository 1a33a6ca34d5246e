/* Messages on stderr. Names of files and arguments are a user's, and may hold line ends or escape
 * sequences for the terminal: a message is one line of printable text all the same. */
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "whittle/error.h"

static const char *tool = "whittle";

void message_set_tool(const char *name) {
    tool = name;
}

const char *message_tool(void) {
    return tool;
}

static void put(const char *text) {
    for (; *text; text++) {
        unsigned char character = (unsigned char)*text;
        (void)putc(character < 0x20 || character == 0x7F ? '?' : character, stderr);
    }
}

static void put_line(const char *subject, const char *text) {
    flockfile(stderr);
    put(tool);
    put(": ");
    if (subject) {
        put(subject);
        put(": ");
    }
    put(text);
    (void)putc('\n', stderr);
    funlockfile(stderr);
}

int message_failed(const char *file, const char *text) {
    put_line(file, text);
    return STATUS_FAILED;
}

static const char *system_text(int number) {
    switch (number) {
    case ENOENT:
        return "there is no such file or folder (check the name)";
    case ENOTDIR:
        return "a part of the path is not a folder (check the name)";
    case EISDIR:
        return "it is a folder (name a file)";
    case ENAMETOOLONG:
        return "the name is too long (choose a shorter one)";
    case EACCES:
    case EPERM:
        return "permission denied (check its permissions and those of its folder)";
    case EROFS:
        return "the file system is read-only (choose another folder)";
    case ENOSPC:
    case EDQUOT:
        return "no space left (free some, or choose another folder)";
    case EFBIG:
        return "the file grew beyond a limit (raise it: ulimit -f)";
    case EPIPE:
        return "its reader went away before everything was written";
    case ENOMEM:
        return whittle_error_text(WHITTLE_ERROR_MEMORY);
    default:
        return strerror(number);
    }
}

int message_system(const char *file, int number) {
    return message_failed(file, system_text(number));
}

int message_usage(const char *invocation, const char *subject, const char *text) {
    char line[512];
    (void)snprintf(line, sizeof line, "%s (see %s --help)", text, invocation);
    put_line(subject, line);
    return STATUS_USAGE;
}
