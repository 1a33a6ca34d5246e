"""Updates that must not do harm. Whatever arrives: the device says what is wrong, and keeps running
the firmware that it runs."""

import os
import zlib

from device_under_test import (
    FAILED, NEW, OLD, PATCHING, SUCCESSFUL, BoardError, Failure, MicroPythonDevice, expect, garbage,
    make_patch, read_file,
)

SLOT_SIZE = MicroPythonDevice.SLOT_SIZE

# Starts that a new firmware has to confirm itself in: board_describe_device
TRIAL_STARTS = 3


def refusal(function):
    """The text of the OSError that the board must raise."""
    try:
        result = function()
    except BoardError as error:
        summary = error.summary()
        expect(summary.startswith("OSError: "), f"raised {summary}")
        return summary
    raise Failure(f"was not refused, but answered {result!r}")


def write_file(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def damage(data, position):
    return data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :]


def bad_files(context):
    """What is sent, and a word that the refusal must name it by."""
    old, new = (MicroPythonDevice.firmware(version) for version in (OLD, NEW))
    folder = context.folder
    patch = context.patch
    image = read_file(new)
    zeros = write_file(folder, "zeros", bytes(SLOT_SIZE + 1))
    other = write_file(folder, "other", damage(read_file(old), 1000))
    bsdiff40 = make_patch(old, new, "--format", "bsdiff40")
    return [
        ("a patch for another source", make_patch(other, new), "source"),
        ("a patch for the release after", make_patch(new, old), "source"),
        ("a damaged patch", damage(patch, len(patch) // 2), "damaged"),
        ("a patch with a damaged end", damage(patch, len(patch) - 1), "damaged"),
        ("a patch cut short", patch[:-1], "short"),
        ("half a patch", patch[: len(patch) // 2], "short"),
        ("a patch with something behind it", patch + b"x", "follow"),
        ("a patch to too large an image", make_patch(old, zeros), "fit"),
        ("a patch that needs much RAM", make_patch(old, new, "--ram", "128K"), "RAM"),
        ("a patch of a newer format", patch[:4] + b"\x7f" + patch[5:], "newer"),
        ("a patch of bsdiff", bsdiff40, "BSDIFF40"),
        ("garbage", garbage(5000, 1), "image"),
        ("text", b"Hello, world!\n" * 100, "image"),
        ("one byte", b"\x00", "image"),
        ("an image cut short", image[:-1], "image"),
        ("an image with something behind it", image + b"x", "image"),
    ]


def send_too_much(device, image):
    """An image that goes on beyond the slot's end; what follows the image need not cross the line."""
    device.begin()
    device.write(image)
    device.run(f"for _ in range({SLOT_SIZE} // 65536): pycom.ota_write(bytes(65536))")


def refused(context):
    """Bad files and calls out of order are refused, each by name; then a good update still works."""
    cases = bad_files(context)
    image = read_file(MicroPythonDevice.firmware(NEW))
    with MicroPythonDevice() as device:
        device.start()
        for call in ("ota_write(b'x')", "ota_finish()", "ota_verify()"):
            text = refusal(lambda call=call: device.run(f"pycom.{call}"))
            expect("order" in text, f"{call} without ota_start: {text}")
        for name, data, word in cases:
            try:
                text = refusal(lambda data=data: device.send(data))
            except Failure as failure:
                raise Failure(f"{name}: {failure}") from failure
            expect(word in text, f"{name}: {text}")
        text = refusal(lambda: send_too_much(device, image))
        expect("fit" in text, f"too large an image: {text}")
        printed = device.restart()
        expect(PATCHING not in printed, f"patches after what was refused: {printed!r}")
        expect(device.version() == OLD, "not the old release")
        device.send(context.patch)
        device.restart()
        expect(device.version() == NEW, "a good update fails after bad ones")
    return f"{len(cases) + 1} files and 3 calls refused"


def with_right_checksum(patch):
    """A patch that ends in the CRC-32 of what is before."""
    body = patch[:-4]
    return body + zlib.crc32(body).to_bytes(4, "little")


def fails_at_boot(context):
    """A damaged patch whose checksum is right gets to the boot loader, which gives it up."""
    data = with_right_checksum(damage(context.patch, len(context.patch) * 3 // 4))
    with MicroPythonDevice() as device:
        device.start()
        device.send(data)
        printed = device.restart()
        lines = printed.replace("\r", "").splitlines()
        expect(PATCHING in lines and FAILED in lines, f"messages: {printed!r}")
        reason = lines[lines.index(FAILED) + 1]
        expect(len(reason) > 10 and "MicroPython" not in reason, f"no reason: {printed!r}")
        expect(device.version() == OLD, "not the old release")
        printed = device.restart()
        expect(PATCHING not in printed, f"tries again: {printed!r}")
        device.send(context.patch)
        device.restart()
        expect(device.version() == NEW, "a good update fails after a bad one")
    return reason


def firmware_that_fails(context):
    """A new firmware that cannot start, or crashes, is left after its trial; the old one runs on."""
    new = read_file(MicroPythonDevice.firmware(NEW))
    entry = int.from_bytes(new[12:16], "little") - int.from_bytes(new[4:8], "little")
    cases = [
        ("no firmware for this board", damage(new, 0)),
        ("Fault: cause", new[:entry] + bytes(64) + new[entry + 64 :]),
    ]
    for words, image in cases:
        path = write_file(context.folder, "failing", image)
        with MicroPythonDevice() as device:
            device.start()
            device.send(make_patch(MicroPythonDevice.firmware(OLD), path))
            printed = device.restart()
            expect(SUCCESSFUL in printed, f"messages: {printed!r}")
            starts = printed.count(words)
            expect(starts == TRIAL_STARTS, f"{words!r}: started {starts} times: {printed!r}")
            expect(device.version() == OLD, "not the old release")
            error = device.evaluate("pycom.ota_status()['last_error']")
            expect("confirm" in error, f"last error: {error}")
            device.send(context.patch)
            device.restart()
            expect(device.version() == NEW, "a good update fails after a bad firmware")
            expect(device.evaluate("pycom.ota_status()['state']") == "'ready'", "still on trial")
    return f"{len(cases)} firmwares, each left after {TRIAL_STARTS} starts"
