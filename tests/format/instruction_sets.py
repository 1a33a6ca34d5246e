"""Which bits of an instruction refer to an address, and how: docs/MODEL.md, chapter 6.

The tables of that chapter are tables here, too. An instruction is a word as the CPU reads it."""

from typing import Callable, List, NamedTuple, Optional, Sequence, Union

from header import MASK

HIGH_HALF, LOW_HALF = 3, 4


def bits(value: int, low: int, count: int) -> int:
    return (value >> low) & ((1 << count) - 1)


def sign_extended(value: int, count: int) -> int:
    """The low bits of a value as a signed number."""
    low = bits(value, 0, count)
    return low - (1 << count) if low >> (count - 1) & 1 else low


class Partner(NamedTuple):
    """What completes a reference: the other half of a pair, and how far before this one it is."""

    first: int
    back: int


ALONE = Partner(0, 0)


class Run(NamedTuple):
    """Bits of an instruction that lie side by side in the displacement, too."""

    source: int
    target: int
    count: int
    inverted: bool


def parse_runs(text: str) -> List[Run]:
    runs = []
    for item in text.split():
        places, _, count = item.partition(":")
        source, _, target = places.partition(">")
        runs.append(Run(int(source), int(target), int(count.rstrip("!")), count.endswith("!")))
    return runs


class Displacement:
    """A reference by its distance from where the instruction is."""

    def __init__(
        self,
        kind: int,
        fits: Callable[[int], bool],
        runs: str,
        width: int,
        sign: str,
        base: Callable[[int], int],
    ):
        self.kind = kind
        self.fits = fits
        self.runs = parse_runs(runs)
        self.width = width
        self.sign = sign
        self.base = base

    def inversion(self, instruction: int, run: Run) -> int:
        return int(run.inverted and not bits(instruction, self.runs[0].source, 1))

    def resolve(self, instruction: int, place: int, _mate: int = 0, _back: int = 0) -> int:
        distance = 0
        for run in self.runs:
            inversion = self.inversion(instruction, run)
            distance |= (bits(instruction, run.source, run.count) ^ inversion) << run.target
        if self.sign == "s":
            distance = sign_extended(distance, self.width)
        elif self.sign == "-":
            distance -= 1 << self.width
        return (self.base(place) + distance) & MASK

    def rewrite(
        self, instruction: int, place: int, address: int, _partner: Partner
    ) -> Optional[int]:
        distance = (address - self.base(place)) & MASK
        for run in self.runs:
            field = bits(distance, run.target, run.count) ^ self.inversion(instruction, run)
            instruction &= ~(((1 << run.count) - 1) << run.source)
            instruction |= field << run.source
        return instruction if self.resolve(instruction, place) == address else None


class Formula:
    """A reference of any other form."""

    def __init__(
        self,
        kind: int,
        fits: Callable[[int], bool],
        resolve: Callable[[int, int, int, int], int],
        rewrite: Callable[[int, int, int, Partner], Optional[int]],
    ):
        self.kind = kind
        self.fits = fits
        self.resolver = resolve
        self.rewriter = rewrite

    def resolve(self, instruction: int, place: int, mate: int = 0, back: int = 0) -> int:
        return self.resolver(instruction, place & MASK, mate, back) & MASK

    def rewrite(self, old: int, place: int, address: int, partner: Partner) -> Optional[int]:
        rewritten = self.rewriter(old, place, address, partner)
        return None if rewritten is None else rewritten & MASK


Reference = Union[Displacement, Formula]


class InstructionSet:
    """What a decoder knows of an instruction set.

    *length* is that of the instruction which begins with these bytes, at this offset. *partners*
    tells whether the first word is the other half of the second one, for each kind of half."""

    def __init__(
        self,
        length: Callable[[int, int], int],
        coded_unit: int,
        opcode_mask: int,
        references: Sequence[Reference],
        prefers_pointers: bool = False,
        alignment: int = 1,
        big_endian: bool = False,
        partners: Optional[Sequence[Callable[[int, int], bool]]] = None,
    ):
        self.length = length
        self.coded_unit = coded_unit
        self.opcode_mask = opcode_mask
        self.references = references
        self.prefers_pointers = prefers_pointers
        self.alignment = alignment
        self.big_endian = big_endian
        self.partners = partners

    def word(self, value: int) -> int:
        """Four bytes, the first in the low bits, as the CPU reads them; and back."""
        if self.big_endian:
            return int.from_bytes(value.to_bytes(4, "little"), "big")
        return value

    def reference(self, instruction: int, offset: int) -> Optional[Reference]:
        if offset % self.alignment:
            return None
        for reference in self.references:
            if reference.fits(instruction):
                return reference
        return None

    def fits_partner(self, kind: int, candidate: int, instruction: int) -> bool:
        return self.partners[kind - HIGH_HALF](candidate, instruction)


