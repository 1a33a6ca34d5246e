/* The module pycom: firmware updates over the air, for MicroPython.
 *
 * The functions of the reference, ota_start to diff_update_enabled, keep their names, their
 * behaviour and their messages; the others are additions. Each failure raises OSError with two
 * arguments: the library's error number, and a text that says what is wrong and what to do.
 *
 * The module knows a board only through pycom_port.h.
 */
#include <string.h>

#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "pycom_port.h"
#include "whittle/updater.h"

#ifndef DIFF_UPDATE_ENABLED
#define DIFF_UPDATE_ENABLED 1
#endif

static whittle_device device;
static whittle_updater updater; /* zeros: nothing has begun */

static void print_message(void *context, const char *text) {
    (void)context;
    mp_printf(&mp_plat_print, "%s\n", text);
}

static const whittle_device *get_device(void) {
    if (!device.flash) {
        pycom_port_describe_device(&device);
        device.message = print_message;
        device.patches_enabled = DIFF_UPDATE_ENABLED;
        if (!device.error_text) {
            device.error_text = whittle_error_text;
        }
    }
    return &device;
}

static mp_obj_t text_of(const char *text) {
    return mp_obj_new_str(text, strlen(text));
}

/* Raises OSError(number, text) unless error is 0. */
static void check(int error) {
    if (error) {
        mp_obj_t arguments[] = {mp_obj_new_int(error), text_of(get_device()->error_text(error))};
        nlr_raise(mp_obj_new_exception_args(&mp_type_OSError, 2, arguments));
    }
}

/* ---- The functions of the reference ---- */

static mp_obj_t ota_start(void) {
    check(whittle_updater_start(&updater, get_device()));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_start_object, ota_start);

static mp_obj_t ota_write(mp_obj_t data) {
    mp_buffer_info_t buffer;

    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    check(whittle_updater_write(&updater, buffer.buf, buffer.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ota_write_object, ota_write);

static mp_obj_t ota_finish(void) {
    int error = whittle_updater_finish(&updater);
    /* The reference tells this by its message alone. */
    if (error != WHITTLE_ERROR_DISABLED) {
        check(error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_finish_object, ota_finish);

static mp_obj_t ota_verify(void) {
    check(whittle_updater_verify(get_device()));
    return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_verify_object, ota_verify);

static mp_obj_t ota_slot(void) {
    uint8_t slot;

    check(whittle_updater_slot(get_device(), &slot));
    return MP_OBJ_NEW_SMALL_INT(slot);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_slot_object, ota_slot);

static mp_obj_t diff_update_enabled(void) {
    return mp_obj_new_bool(get_device()->patches_enabled);
}
static MP_DEFINE_CONST_FUN_OBJ_0(diff_update_enabled_object, diff_update_enabled);

/* ---- Additions ---- */

static mp_obj_t ota_resume(void) {
    uint32_t offset;

    check(whittle_updater_resume(&updater, get_device(), &offset));
    return mp_obj_new_int_from_uint(offset);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_resume_object, ota_resume);

static mp_obj_t ota_abort(void) {
    check(whittle_updater_abort(get_device()));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_abort_object, ota_abort);

static mp_obj_t ota_confirm(void) {
    check(whittle_device_confirm(get_device()));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_confirm_object, ota_confirm);

static const char *state_name(whittle_device_state state) {
    switch (state) {
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

static mp_obj_t incoming_name(whittle_incoming incoming) {
    switch (incoming) {
    case WHITTLE_INCOMING_IMAGE:
        return text_of("image");
    case WHITTLE_INCOMING_PATCH:
        return text_of("patch");
    case WHITTLE_INCOMING_NONE:
        break;
    }
    return mp_const_none;
}

static void store(mp_obj_t dictionary, const char *name, mp_obj_t value) {
    mp_obj_dict_store(dictionary, text_of(name), value);
}

static mp_obj_t ota_status(void) {
    whittle_device_status status;

    check(whittle_device_read_status(get_device(), &status));
    mp_obj_t result = mp_obj_new_dict(0);
    store(result, "state", text_of(state_name(status.state)));
    store(result, "active", MP_OBJ_NEW_SMALL_INT(status.active));
    store(result, "incoming", incoming_name(status.incoming));
    store(result, "starts_left", MP_OBJ_NEW_SMALL_INT(status.starts_left));
    store(result, "last_error",
          status.last_error ? text_of(get_device()->error_text(status.last_error)) : mp_const_none);
    store(result, "security_counter", mp_obj_new_int_from_uint(status.security_counter));
    mp_obj_t sizes[WHITTLE_SLOT_COUNT];
    for (unsigned slot = 0; slot < WHITTLE_SLOT_COUNT; slot++) {
        sizes[slot] = mp_obj_new_int_from_uint(status.images[slot].size);
    }
    store(result, "image_sizes", mp_obj_new_tuple(WHITTLE_SLOT_COUNT, sizes));
    return result;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ota_status_object, ota_status);

static mp_obj_t firmware_version(void) {
    return text_of(pycom_port_firmware_version());
}
static MP_DEFINE_CONST_FUN_OBJ_0(firmware_version_object, firmware_version);

static mp_obj_t reset(void) {
    pycom_port_reset();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(reset_object, reset);

/* What help(pycom) shows first. */
static const char documentation[] =
    "firmware updates over the air\n"
    "    ota_start()            begin an update: a patch or a whole image\n"
    "    ota_write(buffer)      the next bytes of it, as many as there are\n"
    "    ota_finish()           all bytes were written: check them; applied at the next restart\n"
    "    ota_verify()           check once more what waits for the restart; True\n"
    "    ota_slot()             the slot, 0 or 1, that receives\n"
    "    ota_resume()           go on with an interrupted update: the offset to write on from\n"
    "    ota_abort()            drop an update that is under way or waits\n"
    "    ota_confirm()          this firmware works: do not go back to the previous one\n"
    "    ota_status()           a dictionary: state, active slot, last error, sizes\n"
    "    diff_update_enabled()  whether this build takes patches\n"
    "    firmware_version()     the version that is running\n"
    "    reset()                restart\n"
    "  Failures raise OSError(number, text).";
static MP_DEFINE_STR_OBJ(documentation_object, documentation);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_pycom)},
    {MP_ROM_QSTR(MP_QSTR___doc__), MP_ROM_PTR(&documentation_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_start), MP_ROM_PTR(&ota_start_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_write), MP_ROM_PTR(&ota_write_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_finish), MP_ROM_PTR(&ota_finish_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_verify), MP_ROM_PTR(&ota_verify_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_slot), MP_ROM_PTR(&ota_slot_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_resume), MP_ROM_PTR(&ota_resume_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_abort), MP_ROM_PTR(&ota_abort_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_confirm), MP_ROM_PTR(&ota_confirm_object)},
    {MP_ROM_QSTR(MP_QSTR_ota_status), MP_ROM_PTR(&ota_status_object)},
    {MP_ROM_QSTR(MP_QSTR_diff_update_enabled), MP_ROM_PTR(&diff_update_enabled_object)},
    {MP_ROM_QSTR(MP_QSTR_firmware_version), MP_ROM_PTR(&firmware_version_object)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&reset_object)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t pycom_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_pycom, pycom_module);
