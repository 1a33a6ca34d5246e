"""Updates as they should go: the user's view, message by message."""

import os
import re
import subprocess

from device_under_test import (
    BUILT, DETECTED_DISABLED, DETECTED_IMAGE, DETECTED_PATCH, FAILED, NEW, OLD, PATCHING, ROOT,
    SUCCESSFUL, MicroPythonDevice, Refusal, SmallDevice, expect, make_patch, read_file,
)
from link_breaker import LinkBreaker

SEND_OTA = os.path.join(ROOT, "scripts/send-ota")

FUNCTIONS = [
    "ota_start", "ota_write", "ota_finish", "ota_verify", "ota_slot", "ota_resume", "ota_abort",
    "ota_status", "diff_update_enabled", "firmware_version", "reset",
]


def repl(_context):
    """The module answers, and helps."""
    with MicroPythonDevice() as device:
        device.start()
        names = device.evaluate("dir(pycom)")
        text = device.run("help(pycom)")
        for name in FUNCTIONS:
            expect(f"'{name}'" in names, f"pycom.{name} is not there")
            expect(f"{name}(" in text, f"help(pycom) does not explain {name}")
        expect(device.evaluate("pycom.firmware_version()") == f"'{OLD}'", "not the old release")
        expect(device.evaluate("pycom.diff_update_enabled()") == "True", "the feature is off")
        expect(device.evaluate("pycom.ota_slot()") == "1", "the receiving slot is not 1")
        expect(device.evaluate("pycom.ota_resume()") == "0", "something is held already")


def update(context):
    """A patch arrives by send-ota and is applied at the restart."""
    patch = os.path.join(context.folder, "patch")
    with open(patch, "wb") as file:
        file.write(context.patch)
    with MicroPythonDevice() as device:
        device.start()
        device.link.close()
        sent = subprocess.run(
            [SEND_OTA, device.emulator.serial, patch],
            capture_output=True, text=True, timeout=60, check=False,
        )
        expect(sent.returncode == 0, f"send-ota: {sent.stderr}")
        expect(sent.stdout.strip() == DETECTED_PATCH, f"message: {sent.stdout!r}")
        device.emulator.connect()
        printed = device.restart()
        check_patched(printed, "MicroPython")
        expect(device.version() == NEW, "not the new release")
        expect(device.evaluate("pycom.ota_slot()") == "0", "the slots did not change roles")
        printed = device.start()
        expect(PATCHING not in printed, "it patches again")
        expect(device.version() == NEW, "not the new release after another start")
    return f"{len(context.patch)} bytes for an image of {os.path.getsize(device.firmware(NEW))}"


def check_patched(printed, greeting):
    """The reference's messages, in their order, and the second start."""
    begin = printed.find(PATCHING)
    success = printed.find(SUCCESSFUL)
    start = printed.find(greeting)
    expect(0 <= begin < success < start, f"messages: {printed!r}")
    expect(FAILED not in printed, f"messages: {printed!r}")


def full_image(_context):
    """A whole image arrives and is started; so does a self-contained patch."""
    with MicroPythonDevice() as device:
        device.start()
        message = device.send(read_file(device.firmware(NEW)))
        expect(message == DETECTED_IMAGE, f"message: {message!r}")
        device.restart()
        expect(device.version() == NEW, "not the new release")
        message = device.send(read_file(device.firmware(OLD)))
        expect(message == DETECTED_IMAGE, f"message: {message!r}")
        device.restart()
        expect(device.version() == OLD, "not the old release again")


def send_ota(target, path, *options):
    """Runs the script; returns its finished process."""
    return subprocess.run(
        [SEND_OTA, "--quiet", "--timeout", "5", *options, target, path],
        capture_output=True, text=True, timeout=120, check=False,
    )


def sent_again(sent, size):
    """Bytes that were sent more than once."""
    return int(re.search(r"(\d+) bytes sent", sent.stderr).group(1)) - size


