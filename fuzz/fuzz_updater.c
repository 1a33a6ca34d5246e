/* A whole device: what arrives is chopped, garbled and mixed, the power fails, the device restarts.
 *
 * The input is an attacker's script: the kind of device, a count of commands, the commands, two
 * bytes each, and behind them a file to send, which is mutated as a patch. Whatever the script
 * does, the device starts an image that is whole, a trusting one only what its key has signed, and
 * no rule of the flash is broken. */
#include <string.h>

#include "fuzz/support/fuzz.h"
#include "fuzz/support/fuzz_device.h"

enum { COMMANDS_MAX = 32, PREFIX_SIZE = 2, COMMAND_SIZE = 2 };

enum {
    SEND,      /* that many bytes and one */
    SEND_MANY, /* sixteen times as many */
    SEND_REST, /* all that is left */
    SKIP,      /* leaves bytes out */
    CHOOSE, /* another file to send: the input's, the patch, the self-contained patch, an image */
    START,
    RESUME, /* and goes on in the file from there */
    FINISH,
    VERIFY,
    ABORT,
    CONFIRM,
    CUT_BEFORE, /* the power, at one of the next operations */
    CUT_INSIDE,
    CUT_AFTER,
    RESTART,
    RESEND, /* a transfer from the start to the end */
    COMMAND_COUNT,
};

typedef struct attack {
    fuzz_device *device;
    whittle_updater updater;
    image file; /* the input's */
    const uint8_t *sent;
    size_t size;
    size_t position;
    bool edited;  /* what is sent may be parts of several files */
    bool resumed; /* and a transfer may have gone on with another one than it began with */
} attack;

static void send(attack *work, size_t size) {
    size_t left = work->size - work->position;
    size = size < left ? size : left;
    (void)whittle_updater_write(&work->updater, work->sent + work->position, size);
    work->position += size;
}

static void choose(attack *work, unsigned which) {
    const device_rig *rig = &work->device->rig;
    const rig_bytes own = {work->file.data, (uint32_t)work->file.size};
    const rig_bytes files[] = {own, rig->patch, work->device->full, rig->new_image};
    work->sent = files[which % 4].data;
    work->size = files[which % 4].size;
    work->position = 0;
    work->edited = true;
}

/* A caller vouches that it resumes with the same file. Where it does not, the flash may be asked to
 * hold what it cannot, and says so. */
static void require_rules_kept(attack *work) {
    sim_flash *sim = &work->device->rig.sim;
    if (work->edited && work->resumed && sim->violation && strstr(sim->violation, "not erased")) {
        sim->violation = NULL;
    }
    fuzz_device_require_rules_kept(work->device);
}

static void resume(attack *work) {
    uint32_t offset;
    if (whittle_updater_resume(&work->updater, &work->device->rig.device, &offset) == WHITTLE_OK) {
        FUZZ_REQUIRE(offset <= work->device->rig.device.slot_size);
        work->position = offset < work->size ? offset : work->size;
        work->resumed = true;
    }
}

static void start(attack *work) {
    work->position = 0;
    (void)whittle_updater_start(&work->updater, &work->device->rig.device);
}

/* The old firmware or a newer one always starts, once the power is back. */
static void restart(attack *work) {
    sim_flash *sim = &work->device->rig.sim;
    (void)fuzz_device_boot(work->device);
    sim_flash_power_on(sim);
    work->updater = (whittle_updater){0}; /* a restart leaves nothing of it */
}

static void obey(attack *work, unsigned command, uint8_t argument) {
    const whittle_device *device = &work->device->rig.device;
    switch (command) {
    case SEND:
        send(work, argument + 1u);
        break;
    case SEND_MANY:
        send(work, 16 * (argument + 1u));
        break;
    case SEND_REST:
        send(work, work->size);
        break;
    case SKIP:
        work->position += argument < work->size - work->position ? argument : 0u;
        work->edited = true;
        break;
    case CHOOSE:
        choose(work, argument);
        break;
    case START:
        start(work);
        break;
    case RESUME:
        resume(work);
        break;
    case FINISH:
        work->edited |= work->position < work->size; /* it has become a shorter file */
        (void)whittle_updater_finish(&work->updater);
        break;
    case VERIFY:
        (void)whittle_updater_verify(device);
        break;
    case ABORT:
        (void)whittle_updater_abort(device);
        break;
    case CONFIRM:
        (void)whittle_device_confirm(device);
        break;
    case CUT_BEFORE:
    case CUT_INSIDE:
    case CUT_AFTER:
        sim_flash_cut(&work->device->rig.sim, argument + 1u, command - CUT_BEFORE);
        break;
    case RESTART:
        restart(work);
        break;
    default:
        start(work);
        send(work, work->size);
        (void)whittle_updater_finish(&work->updater);
        break;
    }
    require_rules_kept(work);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = {data, size};
    attack work = {.device = fuzz_device_reset(fuzz_byte(&input) % FUZZ_DEVICE_COUNT)};
    size_t count = fuzz_byte(&input) % (COMMANDS_MAX + 1);
    image commands = fuzz_bytes(&input, count * COMMAND_SIZE);
    work.file = fuzz_rest(&input);
    choose(&work, 0);
    work.edited = false;
    for (size_t i = 0; i + 1 < commands.size; i += COMMAND_SIZE) {
        obey(&work, commands.data[i] % COMMAND_COUNT, commands.data[i + 1]);
    }
    restart(&work);
    FUZZ_REQUIRE(fuzz_device_boot(work.device) == WHITTLE_OK);
    image_free(&commands);
    image_free(&work.file);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed) {
    size_t count = size > 1 ? data[1] % (COMMANDS_MAX + 1) : 0;
    return fuzz_mutate_behind(data, size, room, seed, PREFIX_SIZE + count * COMMAND_SIZE,
                              fuzz_mutate_patch);
}
