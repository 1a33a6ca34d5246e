/* Reading key files. What a secret passed through is wiped. */
#include "keys.h"

#include <stdbool.h>
#include <string.h>

#include "files.h"
#include "message.h"
#include "passphrase.h"

/* What is wrong with a file that is no key of the wanted kind. The other half of a pair is the
 * likeliest mistake, and the text says which half it is. */
static int refuse(const file *pem, int error, const char *other_half, const char *remedy) {
    bool is_other_half =
        pem->size > 0 && memmem(pem->data, pem->size, other_half, strlen(other_half));
    return message_failed(pem->path, is_other_half ? remedy : whittle_error_text(error));
}

static int read_encrypted(const file *pem, const char *passphrase_path, whittle_private_key *key) {
    char passphrase[PASSPHRASE_MAX];
    int status = passphrase_path ? passphrase_read(passphrase_path, passphrase)
                                 : passphrase_ask(pem->path, passphrase);
    if (status == STATUS_DONE) {
        int error = whittle_private_key_read(pem->data, pem->size, passphrase, key);
        status = error ? message_failed(pem->path, whittle_error_text(error)) : STATUS_DONE;
    }
    passphrase_wipe(passphrase);
    return status;
}

int key_read_private(const char *path, const char *passphrase_path, whittle_private_key *key) {
    file pem;
    int status = file_read(&pem, path);
    if (status != STATUS_DONE) {
        return status;
    }
    int error = whittle_private_key_read(pem.data, pem.size, NULL, key);
    if (error == WHITTLE_ERROR_PASSPHRASE) {
        status = read_encrypted(&pem, passphrase_path, key);
    } else if (error) {
        status =
            refuse(&pem, error, "PUBLIC KEY", "this is a public key (sign with the private one)");
    }
    explicit_bzero(pem.data, pem.size);
    file_free(&pem);
    return status;
}

int key_read_public(const char *path, uint8_t public_key[WHITTLE_PUBLIC_KEY_SIZE]) {
    file pem;
    int status = file_read(&pem, path);
    if (status == STATUS_DONE) {
        int error = whittle_public_key_read(pem.data, pem.size, public_key);
        if (error) {
            status = refuse(&pem, error, "PRIVATE KEY",
                            "this is a private key (name the public one, and keep this one away)");
        }
        explicit_bzero(pem.data, pem.size);
        file_free(&pem);
    }
    return status;
}