# ---- Thumb ----


def thumb_long(third: Sequence[int]) -> Callable[[int], bool]:
    """The condition of an instruction of two halves: the bits 12, 14 and 15 of the second."""
    return lambda b: bits(b, 11, 5) == 0x1E and (b >> 28) & 0xD in third


def thumb_base(place: int) -> int:
    return place + 4


THUMB_LONG_RUNS = "10>24:1 29>23:1! 27>22:1! 0>12:10 16>1:11"

THUMB = InstructionSet(
    length=lambda b, offset: 4 if bits(b, 11, 5) >= 0x1D else 2,
    coded_unit=2,
    opcode_mask=0x0000FF00,
    prefers_pointers=True,
    references=(
        Displacement(
            6,
            lambda b: bits(b, 11, 5) in (0x09, 0x14),
            "0>2:8",
            10,
            "+",
            lambda place: (place + 4) & ~3,
        ),
        Displacement(4, lambda b: bits(b, 11, 5) == 0x1C, "0>1:11", 12, "s", thumb_base),
        Displacement(
            5, lambda b: bits(b, 12, 4) == 0xD and bits(b, 8, 4) < 14, "0>1:8", 9, "s", thumb_base
        ),
        Displacement(1, thumb_long((0xD,)), THUMB_LONG_RUNS, 25, "s", thumb_base),
        Displacement(2, thumb_long((0x9,)), THUMB_LONG_RUNS, 25, "s", thumb_base),
        Displacement(
            3,
            lambda b: thumb_long((0x8,))(b) and bits(b, 7, 3) != 7,
            "10>20:1 27>19:1 29>18:1 0>12:6 16>1:11",
            21,
            "s",
            thumb_base,
        ),
    ),
)

# ---- Xtensa ----

XTENSA = InstructionSet(
    length=lambda b, offset: 2 if bits(b, 0, 4) >= 8 else 3,
    coded_unit=1,
    opcode_mask=0x00FF000F,
    prefers_pointers=True,
    references=(
        Displacement(3, lambda b: b & 15 == 1, "8>2:16", 18, "-", lambda place: (place + 3) & ~3),
        Displacement(1, lambda b: b & 15 == 5, "6>2:18", 20, "s", lambda place: (place + 4) & ~3),
        Displacement(2, lambda b: b & 0x3F == 0x06, "6>0:18", 18, "s", lambda place: place + 4),
        Displacement(4, lambda b: b & 0x3F == 0x16, "12>0:12", 12, "s", lambda place: place + 4),
    ),
)

# ---- RISC-V ----

AUIPC, LUI, ADD_IMMEDIATE = 0x17, 0x37, 0x13
RISCV_STORES = (0x23, 0x27)


def riscv_is_high(b: int) -> bool:
    return b & 0x7F in (AUIPC, LUI) and bits(b, 7, 5) != 0


def riscv_is_low(b: int) -> bool:
    operation = b & 0x7F
    return operation in (0x03, 0x07, 0x1B, 0x23, 0x27, 0x67) or (
        operation == ADD_IMMEDIATE and bits(b, 12, 3) == 0
    )


def riscv_low(b: int) -> int:
    store = b & 0x7F in RISCV_STORES
    return sign_extended(bits(b, 25, 7) << 5 | bits(b, 7, 5) if store else b >> 20, 12)


def riscv_high(b: int, place: int) -> int:
    return (b & 0xFFFFF000) + (place if b & 0x7F == AUIPC else 0)


def riscv_rewrite_high(old: int, place: int, address: int, partner: Partner) -> int:
    if old & 0x7F == AUIPC:
        address = (address - place) & MASK
    return (old & 0xFFF) | ((address + 0x800) & 0xFFFFF000)


def riscv_rewrite_low(old: int, place: int, address: int, partner: Partner) -> int:
    if partner.first & 0x7F == AUIPC:
        address = address - (place - partner.back)
    value = address & 0xFFF
    if old & 0x7F in RISCV_STORES:
        return (old & 0x01FFF07F) | bits(value, 5, 7) << 25 | bits(value, 0, 5) << 7
    return (old & 0x000FFFFF) | value << 20


def riscv_compressed(functions: Sequence[int]) -> Callable[[int], bool]:
    return lambda b: b & 3 == 1 and bits(b, 13, 3) in functions


def from_place(place: int) -> int:
    return place


