"""The board with a key: what that key has signed is taken, and nothing else. The firmware says so when
the update is written or finished, the boot loader before its first erase."""

import os
import subprocess

from bad_updates import damage, refusal, with_right_checksum
from device_under_test import (
    DETECTED_PATCH, FAILED, KEY, NEW, OLD, PATCHING, ROOT, SUCCESSFUL, SignedDevice, expect,
    make_patch, read_file,
)
from sizes import stack_used

WHITTLE = os.path.join(ROOT, "whittle")
TRAILER_SIZE = 64 + 8 + 4  # signature, key id, CRC-32

COUNTER = 7  # security counter of the new release


def make_signed(old, new, counter, *options, key=KEY, hardware=SignedDevice.HARDWARE):
    return make_patch(
        SignedDevice.firmware(old), SignedDevice.firmware(new), "--sign", key,
        "--hardware", hardware, "--security-counter", str(counter), *options,
    )


def make_other_key(folder):
    prefix = os.path.join(folder, "other_key")
    subprocess.run([WHITTLE, "keygen", prefix], check=True, capture_output=True, timeout=60)
    return prefix + ".pem"


def bad_updates(folder):
    """What is sent to a device on the old release, with words that the refusal must have; and what is
    right."""
    old, new = SignedDevice.firmware(OLD), SignedDevice.firmware(NEW)
    good = make_signed(OLD, NEW, COUNTER)
    foreign = make_signed(OLD, NEW, COUNTER, key=make_other_key(folder))
    signature = len(good) - TRAILER_SIZE
    unsigned = "a signature is required and there is none"
    wrong = "the signature is wrong or by an unknown key"
    other_device = "another kind of device"
    return [
        ("an unsigned patch", make_patch(old, new, "--hardware", SignedDevice.HARDWARE), unsigned),
        ("a plain image", read_file(new), unsigned),
        ("a patch by another key", foreign, wrong),
        ("another's signature", with_right_checksum(good[:signature] + foreign[signature:]), wrong),
        ("another's key id", with_right_checksum(foreign[:-12] + good[-12:]), wrong),
        ("a changed payload", with_right_checksum(damage(good, signature - 1)), wrong),
        ("a changed signature", with_right_checksum(damage(good, signature + 40)), wrong),
        ("a patch for another device", make_signed(OLD, NEW, COUNTER, hardware="7"), other_device),
        ("a patch that names none", make_patch(old, new, "--sign", KEY), other_device),
    ], good


def expect_refusal(device, name, data, words):
    text = refusal(lambda: device.send(data))
    expect(words in text, f"{name}: {text}")


def taken_and_refused(context):
    """A rightly signed patch is applied, once; no other one is, and no older one after it."""
    cases, good = bad_updates(context.folder)
    back = make_signed(NEW, OLD, COUNTER - 1)
    back_whole = make_signed(NEW, OLD, COUNTER - 1, "--full")
    with SignedDevice() as device:
        device.start()
        for name, data, words in cases:
            expect_refusal(device, name, data, words)
        printed = device.restart()
        expect(PATCHING not in printed, f"patches after what was refused: {printed!r}")
        message = device.send(good)
        expect(message == DETECTED_PATCH, f"message: {message!r}")
        expect(device.evaluate("pycom.ota_verify()") == "True", "is not right any more")
        printed = device.restart()
        expect(PATCHING in printed and SUCCESSFUL in printed, f"messages: {printed!r}")
        expect(device.version() == NEW, "not the new release")
        stack = stack_used(device, "boot-signed")
        counter = device.evaluate("pycom.ota_status()['security_counter']")
        expect(counter == str(COUNTER), f"security counter {counter} after the confirmation")
        for name, data in (("an older patch", back), ("an older image", back_whole)):
            expect_refusal(device, name, data, "the security counter is lower")
        expect_refusal(device, "the same patch again", good, "another source")
        printed = device.start()
        expect(device.version() == NEW and PATCHING not in printed, f"messages: {printed!r}")
    return f"{len(cases) + 3} refused; {stack}"


def read_slot(device):
    """The bytes of the slot that receives."""
    with open(device.flash, "rb") as file:
        file.seek(device.SLOT_1)
        return file.read(device.SLOT_SIZE)


def tamper(device, patch, changed):
    """Changes a patch where it waits in the flash: at the end of the slot, from a sector's start."""
    offset = device.SLOT_SIZE - -(-len(patch) // device.SECTOR) * device.SECTOR
    with open(device.flash, "r+b") as file:
        file.seek(device.SLOT_1 + offset)
        expect(file.read(len(patch)) == patch, "the patch is elsewhere")
        file.seek(device.SLOT_1 + offset)
        file.write(changed)


def tampered_with(context):
    """What was changed in the flash after it was accepted is refused before the first erase."""
    good = make_signed(OLD, NEW, COUNTER)
    changed = with_right_checksum(damage(good, len(good) - TRAILER_SIZE - 1))
    with SignedDevice(old_image=True) as device:
        device.start()
        device.send(good)
        device.cut_power()
        tamper(device, good, changed)
        before = read_slot(device)
        printed = device.start()
        lines = printed.replace("\r", "").splitlines()
        expect(PATCHING in lines and FAILED in lines, f"messages: {printed!r}")
        reason = lines[lines.index(FAILED) + 1]
        expect("the signature is wrong" in reason, f"reason: {reason!r}")
        expect(device.version() == OLD, "not the old release")
        device.cut_power()
        expect(read_slot(device) == before, "the slot was written to")
        device.start()
        device.send(good)
        device.restart()
        expect(device.version() == NEW, "the good update fails after it")
    return reason
