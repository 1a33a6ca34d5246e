/* whittle digest PATCH: what is to be signed, for keys that are elsewhere. */
#include <stdio.h>

#include "../command.h"
#include "../common/files.h"
#include "../common/message.h"
#include "../common/options.h"
#include "../common/output.h"
#include "../common/words.h"
#include "../patch/patches.h"
#include "signing.h"
#include "whittle/signed_patch.h"

/* Writes the digest to a file, or prints it where output_path is NULL. */
static int give(const patch *read, output *out, const char *output_path) {
    uint8_t digest[WHITTLE_SHA256_SIZE];
    char digits[WORDS_MAX];
    const file *content = &read->content;
    int error = whittle_patch_signing_digest(content->data, content->size, digest);
    if (error) {
        return signing_tell(content->path, error);
    }
    if (output_path) {
        return output_save(out, digest, sizeof digest);
    }
    (void)printf("%s\n", hexadecimal(digest, sizeof digest, digits));
    return STATUS_DONE;
}

static int run(const char *patch_path, const char *output_path) {
    patch read = {.format = FORMAT_WHITTLE};
    output out = {.descriptor = -1};
    int status = files_check(&patch_path, 1, output_path);
    if (status == STATUS_DONE && output_path) {
        status = output_prepare(&out, output_path);
    }
    if (status == STATUS_DONE) {
        status = signing_read_patch(&read, patch_path);
    }
    if (status == STATUS_DONE) {
        status = give(&read, &out, output_path);
    }
    output_discard(&out);
    patch_free(&read);
    return status;
}

int command_digest(const char *invocation, char **arguments) {
    const char *output_path = NULL;
    const option known[] = {
        {"output", "FILE", "write the 32 bytes to a file instead", read_text, &output_path},
    };
    const syntax rules = {
        .operands = "PATCH",
        .purpose =
            "Prints what a signer has to sign: a SHA-256 digest, of the patch as it will be\n"
            "when it is signed. Sign it with ECDSA on P-256, then use whittle attach.\n",
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
    return run(found.names[0], output_path);
}
