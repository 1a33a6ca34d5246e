"""What the tests of the emulated board share: what was built, a device to switch on and off, and an
update sent by hand."""

import base64
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))

from board_link import BoardError, LinkError, Repl  # noqa: E402 (the path is set above)
from emulator import Emulator  # noqa: E402

BOARD = "xtensa-lx60"
BUILT = os.path.join(ROOT, "build/boards", BOARD)
PLUGIN = os.path.join(ROOT, "build/boards/power_cut.so")
DIFF_CREATOR = os.path.join(ROOT, "diff_creator")

OLD, NEW = "1.0.0", "1.1.0"
PROMPT = b"\r\n>>> "

# The flash as the processor sees it: ports/boards/xtensa-lx60/hardware.h
FLASH_ADDRESS, SECTOR, BLOCK = 0x98000000, 0x10000, 256
SLOTS, SLOT_SIZE = (0x100000, 0x200000), 0x100000
RAM_ADDRESS = 0x60000000

DETECTED_PATCH = (
    "Differential Update Image detected. Restart the device to apply the patch."
)
DETECTED_IMAGE = (
    "Full Update Image detected. Restart the device to load the new firmware."
)
DETECTED_DISABLED = (
    "Differential Update Image detected. This feature is disabled in the build. "
    "Enable DIFF_UPDATE_ENABLED in the build to use it."
)
PATCHING = "Patching the binary..."
SUCCESSFUL = "Patching SUCCESSFUL."
FAILED = "Patching FAILED. We will continue with the current firmware."


class Failure(Exception):
    """A test found something wrong."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def firmware(version):
    """The image of a release."""
    return os.path.join(BUILT, f"micropython-{version}.bin")


def make_patch(old, new, *options):
    """A patch as bytes; old and new are files."""
    with tempfile.TemporaryDirectory(prefix="patch-") as folder:
        path = os.path.join(folder, "patch")
        command = [DIFF_CREATOR, *options, old, new, path]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        return read_file(path)


class Device:
    """A device with a flash of its own, that can be switched on again and again.

    flash      the file to begin with; a new device on the old release without
    old_image  the receiving slot is full, as of an older and larger image
    """

    def __init__(self, flash=None, old_image=False):
        self.folder = tempfile.mkdtemp(prefix="device-")
        self.flash = os.path.join(self.folder, "flash.img")
        shutil.copyfile(flash or os.path.join(BUILT, "flash-1.0.0.img"), self.flash)
        if old_image:
            with open(self.flash, "r+b") as file:
                file.seek(SLOTS[1])
                file.write(garbage(SLOT_SIZE, 3))
        self.emulator = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut_power()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep_flash(self, path):
        shutil.copyfile(self.flash, path)

    def switch_on(self, plugin=None):
        self.cut_power()
        self.emulator = Emulator(BOARD, self.flash, plugin=plugin)

    def cut_power(self):
        if self.emulator:
            self.emulator.cut_power()
            self.emulator = None

    @property
    def link(self):
        return self.emulator.link

    def await_prompt(self, timeout=60):
        """What the device prints up to the REPL's first prompt."""
        return self.link.read_until(PROMPT, timeout=timeout).decode(errors="replace")

    def start(self):
        """Switches on and waits for the REPL; returns what was printed."""
        self.switch_on()
        return self.await_prompt()

    def repl(self):
        repl = Repl(self.link)
        repl.enter()
        repl.run("import pycom, binascii")
        return repl

    def version(self):
        return self.repl().evaluate("pycom.firmware_version()").strip("'")

    def restart(self, timeout=60):
        """Restarts by pycom.reset(); returns what was printed up to the prompt."""
        self.repl().start("pycom.reset()")
        return self.await_prompt(timeout)


def write(repl, data, start=0, chunk=4096):
    """Hands data to ota_write from an offset on."""
    for offset in range(start, len(data), chunk):
        text = base64.b64encode(data[offset : offset + chunk]).decode()
        repl.run(f"pycom.ota_write(binascii.a2b_base64('{text}'))")


def send(repl, data, chunk=4096):
    """A whole update; returns what ota_finish printed."""
    repl.run("pycom.ota_start()")
    write(repl, data, 0, chunk)
    return repl.run("pycom.ota_finish()").strip()


def send_rest(repl, data):
    """Goes on with an update that may have been interrupted; returns what ota_finish printed."""
    held = int(repl.evaluate("pycom.ota_resume()"))
    if not held:
        return send(repl, data)
    write(repl, data, held)
    return repl.run("pycom.ota_finish()").strip()


def garbage(size, seed):
    return random.Random(seed).randbytes(size)
