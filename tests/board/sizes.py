"""What the boot loaders take: flash, RAM, and the stack that patching really used."""

import itertools
import os
import subprocess

from device_under_test import BUILT, NEW, MicroPythonDevice, expect

FLASH_MAX, RAM_MAX = 40000, 48 * 1024
STACK_SPARE = 512

PREFIXES = {"xtensa-lx60": "xtensa-lx106-elf-", "riscv-virt": "riscv64-unknown-elf-"}


def symbols(board, loader="boot"):
    """Addresses in a boot loader."""
    path = os.path.join(BUILT, board, f"{loader}.elf")
    listed = subprocess.run(
        [PREFIXES[board] + "nm", path], capture_output=True, text=True, check=True
    )
    lines = (line.split() for line in listed.stdout.splitlines())
    return {name: int(address, 16) for address, _, name in lines}


def limits(_context):
    """Boot loaders keep to 40,000 bytes of flash and 48 KiB of RAM."""
    figures = []
    for board, loader in itertools.product(PREFIXES, ("boot", "boot-signed")):
        flash = os.path.getsize(os.path.join(BUILT, board, f"{loader}.bin"))
        names = symbols(board, loader)
        ram = names["__stack_top"] - names["__data_start"]
        expect(flash <= FLASH_MAX, f"{board} {loader}: {flash} bytes of flash")
        expect(ram <= RAM_MAX, f"{board} {loader}: {ram} bytes of RAM")
        figures.append(f"{board} {loader} {flash} bytes, RAM {ram}")
    return "; ".join(figures)


def stack_used(device, loader):
    """How deep the boot loader's stack went, of how many bytes; the device has just patched itself.

    The emulator's RAM starts as zeros, and nothing uses the boot loader's RAM after it: so the
    firmware that was patched can see it.
    """
    names = symbols(MicroPythonDevice.BOARD, loader)
    bottom, top = names["__bss_end"], names["__stack_top"]
    untouched = int(
        device.run(
            "import machine\n"
            f"address = {bottom}\n"
            f"while address < {top} and machine.mem32[address] == 0: address += 4\n"
            f"print(address - {bottom})"
        )
    )
    expect(untouched >= STACK_SPARE, f"only {untouched} of {top - bottom} bytes are untouched")
    expect(untouched < top - bottom, "nothing was used: this is not the stack")
    return f"{top - bottom - untouched} of {top - bottom} bytes of stack used"


def stack(context):
    """Patching leaves some of the boot loader's stack untouched."""
    with MicroPythonDevice() as device:
        device.start()
        device.send(context.patch)
        device.restart()
        expect(device.version() == NEW, "not the new release")
        return stack_used(device, "boot")
