"""The images that the golden vectors belong to, as the tests in tests/golden make them."""

from typing import Tuple

from chance import Chance, random_numbers

MIPS_BIG_ENDIAN = 7
BASE = 0x08001000
RAM = 0x20000000
SOURCE_SIZE, INSERTED, INSERTED_AT = 2048, 36, 700
LONG_SIZE, LONG_CHANGED = 40000, (3000, 11000, 11040, 30000)
POINTERS = range(SOURCE_SIZE * 3 // 4, SOURCE_SIZE, 8)

MANY_SIZE, VOCABULARY = 16384, 24

# Of each instruction set: bits of code, and which of them vary.
CODE = {
    1: (
        (0xF800F000, 0x07FF0001),
        (0xF000F3FF, 0x00FF0000),
        (0xD0FEE004, 0x0F1F03FF),
        (0x4A034B02, 0x071F071F),
        (0x8000F000, 0x03FF003F),
        (0x47706800, 0x000001FF),
    ),
    2: (
        (0x21000005, 0x00003FC0),
        (0xF01D0021, 0x000000F0),
        (0x16FFFE81, 0x00007F00),
        (0x00000686, 0x00003F00),
        (0x0C00A026, 0x00FF0F00),
        (0x1D0CF02D, 0x00F000F0),
    ),
    3: (
        (0x000000EF, 0x3FE00F80),
        (0x00000797, 0x00001000),
        (0x00078793, 0x7FF00000),
        (0x00A00063, 0x7E000F80),
        (0xA001C091, 0x00FE00FC),
        (0x200007B7, 0x00007000),
    ),
    4: (
        (0x94000000, 0x000003FF),
        (0x90000000, 0x60000001),
        (0x91000000, 0x003FFC21),
        (0x54000000, 0x00003FEF),
        (0x58000000, 0x00007FE3),
        (0xF9400000, 0x003FFC21),
    ),
    5: (
        (0x0000940E, 0x1FFF0000),
        (0xCFFFD000, 0x003F01FF),
        (0xE0F8E0E0, 0x0F0F0F0F),
        (0xF409F001, 0x01F801F8),
        (0x01009180, 0x0FFF00F0),
        (0x95089631, 0x0000007F),
    ),
    6: (
        (0x0C000400, 0x00000FFF),
        (0x3C040800, 0x00030000),
        (0x24840000, 0x00007FFF),
        (0x10400000, 0x000300FF),
        (0x8C840000, 0x0003FFFF),
        (0x27BDFFE0, 0x00000018),
    ),
}
CODE[MIPS_BIG_ENDIAN] = CODE[6]


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


def any_word(chance: Chance) -> int:
    high = chance.below(65536)
    return high << 16 | chance.below(65536)


def code_word(chance: Chance, instruction_set: int) -> int:
    bits, varying = CODE[instruction_set][chance.below(6)]
    return bits | any_word(chance) & varying


def many_changes_source(instruction_set: int) -> bytes:
    """Words that come again and again, code, pointers into the image and into RAM, and noise."""
    chance = Chance(500 + instruction_set)
    vocabulary = [code_word(chance, instruction_set) for _ in range(VOCABULARY)]
    image = bytearray()
    for _ in range(0, MANY_SIZE, 4):
        word = vocabulary[chance.below(VOCABULARY)]
        form = chance.below(8)
        if form == 0:
            word = BASE + chance.below(MANY_SIZE)
        elif form == 1:
            word = RAM + 4 * chance.below(200)
        elif form == 2:
            word = any_word(chance)
        elif form < 6:
            word = code_word(chance, instruction_set)
        image += word.to_bytes(4, byte_order(instruction_set))
    return bytes(image)
