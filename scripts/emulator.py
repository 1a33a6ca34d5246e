"""Runs a board in QEMU, with its flash in a file and its serial line on a UNIX socket.

Writes to the flash reach the file at once, so that killing the emulator is what a power cut is to a
device. Nothing outlives the program that started it.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile

from board_link import Link

PR_SET_PDEATHSIG = 1

# Where instructions are counted, each takes 2 to this power nanoseconds of the board's time.
INSTRUCTION_SHIFT = {"xtensa-lx60": 5, "riscv-virt": 0}

MACHINES = {
    "xtensa-lx60": [
        "qemu-system-xtensa", "-M", "lx60-nommu", "-cpu", "lx106", "-m", "16", "-semihosting",
    ],
    "riscv-virt": [
        "qemu-system-riscv32", "-M", "virt", "-bios", "none", "-m", "64",
    ],
}


BARE = ["-display", "none", "-monitor", "none"]


def count_instructions(board, milliseconds):
    """Instructions that took so long, of a board whose clock counts them."""
    return int(milliseconds * 1e6) >> INSTRUCTION_SHIFT[board]


def counting(board):
    """The options that let the board's clock count instructions: it repeats exactly."""
    return ["-icount", f"shift={INSTRUCTION_SHIFT[board]},sleep=off"]


def command(board, flash, serial, instructions=False, plugin=None):
    """The emulator's command line.

    flash         the file with the board's flash
    serial        what QEMU's option -serial takes
    instructions  the board's clock counts instructions
    plugin        what QEMU's option -plugin takes
    """
    line = MACHINES[board] + BARE + ["-serial", serial]
    line += ["-drive", f"if=pflash,format=raw,file={flash}"]
    if instructions:
        line += counting(board)
    if plugin:
        line += ["-plugin", plugin]
    return line


def run_program(board, elf, memory=()):
    """What a program prints that runs on the board alone, without flash, and ends.

    memory  pairs of a file and the address where its bytes lie
    """
    line = MACHINES[board] + BARE + ["-serial", "stdio"] + counting(board)
    if board == "riscv-virt":
        line += ["-device", f"loader,file={elf},cpu-num=0"]
    else:
        line += ["-kernel", elf]
    for path, address in memory:
        line += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
    run = subprocess.run(
        line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False
    )
    return run.stdout.strip() or run.stderr.strip() or "the program printed nothing"


def die_with_parent():
    """For a child process: nothing outlives the program that started it, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Emulator:
    """A board that is switched on. Use as a context manager."""

    def __init__(self, board, flash, instructions=False, plugin=None, log=None):
        self.folder = tempfile.mkdtemp(prefix="board-")
        self.serial = os.path.join(self.folder, "serial")
        self.process = None
        self.link = None
        try:
            # The emulator waits for the link below before the board starts, so that nothing that
            # the board prints is lost.
            line = command(board, flash, f"unix:{self.serial},server=on", instructions, plugin)
            # Ctrl-C is for the program, which cuts the power then: not for both at once.
            self.process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )
            self._await_socket()
            self.log = log
            self.connect()
        except BaseException:
            self.cut_power()
            raise

    def _await_socket(self):
        # QEMU says "waiting for connection" when the socket is there.
        line = self.process.stdout.readline()
        while line and b"waiting for connection" not in line:
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the emulator did not start: " + self.output())

    def connect(self):
        """Takes the serial line, after another has let it go."""
        self.link = Link(self.serial, log=self.log)
        return self.link

    def output(self):
        """What the emulator itself said, once it has ended."""
        return self.process.communicate()[0].decode(errors="replace")

    def cut_power(self):
        """Switches the board off, in the middle of whatever it does."""
        if self.link:
            self.link.close()
            self.link = None
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut_power()
