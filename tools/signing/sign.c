/* whittle sign PATCH: signs a patch that exists already, by a key that is here. */
#include "../common/keys.h"
#include "../common/message.h"
#include "../common/options.h"
#include "signing.h"
#include "whittle/signed_patch.h"

static int sign(signing *work) {
    whittle_private_key key;
    int status = key_read_private(work->key_path, work->passphrase_path, &key);
    if (status == STATUS_DONE) {
        const file *content = &work->patch.content;
        status =
            signing_tell(work->patch_path, whittle_patch_sign(content->data, content->size, &key,
                                                              &work->made.data, &work->made.size));
    }
    whittle_private_key_wipe(&key);
    return status;
}

int command_sign(const char *invocation, char **arguments) {
    signing work = {.out = {.descriptor = -1}};
    const option known[] = {
        {"key", "KEY", "the private key, in a PEM file", read_text, &work.key_path},
        {"passphrase-file", "FILE", "its passphrase: the first line (default: ask for it)",
         read_text, &work.passphrase_path},
        QUIET_OPTION(work.report),
        JSON_OPTION(work.report),
    };
    const syntax rules = {
        .operands = "PATCH [SIGNED]",
        .purpose =
            "Signs a patch, in the place of a signature that it may have. Without SIGNED, the\n"
            "patch itself is replaced.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 2,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    work.patch_path = found.names[0];
    work.output_path = found.names[found.count - 1];
    status = signing_require_key(&work, invocation);
    return status == STATUS_DONE ? signing_run(&work, sign) : status;
}