RISCV = InstructionSet(
    length=lambda b, offset: 4 if bits(b, 0, 2) == 3 else 2,
    coded_unit=1,
    opcode_mask=0x0000707F,
    references=(
        Displacement(
            5,
            riscv_compressed((1, 5)),
            "12>11:1 11>4:1 9>8:2 8>10:1 7>6:1 6>7:1 3>1:3 2>5:1",
            12,
            "s",
            from_place,
        ),
        Displacement(
            6, riscv_compressed((6, 7)), "12>8:1 10>3:2 5>6:2 3>1:2 2>5:1", 9, "s", from_place
        ),
        Displacement(
            1, lambda b: b & 0x7F == 0x6F, "31>20:1 12>12:8 20>11:1 21>1:10", 21, "s", from_place
        ),
        Displacement(
            2, lambda b: b & 0x7F == 0x63, "31>12:1 7>11:1 25>5:6 8>1:4", 13, "s", from_place
        ),
        Formula(
            HIGH_HALF,
            riscv_is_high,
            lambda b, place, mate, back: riscv_high(b, place) + riscv_low(mate),
            riscv_rewrite_high,
        ),
        Formula(
            LOW_HALF,
            riscv_is_low,
            lambda b, place, mate, back: riscv_high(mate, place - back) + riscv_low(b),
            riscv_rewrite_low,
        ),
    ),
    partners=(
        lambda w, b: riscv_is_low(w) and bits(w, 15, 5) == bits(b, 7, 5),
        lambda w, b: riscv_is_high(w) and bits(w, 7, 5) == bits(b, 15, 5),
    ),
)

# ---- AArch64 ----


def whole_words(b: int, offset: int) -> int:
    """The length of an instruction where all are words, aligned in the image."""
    return 4 - (offset & 3)


def aarch64_scale(b: int) -> int:
    if b & 0x3B000000 != 0x39000000:
        return 0
    if bits(b, 26, 1) and bits(b, 23, 1):
        return 4
    return bits(b, 30, 2)


def aarch64_low(b: int) -> int:
    return bits(b, 10, 12) << aarch64_scale(b)


def aarch64_is_high(b: int) -> bool:
    return b & 0x9F000000 == 0x90000000


def aarch64_is_low(b: int) -> bool:
    form = b & 0x7FC00000 == 0x11000000 or b & 0x3B000000 == 0x39000000
    return form and aarch64_low(b) < 0x1000


def aarch64_page(b: int, place: int) -> int:
    return (place & ~0xFFF) + ((bits(b, 5, 19) << 2 | bits(b, 29, 2)) << 12)


def aarch64_rewrite_high(old: int, place: int, address: int, partner: Partner) -> int:
    distance = ((address & ~0xFFF) - (place & ~0xFFF)) & MASK
    backwards = 1 << 23 if address >> 12 < place >> 12 else 0
    pages = bits(distance, 12, 2) << 29 | bits(distance, 14, 18) << 5
    return (old & 0x9F00001F) | pages | backwards


def aarch64_rewrite_low(old: int, place: int, address: int, partner: Partner) -> Optional[int]:
    scale = aarch64_scale(old)
    if bits(address, 0, scale):
        return None
    return (old & 0xFFC003FF) | bits(address, scale, 12 - scale) << 10


AARCH64 = InstructionSet(
    length=whole_words,
    coded_unit=4,
    opcode_mask=0xFF000000,
    alignment=4,
    references=(
        Displacement(1, lambda b: b & 0x7C000000 == 0x14000000, "0>2:26", 28, "s", from_place),
        Displacement(2, lambda b: b & 0xFF000010 == 0x54000000, "5>2:19", 21, "s", from_place),
        Displacement(2, lambda b: b & 0x7E000000 == 0x34000000, "5>2:19", 21, "s", from_place),
        Displacement(2, lambda b: b & 0x3B000000 == 0x18000000, "5>2:19", 21, "s", from_place),
        Displacement(5, lambda b: b & 0x7E000000 == 0x36000000, "5>2:14", 16, "s", from_place),
        Formula(
            HIGH_HALF,
            aarch64_is_high,
            lambda b, place, mate, back: aarch64_page(b, place) + aarch64_low(mate),
            aarch64_rewrite_high,
        ),
        Formula(
            LOW_HALF,
            aarch64_is_low,
            lambda b, place, mate, back: aarch64_page(mate, place - back) + aarch64_low(b),
            aarch64_rewrite_low,
        ),
    ),
    partners=(
        lambda w, b: aarch64_is_low(w) and bits(w, 5, 5) == bits(b, 0, 5),
        lambda w, b: aarch64_is_high(w) and bits(w, 0, 5) == bits(b, 5, 5),
    ),
)

# ---- AVR ----

AVR_DATA = 0x800000


def avr_is_absolute(b: int) -> bool:
    return b & 0xFE0C == 0x940C


