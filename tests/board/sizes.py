"""What the boot loaders take: flash, RAM, and the stack that patching really used."""

import os
import subprocess

from device_under_test import BUILT, NEW, MicroPythonDevice, expect

FLASH_MAX, RAM_MAX = 40000, 48 * 1024
STACK_SPARE = 512

PREFIXES = {"xtensa-lx60": "xtensa-lx106-elf-", "riscv-virt": "riscv64-unknown-elf-"}


def symbols(board):
    """Addresses in a boot loader."""
    path = os.path.join(BUILT, board, "boot.elf")
    listed = subprocess.run(
        [PREFIXES[board] + "nm", path], capture_output=True, text=True, check=True
    )
    lines = (line.split() for line in listed.stdout.splitlines())
    return {name: int(address, 16) for address, _, name in lines}


def limits(_context):
    """Boot loaders keep to 40,000 bytes of flash and 48 KiB of RAM."""
    figures = []
    for board in PREFIXES:
        flash = os.path.getsize(os.path.join(BUILT, board, "boot.bin"))
        names = symbols(board)
        ram = names["__stack_top"] - names["__data_start"]
        expect(flash <= FLASH_MAX, f"{board}: {flash} bytes of flash")
        expect(ram <= RAM_MAX, f"{board}: {ram} bytes of RAM")
        figures.append(f"{board} {flash} bytes, RAM {ram}")
    return "; ".join(figures)


def stack(context):
    """Patching leaves some of the boot loader's stack untouched.

    The emulator's RAM starts as zeros, and nothing uses the boot loader's RAM after it: so the
    firmware that was patched can see how deep the stack went.
    """
    names = symbols(MicroPythonDevice.BOARD)
    bottom, top = names["__bss_end"], names["__stack_top"]
    with MicroPythonDevice() as device:
        device.start()
        device.send(context.patch)
        device.restart()
        expect(device.version() == NEW, "not the new release")
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
    return f"{top - bottom - untouched} of {top - bottom} bytes used"
