/* whittle keygen PREFIX: makes a pair of keys, PREFIX.pem and PREFIX.pub.pem. A key that is there
 * is never overwritten: the devices that trust it could not be updated any more. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../command.h"
#include "../common/json.h"
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/options.h"
#include "../common/output.h"
#include "../common/words.h"
#include "whittle/signed_patch.h"

enum { PRIVATE_MODE = 0600, PUBLIC_MODE = 0644 };

typedef struct generation {
    reporting report;
    char *private_path;
    char *public_path;
    whittle_private_key key;
} generation;

static char *with_suffix(const char *prefix, const char *suffix) {
    size_t size = strlen(prefix) + strlen(suffix) + 1;
    char *path = malloc(size);
    if (path) {
        (void)snprintf(path, size, "%s%s", prefix, suffix);
    }
    return path;
}

static int say_why(const char *path) {
    return errno == EEXIST ? message_failed(path, "it exists already (choose another prefix)")
                           : message_system(path, errno);
}

/* Creates a file that is not there yet. It has its permissions before it has any contents. */
static int create(const char *path, mode_t mode, const char *text) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return say_why(path);
    }
    int status = STATUS_DONE;
    if (!write_whole(descriptor, text, strlen(text)) || fsync(descriptor) != 0) {
        status = message_system(path, errno);
        (void)unlink(path);
    }
    (void)close(descriptor);
    return status;
}

static int write_public(const generation *work) {
    char pem[WHITTLE_KEY_PEM_MAX];
    int size = whittle_public_key_write(work->key.public_key, pem);
    return size > 0 ? create(work->public_path, PUBLIC_MODE, pem)
                    : message_failed(work->public_path, whittle_error_text(size));
}

static int write_private(const generation *work) {
    char pem[WHITTLE_KEY_PEM_MAX];
    int size = whittle_private_key_write(&work->key, pem);
    int status = size > 0 ? create(work->private_path, PRIVATE_MODE, pem)
                          : message_failed(work->private_path, whittle_error_text(size));
    explicit_bzero(pem, sizeof pem);
    return status;
}

/* Both files or none. */
static int write_keys(const generation *work) {
    int status = write_private(work);
    if (status != STATUS_DONE) {
        return status;
    }
    status = write_public(work);
    if (status != STATUS_DONE) {
        (void)unlink(work->private_path);
    }
    return status;
}

static void report(const generation *work) {
    uint8_t id[WHITTLE_KEY_ID_SIZE];
    char digits[WORDS_MAX];
    whittle_key_id(work->key.public_key, id);
    (void)hexadecimal(id, sizeof id, digits);
    if (work->report.json) {
        json out;
        json_start(&out, stdout);
        json_text(&out, "private_key", work->private_path);
        json_text(&out, "public_key", work->public_path);
        json_text(&out, "key_id", digits);
        json_finish(&out);
    } else if (!work->report.quiet) {
        (void)printf("%s: the private key: keep it secret, and keep a copy\n"
                     "%s: the public key, id %s\n",
                     work->private_path, work->public_path, digits);
    }
}

static int run(generation *work) {
    int error = whittle_private_key_generate(&work->key);
    if (error) {
        return message_failed(work->private_path,
                              error == WHITTLE_ERROR_IO
                                  ? "the system gives no random numbers (try again later)"
                                  : whittle_error_text(error));
    }
    int status = write_keys(work);
    if (status == STATUS_DONE) {
        report(work);
    }
    return status;
}

int command_keygen(const char *invocation, char **arguments) {
    generation work = {.private_path = NULL};
    const option known[] = {
        QUIET_OPTION(work.report),
        JSON_OPTION(work.report),
    };
    const syntax rules = {
        .operands = "PREFIX",
        .purpose =
            "Makes a pair of keys for signing patches: PREFIX.pem, the private one, and\n"
            "PREFIX.pub.pem, the public one, for devices. Both are files for openssl, too.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    work.private_path = with_suffix(found.names[0], ".pem");
    work.public_path = with_suffix(found.names[0], ".pub.pem");
    status =
        work.private_path && work.public_path ? run(&work) : message_system(found.names[0], ENOMEM);
    free(work.private_path);
    free(work.public_path);
    whittle_private_key_wipe(&work.key);
    return status;
}
