"""The cores that the device parts are compiled for where nothing is run: the prefix of each one's compiler,
and its flags."""

CORES = {
    "cortex-m0plus": ("arm-none-eabi-", "-mcpu=cortex-m0plus -mthumb"),
    "cortex-m4": ("arm-none-eabi-", "-mcpu=cortex-m4 -mthumb"),
    "rv32imc": (
        "riscv64-unknown-elf-",
        "-march=rv32imc -mabi=ilp32 -isystem /usr/lib/picolibc/riscv64-unknown-elf/include",
    ),
    "lx106": ("xtensa-lx106-elf-", "-mlongcalls -isystem /usr/lib/xtensa-lx106-elf/include"),
}