def avr_is_data(b: int) -> bool:
    return b & 0xFC0F == 0x9000


def avr_rewrite_absolute(old: int, place: int, address: int, partner: Partner) -> Optional[int]:
    if address >= AVR_DATA:
        return None
    high = bits(address, 18, 5) << 4 | bits(address, 17, 1)
    return (old & 0xFE0E) | high | bits(address, 1, 16) << 16


def avr_rewrite_data(old: int, place: int, address: int, partner: Partner) -> Optional[int]:
    offset = (address - AVR_DATA) & MASK
    return (old & 0xFFFF) | offset << 16 if offset < 0x10000 else None


AVR = InstructionSet(
    length=lambda b, offset: 4 if avr_is_absolute(b) or avr_is_data(b) else 2,
    coded_unit=2,
    opcode_mask=0x0000FE00,
    references=(
        Formula(
            1,
            avr_is_absolute,
            lambda b, place, mate, back: (bits(b, 4, 5) << 17 | bits(b, 0, 1) << 16 | b >> 16) << 1,
            avr_rewrite_absolute,
        ),
        Formula(
            4,
            avr_is_data,
            lambda b, place, mate, back: AVR_DATA + (b >> 16),
            avr_rewrite_data,
        ),
        Displacement(2, lambda b: b & 0xE000 == 0xC000, "0>1:12", 13, "s", lambda place: place + 2),
        Displacement(3, lambda b: b & 0xF800 == 0xF000, "3>1:7", 8, "s", lambda place: place + 2),
    ),
)

# ---- MIPS ----

MIPS_BRANCHES = (1, *range(4, 8), *range(20, 24))
MIPS_LUI, MIPS_OR_IMMEDIATE = 15, 13
MIPS_LOW = (9, MIPS_OR_IMMEDIATE, *range(32, 47))


def mips_operation(*operations: int) -> Callable[[int], bool]:
    return lambda b: b >> 26 in operations


def mips_low(b: int) -> int:
    return b & 0xFFFF if b >> 26 == MIPS_OR_IMMEDIATE else sign_extended(b, 16)


def mips_rewrite_jump(old: int, place: int, address: int, partner: Partner) -> Optional[int]:
    if ((place + 4) ^ address) & 0xF0000003:
        return None
    return (old & 0xFC000000) | bits(address, 2, 26)


def mips_rewrite_high(old: int, place: int, address: int, partner: Partner) -> int:
    rounding = 0 if partner.first >> 26 == MIPS_OR_IMMEDIATE else 0x8000
    return (old & 0xFFFF0000) | ((address + rounding) & MASK) >> 16


def mips_rewrite_low(old: int, place: int, address: int, partner: Partner) -> int:
    return (old & 0xFFFF0000) | (address & 0xFFFF)


MIPS_REFERENCES = (
    Formula(
        1,
        mips_operation(2, 3),
        lambda b, place, mate, back: ((place + 4) & 0xF0000000) | (b & 0x3FFFFFF) << 2,
        mips_rewrite_jump,
    ),
    Displacement(2, mips_operation(*MIPS_BRANCHES), "0>2:16", 18, "s", lambda place: place + 4),
    Formula(
        HIGH_HALF,
        mips_operation(MIPS_LUI),
        lambda b, place, mate, back: (b << 16) + mips_low(mate),
        mips_rewrite_high,
    ),
    Formula(
        LOW_HALF,
        mips_operation(*MIPS_LOW),
        lambda b, place, mate, back: (mate << 16) + mips_low(b),
        mips_rewrite_low,
    ),
)
MIPS_PARTNERS = (
    lambda w, b: w >> 26 in MIPS_LOW and bits(b, 16, 5) != 0 and bits(w, 21, 5) == bits(b, 16, 5),
    lambda w, b: w >> 26 == MIPS_LUI and bits(w, 16, 5) != 0 and bits(b, 21, 5) == bits(w, 16, 5),
)


def mips(coded_unit: int, opcode_mask: int, big_endian: bool) -> InstructionSet:
    return InstructionSet(
        length=whole_words,
        coded_unit=coded_unit,
        opcode_mask=opcode_mask,
        alignment=4,
        big_endian=big_endian,
        references=MIPS_REFERENCES,
        partners=MIPS_PARTNERS,
    )


# By the number in the header. Without an instruction set, only words are predicted.
INSTRUCTION_SETS: Sequence[Optional[InstructionSet]] = (
    None,
    THUMB,
    XTENSA,
    RISCV,
    AARCH64,
    AVR,
    mips(4, 0xFC00003F, big_endian=False),
    mips(1, 0x3F0000FC, big_endian=True),
)