def broken_link(_context):
    """send-ota goes on from what the device holds when the link breaks."""
    image = MicroPythonDevice.firmware(NEW)
    size = os.path.getsize(image)
    with MicroPythonDevice() as device, LinkBreaker(device, breaks=3, after=30000) as breaker:
        device.start()
        device.link.close()
        sent = send_ota(breaker.path, image, "--wait", "0.1")
        expect(sent.returncode == 0, f"send-ota: {sent.stderr}")
        expect(sent.stdout.strip() == DETECTED_IMAGE, f"message: {sent.stdout!r}")
        expect(breaker.broken == 3, f"the link broke {breaker.broken} times")
        again = sent_again(sent, size)
        expect(0 <= again < size // 4, f"{again} bytes were sent again")
        device.emulator.connect()
        device.restart()
        expect(device.version() == NEW, "not the new release")
    return f"3 breaks, {again} of {size} bytes sent again"


def resume_after_power_cut(_context):
    """send-ota --resume goes on after the device lost its power in the middle of a transfer."""
    image = MicroPythonDevice.firmware(NEW)
    size = os.path.getsize(image)
    with MicroPythonDevice() as device:
        device.start()
        device.link.close()
        with LinkBreaker(device, breaks=1, after=150000) as breaker:
            sent = send_ota(breaker.path, image, "--retries", "0")
        expect(sent.returncode == 1, "send-ota reports success over a broken link")
        expect("link" in sent.stderr, f"send-ota: {sent.stderr}")
        device.start()
        held = device.held()
        expect(size // 4 < held < size, f"{held} bytes are held")
        device.link.close()
        sent = send_ota(device.emulator.serial, image, "--resume", "--restart")
        expect(sent.returncode == 0, f"send-ota: {sent.stderr}")
        expect(DETECTED_IMAGE in sent.stdout, f"message: {sent.stdout!r}")
        expect("MicroPython" in sent.stdout, f"the restart is not shown: {sent.stdout!r}")
        expect(sent_again(sent, size) == -held, f"send-ota: {sent.stderr}")
        device.emulator.connect()
        expect(device.version() == NEW, "not the new release")
    return f"{held} of {size} bytes were held"


def send_ota_errors(context):
    """send-ota says in one line what is wrong, and ends with status 1."""
    path = os.path.join(context.folder, "text")
    with open(path, "w", encoding="ascii") as file:
        file.write("Hello, world!\n")
    empty = os.path.join(context.folder, "empty")
    with open(empty, "w", encoding="ascii"):
        pass
    with MicroPythonDevice() as device:
        device.start()
        device.link.close()
        cases = [
            (device.emulator.serial, path, "neither a patch nor a whole image"),
            (device.emulator.serial, empty, "empty"),
            (device.emulator.serial, path + "-missing", "No such file"),
            (device.emulator.serial + "-missing", path, "No such file"),
            ("tcp:127.0.0.1:1", path, "refused"),
        ]
        for target, file, words in cases:
            sent = send_ota(target, file, "--retries", "0")
            expect(sent.returncode == 1, f"{words}: status {sent.returncode}")
            expect(words in sent.stderr, f"{words}: {sent.stderr!r}")
            expect(len(sent.stderr.strip().splitlines()) == 1, f"{words}: {sent.stderr!r}")
    return f"{len(cases)} errors"


def disabled(context):
    """Firmware built with DIFF_UPDATE_ENABLED=0 says so, and takes whole images only."""
    with MicroPythonDevice(os.path.join(BUILT, "xtensa-lx60/flash-whole.img")) as device:
        device.start()
        expect(device.evaluate("pycom.diff_update_enabled()") == "False", "the feature is on")
        message = device.send(context.patch)
        expect(message == DETECTED_DISABLED, f"message: {message!r}")
        printed = device.restart()
        expect(PATCHING not in printed, f"it patches: {printed!r}")
        expect(device.version() == OLD, "not the old release")
        message = device.send(read_file(device.firmware(NEW)))
        expect(message == DETECTED_IMAGE, f"message: {message!r}")
        device.restart()
        expect(device.version() == NEW, "not the new release")


def small_firmware(_context):
    """The RISC-V board's firmware of a few commands replaces itself, and refuses what is wrong."""
    patch = make_patch(SmallDevice.firmware(OLD), SmallDevice.firmware(NEW))
    with SmallDevice() as device:
        device.start()
        for data, word in ((patch[:-1], "short"), (b"garbage", "image")):
            try:
                device.send(data)
            except Refusal as refusal:
                expect(word in str(refusal), f"refused {data[:7]!r} with {refusal}")
            else:
                expect(False, f"took {data[:7]!r}")
        message = device.send(patch)
        expect(message == DETECTED_PATCH, f"message: {message!r}")
        check_patched(device.restart(), "Application")
        expect(device.version() == NEW, "not the new release")
        notes = device.command("notes")
        expect(notes[1].startswith("2."), f"not the new release's notes: {notes}")
    return f"{len(patch)} bytes for an image of {os.path.getsize(device.firmware(NEW))}"
