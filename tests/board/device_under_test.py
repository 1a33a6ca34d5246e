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

BUILT = os.path.join(ROOT, "build/boards")
PLUGIN = os.path.join(BUILT, "power_cut.so")
KEY = os.path.join(BUILT, "test_key.pem")  # that the boards with keys trust
DIFF_CREATOR = os.path.join(ROOT, "diff_creator")

OLD, NEW = "1.0.0", "1.1.0"

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


def make_patch(old, new, *options):
    """A patch as bytes; old and new are files."""
    with tempfile.TemporaryDirectory(prefix="patch-") as folder:
        path = os.path.join(folder, "patch")
        command = [DIFF_CREATOR, *options, old, new, path]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        return read_file(path)


def garbage(size, seed):
    return random.Random(seed).randbytes(size)


class Device:
    """A device with a flash of its own, that can be switched on again and again.

    flash      the file to begin with; a new device on the old release without
    old_image  the receiving slot is full, as of an older and larger image

    A subclass gives the board's facts, from its hardware.h, and speaks with its firmware.
    """

    BOARD = None
    VARIANT = ""
    FLASH_ADDRESS = SECTOR = RAM_ADDRESS = SLOT_1 = SLOT_SIZE = 0
    BLOCK = 256

    def __init__(self, flash=None, old_image=False):
        self.folder = tempfile.mkdtemp(prefix="device-")
        self.flash = os.path.join(self.folder, "flash.img")
        new = os.path.join(BUILT, self.BOARD, f"flash-1.0.0{self.VARIANT}.img")
        shutil.copyfile(flash or new, self.flash)
        if old_image:
            with open(self.flash, "r+b") as file:
                file.seek(self.SLOT_1)
                file.write(garbage(self.SLOT_SIZE, 3))
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
        self.emulator = Emulator(self.BOARD, self.flash, plugin=plugin)

    def cut_power(self):
        if self.emulator:
            self.emulator.cut_power()
            self.emulator = None

    def start(self):
        """Switches on and waits for the firmware; returns what was printed."""
        self.switch_on()
        return self.await_start()

    @property
    def link(self):
        return self.emulator.link

    # What a subclass speaks

    def await_start(self, timeout=60):
        """What the device prints up to the firmware's first prompt."""
        raise NotImplementedError

    def await_more(self):
        """Makes await_start return once more, without a start."""
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def restart(self):
        """Restarts from the firmware; returns what was printed up to the prompt."""
        raise NotImplementedError

    def held(self):
        """Goes on with an update; returns how much of it the device holds."""
        raise NotImplementedError

    def begin(self):
        raise NotImplementedError

    def write(self, data):
        raise NotImplementedError

    def finish(self):
        """Returns the message."""
        raise NotImplementedError

    # What follows from it

    def send(self, data):
        """A whole update; returns the message at the end."""
        self.begin()
        self.write(data)
        return self.finish()

    def send_rest(self, data):
        """Goes on with an update that may have been interrupted; returns the message at the end."""
        self.write(data[self.held() :])
        return self.finish()


class MicroPythonDevice(Device):
    """The Xtensa board."""

    BOARD = "xtensa-lx60"
    FLASH_ADDRESS, SECTOR, RAM_ADDRESS = 0x98000000, 0x10000, 0x60000000
    SLOT_1, SLOT_SIZE = 0x200000, 0x100000
    PROMPT = b"\r\n>>> "
    CHUNK = 4096

    @classmethod
    def firmware(cls, version):
        """The image of a release."""
        return os.path.join(BUILT, cls.BOARD, f"micropython-{version}{cls.VARIANT}.bin")

    def await_start(self, timeout=60):
        return self.link.read_until(self.PROMPT, timeout=timeout).decode(errors="replace")

    def await_more(self):
        self.link.write(b"\x03\x02")

    def run(self, code):
        """Runs code at the raw REPL and returns what it printed."""
        repl = Repl(self.link)
        repl.enter()
        try:
            return repl.run("import pycom, binascii\n" + code).strip()
        finally:
            repl.leave()

    def evaluate(self, expression):
        return self.run(f"print(repr({expression}))")

    def version(self):
        return self.evaluate("pycom.firmware_version()").strip("'")

    def restart(self):
        repl = Repl(self.link)
        repl.enter()
        repl.start("import pycom; pycom.reset()")
        return self.await_start()

    def held(self):
        return int(self.evaluate("pycom.ota_resume()"))

    def begin(self):
        self.run("pycom.ota_start()")

    def write(self, data):
        repl = Repl(self.link)
        repl.enter()
        repl.run("import pycom, binascii")
        for start in range(0, len(data), self.CHUNK):
            text = base64.b64encode(data[start : start + self.CHUNK]).decode()
            repl.run(f"pycom.ota_write(binascii.a2b_base64('{text}'))")

    def finish(self):
        return self.run("pycom.ota_finish()")


class SignedDevice(MicroPythonDevice):
    """The Xtensa board with a key, whose firmware and boot loader take nothing unsigned."""

    VARIANT = "-signed"
    HARDWARE = "0x36786C57"


class Refusal(Exception):
    """The small firmware answered with an error."""


class SmallDevice(Device):
    """The RISC-V board, with its firmware of a few commands."""

    BOARD = "riscv-virt"
    FLASH_ADDRESS, SECTOR, RAM_ADDRESS = 0x20000000, 0x40000, 0x80000000
    SLOT_1, SLOT_SIZE = 0x800000, 0x400000
    CHUNK = 512

    @classmethod
    def firmware(cls, version):
        """The image of a release."""
        return os.path.join(BUILT, cls.BOARD, f"application-{version}.bin")

    def await_start(self, timeout=60):
        printed = self.link.read_until(b"Application ", timeout=timeout)
        printed += self.link.read_until(b"\n", timeout=timeout)
        return printed.decode(errors="replace")

    def await_more(self):
        self.link.write(b"greet\n")

    def command(self, line):
        """Gives a command and returns the lines that it answers."""
        self.link.write(line.encode() + b"\n")
        answer = []
        while True:
            text = self.link.read_until(b"\n").decode(errors="replace").strip()
            if text == "ok":
                return answer
            if text.startswith("error: "):
                raise Refusal(text)
            answer.append(text)

    def version(self):
        return self.command("version")[0]

    def restart(self):
        self.link.write(b"restart\n")
        return self.await_start()

    def held(self):
        return int(self.command("resume")[0])

    def begin(self):
        self.command("start")

    def write(self, data):
        for start in range(0, len(data), self.CHUNK):
            self.command("write " + data[start : start + self.CHUNK].hex())

    def finish(self):
        return self.command("finish")[0].removeprefix("* ")
