/* The options of `batch`. */
#include <string.h>

#include "../common/message.h"
#include "batch.h"

enum { SHARD_MAX = 1000000 };

/* The number before a slash, in a buffer of its own. */
static bool parse_index(const char *text, size_t size, uint32_t *index) {
    char digits[16];
    if (size >= sizeof digits) {
        return false;
    }
    memcpy(digits, text, size);
    digits[size] = '\0';
    return parse_decimal(digits, 1, SHARD_MAX, index);
}

static const char *read_shard(const char *text, void *place) {
    batch_shard *shard = place;
    const char *slash = strchr(text, '/');
    bool right = slash && parse_decimal(slash + 1, 1, SHARD_MAX, &shard->count) &&
                 parse_index(text, (size_t)(slash - text), &shard->index) &&
                 shard->index <= shard->count;
    return right ? NULL : "the I-th of N shards, as 2/8";
}

/* Merging needs neither images nor any other option but those of the result. */
static int check(const batch *work, const char *invocation, const operands *found) {
    if (work->merge) {
        return found->count == 1
                   ? STATUS_DONE
                   : message_usage(invocation, "--merge", "one operand is wanted: OUT");
    }
    if (found->count < 3) {
        return message_usage(invocation, NULL, "operands are missing: OLDS NEW OUT");
    }
    return patch_options_check(&work->settings, invocation);
}

bool batch_options_parse(const char *invocation, char **arguments, batch *work, int *status) {
    const option own[] = {
        {"match", "PATTERN", "only old images whose names match, as '*.bin'", read_text,
         &work->match},
        {"jobs", "N", "processes at a time (default: one per processor)", read_jobs, &work->jobs},
        {"shard", "I/N", "do only the I-th of N parts of the work", read_shard, &work->shard},
        {"merge", NULL, "only join the manifests of all shards in OUT", NULL, &work->merge},
        QUIET_OPTION(work->report),
        PROGRESS_OPTION(work->report),
        JSON_OPTION(work->report),
    };
    option known[PATCH_OPTION_COUNT + sizeof own / sizeof *own];
    patch_options_list(&work->settings, known);
    memcpy(known + PATCH_OPTION_COUNT, own, sizeof own);
    const syntax rules = {
        .operands = "OLDS NEW OUT",
        .purpose =
            "Makes patches from all images in the folder OLDS to NEW, in the folder OUT, with\n"
            "a manifest. Called again, it goes on. With --merge, OUT is the only operand.\n",
        .options = known,
        .option_count = sizeof known / sizeof *known,
        .operand_min = 1,
        .operand_max = 3,
    };
    operands found;
    if (!options_parse(&rules, invocation, arguments, &found, status)) {
        return false;
    }
    *status = check(work, invocation, &found);
    work->olds = found.names[0];
    work->new_path = found.names[1];
    work->out = found.names[work->merge ? 0 : 2];
    return *status == STATUS_DONE;
}
