/* Asking for a passphrase, and reading one. */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "files.h"
#include "message.h"

void passphrase_wipe(char passphrase[PASSPHRASE_MAX]) {
    explicit_bzero(passphrase, PASSPHRASE_MAX);
}

int passphrase_read(const char *path, char passphrase[PASSPHRASE_MAX]) {
    file content;
    int status = file_read(&content, path);
    if (status != STATUS_DONE) {
        return status;
    }
    size_t size = 0;
    while (size < content.size && content.data[size] != '\n' && content.data[size] != '\r') {
        size++;
    }
    if (size < PASSPHRASE_MAX) {
        memcpy(passphrase, content.data, size);
        passphrase[size] = '\0';
    } else {
        status = message_failed(
            path, "its first line is too long for a passphrase (choose a shorter one)");
    }
    explicit_bzero(content.data, content.size);
    file_free(&content);
    return status;
}

static bool put(int terminal, const char *text) {
    size_t size = strlen(text);
    return write(terminal, text, size) == (ssize_t)size;
}

/* Reads a line: in this mode, a terminal gives at most one at a time. */
static bool read_line(int terminal, char *line) {
    size_t size = 0;
    while (size < PASSPHRASE_MAX - 1) {
        ssize_t got = read(terminal, line + size, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || line[size] == '\n') {
            line[size] = '\0';
            return got > 0 || size > 0;
        }
        size++;
    }
    return false;
}

/* Signals are off as well: one that ended the program here would leave a terminal without echo.
 * What was typed ahead counts. */
static bool ask(int terminal, const char *key_path, char *passphrase) {
    struct termios before;
    if (tcgetattr(terminal, &before) != 0) {
        return false;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ISIG);
    silent.c_lflag |= ICANON;
    bool done = tcsetattr(terminal, TCSADRAIN, &silent) == 0 && put(terminal, "Passphrase of ") &&
                put(terminal, key_path) && put(terminal, ": ") && read_line(terminal, passphrase);
    (void)put(terminal, "\n");
    return tcsetattr(terminal, TCSADRAIN, &before) == 0 && done;
}

int passphrase_ask(const char *key_path, char passphrase[PASSPHRASE_MAX]) {
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        return message_failed(key_path, "the key is encrypted, and there is no terminal to ask for "
                                        "its passphrase (use --passphrase-file)");
    }
    bool done = ask(terminal, key_path, passphrase);
    (void)close(terminal);
    return done ? STATUS_DONE
                : message_failed(
                      key_path,
                      "no passphrase was given (type it, or name a file: --passphrase-file)");
}
