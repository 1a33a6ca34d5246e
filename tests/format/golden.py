"""The images that the golden vectors belong to, as the tests in tests/golden make them."""

from typing import Tuple

from chance import random_numbers

MIPS_BIG_ENDIAN = 7
BASE = 0x08001000
SOURCE_SIZE, INSERTED, INSERTED_AT = 2048, 36, 700
LONG_SIZE, LONG_CHANGED = 40000, (3000, 11000, 11040, 30000)
POINTERS = range(SOURCE_SIZE * 3 // 4, SOURCE_SIZE, 8)


def byte_order(instruction_set: int) -> str:
    return "big" if instruction_set == MIPS_BIG_ENDIAN else "little"


def golden_source(instruction_set: int) -> bytes:
    """Random bytes; in the last quarter every other word is a pointer."""
    numbers = random_numbers(1 + instruction_set)
    image = bytearray((next(numbers) >> 11) & 0xFF for _ in range(SOURCE_SIZE))
    for offset in POINTERS:
        pointer = BASE + next(numbers) % SOURCE_SIZE
        image[offset : offset + 4] = pointer.to_bytes(4, byte_order(instruction_set))
    return bytes(image)


def golden_target(instruction_set: int) -> bytes:
    """The source with bytes inserted, its pointers moved, and every hundredth byte changed."""
    source = golden_source(instruction_set)
    numbers = random_numbers(100 + instruction_set)
    inserted = bytes((next(numbers) >> 9) & 0xFF for _ in range(INSERTED))
    image = bytearray(source[:INSERTED_AT] + inserted + source[INSERTED_AT:])
    order = byte_order(instruction_set)
    for offset in POINTERS:
        place = slice(offset + INSERTED, offset + INSERTED + 4)
        pointer = int.from_bytes(image[place], order)
        if pointer - BASE >= INSERTED_AT:
            pointer += INSERTED
        image[place] = pointer.to_bytes(4, order)
    for offset in range(50, len(image), 100):
        image[offset] = (image[offset] + 3) & 0xFF
    return bytes(image)


def long_images() -> Tuple[bytes, bytes]:
    """Source and target of the long runs: nearly everything is copied."""
    numbers = random_numbers(7)
    source = bytes((next(numbers) >> 11) & 0xFF for _ in range(LONG_SIZE))
    target = bytearray(source)
    for offset in LONG_CHANGED:
        target[offset] = (target[offset] + 3) & 0xFF
    return source, bytes(target)
