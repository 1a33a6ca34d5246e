/* whittle device status FLASH: the boot record and the slots, in words or as JSON. */
#include <stdio.h>

#include "../common/json.h"
#include "../common/message.h"
#include "../common/words.h"
#include "session.h"
#include "whittle/signed_patch.h"

/* What the device tells of itself. */
typedef struct telling {
    device_session *session;
    whittle_device_status record;
    char versions[WHITTLE_SLOT_COUNT][WHITTLE_FIRMWARE_VERSION_MAX + 1];
    char key_id[WORDS_MAX]; /* empty: updates need no signature */
} telling;

static const char *state_name(uint8_t state) {
    switch ((whittle_device_state)state) {
    case WHITTLE_STATE_READY:
        return "ready";
    case WHITTLE_STATE_RECEIVING:
        return "receiving";
    case WHITTLE_STATE_PENDING:
        return "pending";
    case WHITTLE_STATE_APPLYING:
        return "applying";
    case WHITTLE_STATE_TRIAL:
        return "trial";
    }
    return "unknown";
}

static const char *incoming_name(uint8_t incoming) {
    return incoming == WHITTLE_INCOMING_PATCH   ? "patch"
           : incoming == WHITTLE_INCOMING_IMAGE ? "image"
                                                : NULL;
}

static int gather(telling *told) {
    posix_device *posix = &told->session->posix;
    int status = device_session_status(told->session, &told->record);
    for (uint8_t slot = 0; slot < WHITTLE_SLOT_COUNT && status == STATUS_DONE; slot++) {
        int error = posix_device_firmware_version(posix, slot, told->versions[slot]);
        status = device_session_tell(told->session, told->session->path, error);
    }
    if (posix->device.trust) {
        uint8_t id[WHITTLE_KEY_ID_SIZE];
        whittle_key_id(posix->public_keys[0], id);
        (void)hexadecimal(id, sizeof id, told->key_id);
    }
    return status;
}

/* ---- For the eye ---- */

static void print_slot(const telling *told, unsigned slot) {
    const whittle_slot_image *image = &told->record.images[slot];
    char size[WORDS_MAX];
    char digest[WORDS_MAX];
    if (image->size == 0) {
        (void)printf("slot %u            no image\n", slot);
        return;
    }
    (void)printf("slot %u            %s, SHA-256 begins %s", slot,
                 bytes_in_words(image->size, size),
                 hexadecimal(image->digest, sizeof image->digest, digest));
    if (*told->versions[slot]) {
        (void)printf(", version %s", told->versions[slot]);
    }
    (void)printf("\n");
}

static void print_words(const telling *told) {
    const whittle_device_status *record = &told->record;
    const whittle_device *device = &told->session->posix.device;
    const char *incoming = incoming_name(record->incoming);
    char size[WORDS_MAX];
    (void)printf("geometry          %s, two slots of %s\n", told->session->posix.kind->name,
                 size_in_words(device->slot_size, size));
    (void)printf("state             %s\n", state_name(record->state));
    (void)printf("active            slot %u\n", (unsigned)record->active);
    print_slot(told, 0);
    print_slot(told, 1);
    (void)printf("incoming          %s\n", incoming ? incoming : "none");
    if (record->state == WHITTLE_STATE_TRIAL) {
        (void)printf("starts left       %u\n", (unsigned)record->starts_left);
    }
    (void)printf("security counter  %u\n", record->security_counter);
    (void)printf("hardware          %u\n", device->hardware);
    (void)printf("signed by         %s\n", *told->key_id ? told->key_id : "anyone or no one");
    (void)printf("last error        %s\n",
                 record->last_error ? whittle_error_text(record->last_error) : "none");
}

/* ---- For programs ---- */

static void write_slots(json *out, const telling *told) {
    char digest[WORDS_MAX];
    json_array_start(out, "slots");
    for (unsigned slot = 0; slot < WHITTLE_SLOT_COUNT; slot++) {
        const whittle_slot_image *image = &told->record.images[slot];
        bool empty = image->size == 0;
        const char *version = told->versions[slot];
        json_object_start(out, NULL);
        json_number(out, "size", image->size);
        json_text(out, "sha256_begins",
                  empty ? NULL : hexadecimal(image->digest, sizeof image->digest, digest));
        json_text(out, "fw_version", *version ? version : NULL);
        json_number(out, "patch_size", image->patch_size);
        json_number(out, "security_counter", image->security_counter);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_json(const telling *told) {
    const whittle_device_status *record = &told->record;
    const whittle_device *device = &told->session->posix.device;
    json out;
    json_start(&out, stdout);
    json_text(&out, "file", told->session->path);
    json_text(&out, "geometry", told->session->posix.kind->name);
    json_number(&out, "slot_size", device->slot_size);
    json_text(&out, "state", state_name(record->state));
    json_number(&out, "active", record->active);
    write_slots(&out, told);
    json_text(&out, "incoming", incoming_name(record->incoming));
    json_number(&out, "starts_left", record->starts_left);
    json_number(&out, "security_counter", record->security_counter);
    json_number(&out, "hardware", device->hardware);
    json_text(&out, "key_id", *told->key_id ? told->key_id : NULL);
    json_text(&out, "last_error",
              record->last_error ? whittle_error_text(record->last_error) : NULL);
    json_number(&out, "sequence", record->sequence);
    json_finish(&out);
}

int command_device_status(const char *invocation, char **arguments) {
    bool as_json = false;
    const option known[] = {{"json", NULL, "the status as JSON", NULL, &as_json}};
    const syntax rules = {
        .operands = "FLASH",
        .purpose = "Shows what the device in FLASH knows: its record, its slots, what arrives.\n",
        .options = known,
        .option_count = 1,
        .operand_min = 1,
        .operand_max = 1,
    };
    operands found;
    int status;
    if (!options_parse(&rules, invocation, arguments, &found, &status)) {
        return status;
    }
    device_session session;
    status = device_session_open(&session, found.names[0], 0);
    telling told = {.session = &session};
    if (status == STATUS_DONE) {
        status = gather(&told);
    }
    if (status == STATUS_DONE) {
        (as_json ? write_json : print_words)(&told);
    }
    return device_session_end(&session, status);
}
