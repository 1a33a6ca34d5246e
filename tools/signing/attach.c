/* whittle attach PATCH SIGNATURE: for keys that are elsewhere, in an HSM or at a cloud service. */
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/options.h"
#include "signing.h"
#include "whittle/signed_patch.h"

static int attach(signing *work) {
    uint8_t key[WHITTLE_PUBLIC_KEY_SIZE];
    uint8_t signature[WHITTLE_SIGNATURE_SIZE];
    file der;
    int status = key_read_public(work->key_path, key);
    if (status == STATUS_DONE) {
        status = file_read(&der, work->signature_path);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    const file *content = &work->patch.content;
    int error = whittle_signature_from_der(der.data, der.size, signature);
    if (error == WHITTLE_ERROR_SIGNATURE) {
        status =
            message_failed(work->signature_path,
                           "this is no DER signature for P-256 (sign as openssl pkeyutl does)");
    } else if (error) {
        status = signing_tell(work->signature_path, error);
    } else {
        error = whittle_patch_attach(content->data, content->size, key, signature, &work->made.data,
                                     &work->made.size);
        status = error == WHITTLE_ERROR_SIGNATURE
                     ? message_failed(work->signature_path,
                                      "it is not a signature of this patch by this key (name the "
                                      "signer's, and sign the digest of this patch)")
                     : signing_tell(work->patch_path, error);
    }
    file_free(&der);
    return status;
}

int command_attach(const char *invocation, char **arguments) {
    signing work = {.out = {.descriptor = -1}};
    const option known[] = {
        {"key", "KEY", "the signer's public key, in a PEM file", read_text, &work.key_path},
        QUIET_OPTION(work.report),
        JSON_OPTION(work.report),
    };
    const syntax rules = {
        .operands = "PATCH SIGNATURE [SIGNED]",
        .purpose =
            "Attaches a signature that was made elsewhere, of what whittle digest printed: a\n"
            "file in DER, as openssl, HSMs and cloud services write it. Without SIGNED, the\n"
            "patch itself is replaced.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 2,
        .operand_max = 3,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    work.patch_path = found.names[0];
    work.signature_path = found.names[1];
    work.output_path = found.names[found.count == 3 ? 2 : 0];
    status = signing_require_key(&work, invocation);
    return status == STATUS_DONE ? signing_run(&work, attach) : status;
}
